import type { CommandsConfig } from '../domain/config/index.ts';

/** The commands of a source with the environment that they run in, secrets included: never part of state, evidence or findings. */
export interface BackupCommands extends Omit<CommandsConfig, 'environment' | 'network'> {
  environment: Record<string, string>;
  network: boolean;
  /** Values of the environment that must not be told. */
  secrets: string[];
}

/** One run of a command of the user. */
export interface CommandRun {
  /** Program and arguments. */
  words: readonly string[];
  timeoutSeconds: number;
  /** Most that it may have written into its folder; null: it is not measured. */
  mostWrittenBytes: number | null;
  signal: AbortSignal;
  /** Bytes that it has written into its folder so far. */
  onWritten?(bytes: number): void;
}

/** How a run ended. `said`: the end of its standard error on one line, without what is secret. */
export type CommandEnd =
  | { kind: 'ended'; exitCode: number; stdout: Buffer; said: string }
  | { kind: 'killed'; signal: string; said: string }
  | { kind: 'missing'; reason: string }
  | { kind: 'timed out'; seconds: number; said: string }
  | { kind: 'printed too much'; mostBytes: number }
  | { kind: 'wrote too much'; mostBytes: number };

/**
 * Where commands of the user run: as a user without rights, behind the walls that the machine can make, with a folder of their
 * own. Adapter: local-command-room.ts of the sandboxes of this machine.
 */
export interface CommandRoom {
  /** The only folder that they may write to, empty at first. Absolute. */
  readonly folder: string;
  /** What of their walls could not be had, in sentences. */
  readonly absentWalls: string[];
  /** Makes a folder in theirs that they may write to. @returns its path */
  makeFolder(name: string): Promise<string>;
  /** Runs one to its end. When it has ended nothing that it started runs on, where the machine can see to that. @throws AbortError */
  run(run: CommandRun): Promise<CommandEnd>;
  /** Takes what lies there out of their reach. @returns its new path; null: there is nothing of this name */
  take(name: string): Promise<string | null>;
  /** Removes it with all that it holds. */
  close(): Promise<void>;
}
