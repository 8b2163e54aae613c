import { spawn } from 'node:child_process';
import type { ServerAccount } from './server-account.ts';

export interface ToolOutcome {
  /** Null when a signal ended it or it could not be started. */
  exitCode: number | null;
  stdout: string;
  /** The end of what it said, or why it could not be started. */
  stderr: string;
}

export interface ToolOptions {
  account: ServerAccount | null;
  workingDirectory?: string;
  signal?: AbortSignal;
  /** Of each of its outputs the last so many are kept. @default 4096 */
  keptCharacters?: number;
  /** What the tool reads from its standard input. @default nothing */
  input?: string;
}

const usuallyKeptCharacters = 4096;

/**
 * What a server sees of the environment: nothing of ours, of PostgreSQL's or of the loader's, and a locale that exists
 * everywhere, so that messages are in English and macOS does not start threads in the postmaster to look one up.
 */
export const serverEnvironment: NodeJS.ProcessEnv = { LC_ALL: 'C', TZ: 'UTC' };

/** Tools need to find others besides: initdb a shell, a shell `cp`. */
const toolEnvironment = (): NodeJS.ProcessEnv => ({
  ...serverEnvironment,
  PATH: process.env.PATH ?? '/usr/bin:/bin',
});

/** Runs a short tool (initdb, cp, `postgres --version`) to its end. Never throws: how it ended is a value. */
export function runTool(command: string, args: string[], options: ToolOptions): Promise<ToolOutcome> {
  return new Promise((resolve) => {
    const { account, keptCharacters = usuallyKeptCharacters } = options;
    const child = spawn(command, args, {
      stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      env: toolEnvironment(),
      // A process group of its own: Ctrl-C in the terminal reaches us, and we end the tool.
      detached: true,
      ...(options.workingDirectory === undefined ? {} : { cwd: options.workingDirectory }),
      ...(options.signal === undefined ? {} : { signal: options.signal, killSignal: 'SIGKILL' as const }),
      ...(account?.switchTo ?? {}),
    });
    let stdout = '';
    let stderr = '';
    // A tool that ends before it has read everything says why by how it ends.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(options.input);
    child.stdout?.on('data', (chunk: Buffer) => {
      stdout = (stdout + chunk.toString()).slice(-keptCharacters);
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      stderr = (stderr + chunk.toString()).slice(-keptCharacters);
    });
    child.on('error', (error) => resolve({ exitCode: null, stdout, stderr: error.message }));
    child.on('close', (exitCode) => resolve({ exitCode, stdout, stderr }));
  });
}
