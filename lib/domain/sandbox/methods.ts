import type { BackupKind } from '../backup/kinds.ts';
import type { ChoosableKind } from '../config/choosable-kinds.ts';
import type { DrillMode, SandboxKind } from './sandbox-plan.ts';

/**
 * What a method of recovery works on: a server that answers, the data directory of one that does not run yet, both – what
 * was recovered in a directory is carried into the server –, or an instance that the service itself makes.
 */
type MethodNeed = 'server' | 'data directory' | 'directory and server' | 'instance';

/** One way to recover a kind of backup in a kind of sandbox. */
export interface RecoveryMethod {
  readonly backup: BackupKind;
  readonly sandbox: SandboxKind;
  readonly needs: MethodNeed;
}

/** Every pair that can be recovered, and how. What is not in this table is refused before anything is made. */
export const recoveryMethods = [
  { backup: 'logical', sandbox: 'rds', needs: 'server' },
  { backup: 'logical', sandbox: 'task', needs: 'server' },
  { backup: 'logical', sandbox: 'local-process', needs: 'server' },
  { backup: 'physical', sandbox: 'rds', needs: 'directory and server' },
  { backup: 'physical', sandbox: 'task', needs: 'data directory' },
  { backup: 'physical', sandbox: 'local-process', needs: 'data directory' },
] as const satisfies readonly RecoveryMethod[];

/** Kinds of backup that can be recovered somewhere. */
export type RecoverableKind = (typeof recoveryMethods)[number]['backup'];

/** The method for a pair, or in words why there is none. */
export function methodFor(
  backup: BackupKind,
  sandbox: SandboxKind,
): { method: RecoveryMethod } | { refused: string } {
  const method = recoveryMethods.find((row) => row.backup === backup && row.sandbox === sandbox);
  if (method !== undefined) return { method };
  const others = recoveryMethods.filter((row) => row.backup === backup).map((row) => row.sandbox);
  const instead = others.length === 0 ? 'nor in any other' : `but in ${others.join(', ')}`;
  return { refused: `a ${backup} backup cannot be recovered in a sandbox of kind ${sandbox}, ${instead}` };
}

/**
 * The kind of sandbox of a drill: what was asked for, else what drills.yaml says, else what suits the backup. A real
 * restore always ends in RDS. A host that makes one kind only makes that.
 *
 * @param kinds what the host makes
 */
export function kindFor(
  kinds: readonly [SandboxKind, ...SandboxKind[]],
  drill: {
    backup: BackupKind;
    mode: DrillMode;
    asked: ChoosableKind | null;
    configured: ChoosableKind | null;
  },
): SandboxKind {
  const wanted =
    drill.mode === 'restore'
      ? 'rds'
      : scheduledKind({ ...drill, holdsBaseBackups: drill.backup === 'physical' });
  return kinds.includes(wanted) ? wanted : kinds[0];
}

/** The same of the drills that a schedule starts in an account, where every kind is at hand. */
export const scheduledKind = ({
  holdsBaseBackups,
  asked,
  configured,
}: {
  holdsBaseBackups: boolean;
  asked: ChoosableKind | null;
  configured: ChoosableKind | null;
}): ChoosableKind => asked ?? configured ?? (holdsBaseBackups ? 'task' : 'rds');
