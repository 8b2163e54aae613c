import type { RecoveryTarget } from '../../../domain/recovery/recovery-target.ts';
import { literal } from '../../../domain/text/sql-text.ts';
import type { RequiredSettings } from '../../../ports/recovery-place.ts';

export interface RecoveryConf {
  majorVersion: number;
  required: RequiredSettings;
  target: RecoveryTarget;
  /** Timeline to follow; null: the newest that the archive knows. */
  timeline: number | null;
  /** A shell command with %f and %p. */
  restoreCommand: string;
}

/** Lines behind the postgresql.conf of a sandbox, for the start that replays the WAL. Later lines win. */
export function recoveryConf({
  majorVersion,
  required,
  target,
  timeline,
  restoreCommand,
}: RecoveryConf): string {
  const settings: Record<string, string | number> = {
    ...requiredSettings(required),
    // Nobody is let in before the end: what is asked then is asked of a database that is consistent.
    hot_standby: 'off',
    archive_mode: 'off',
    primary_conninfo: '',
    restore_command: restoreCommand,
    recovery_target_timeline: timeline ?? 'latest',
    recovery_target_action: 'promote',
    // Its words on replaying name files, positions and times, never rows: no statement of anybody has run yet.
    log_min_messages: 'log',
    ...targetSettings(target),
    ...silencing(majorVersion),
  };
  return linesOf(settings);
}

/** Lines for every later start of the recovered cluster. */
export const recoveredConf = (required: RequiredSettings, majorVersion: number): string =>
  linesOf({ ...requiredSettings(required), ...silencing(majorVersion) });

/** Login event triggers exist since 17; this setting too. */
const silencing = (majorVersion: number): Record<string, string> =>
  majorVersion >= 17 ? { event_triggers: 'off' } : {};

/** A sandbox's own are 100 connections with 512 locks each: only what must be more is raised. */
const requiredSettings = (required: RequiredSettings): Record<string, string | number> => ({
  max_connections: Math.max(100, required.maxConnections),
  max_worker_processes: Math.max(8, required.maxWorkerProcesses),
  max_wal_senders: required.maxWalSenders,
  max_prepared_transactions: required.maxPreparedTransactions,
  max_locks_per_transaction: Math.max(512, required.maxLocksPerTransaction),
  // With senders the server asks for more than minimal.
  ...(required.maxWalSenders > 0 ? { wal_level: 'replica' } : {}),
});

function targetSettings(target: RecoveryTarget): Record<string, string> {
  switch (target.kind) {
    case 'latest':
      return {};
    case 'immediate':
      return { recovery_target: 'immediate' };
    case 'time':
      // Its check takes no `Z`: only what can be read before the server knows any name of a zone.
      return {
        recovery_target_time: new Date(target.time).toISOString().replace('T', ' ').replace('Z', '+00'),
      };
    case 'lsn':
      return { recovery_target_lsn: target.lsn };
  }
}

const linesOf = (settings: Record<string, string | number>): string =>
  Object.entries(settings)
    .map(([name, value]) => `${name} = ${literal(String(value)).trim()}\n`)
    .join('');
