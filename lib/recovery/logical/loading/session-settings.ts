import type { Statement } from '../dump/dump-stream.ts';

/** The bytes of a statement as the dump holds them. */
export const statementBytes = (statement: Statement): Buffer =>
  Buffer.from(statement.sql, statement.codec === 'binary' ? 'latin1' : 'utf8');

/** The dump's session settings at one point of the dump: setting name -> the statement that set it last. */
export type SettingsSnapshot = ReadonlyMap<string, Statement>;

/**
 * What the dump has SET so far. psql replays a dump on one session; we use many, so each session catches up with the
 * snapshot of its work before running it. A snapshot never changes, so a session compares by identity first.
 */
export class SessionSettings {
  #current: SettingsSnapshot = new Map();

  get snapshot(): SettingsSnapshot {
    return this.#current;
  }

  record(name: string, statement: Statement): void {
    const next = new Map(this.#current);
    next.set(name.toLowerCase(), statement);
    this.#current = next;
  }
}

/** The statements a session at `from` must run to stand at `to`. */
export function settingsBetween(from: SettingsSnapshot, to: SettingsSnapshot): Statement[] {
  if (from === to) return [];
  return [...to]
    .filter(([name, statement]) => from.get(name) !== statement)
    .map(([, statement]) => statement);
}

export interface ServerFacts {
  majorVersion: number;
  /** The server's max_parallel_workers. */
  parallelWorkers: number;
  /** The server's shared_buffers in bytes: our only hint at the size of a machine that is not ours. */
  sharedBuffersBytes: number;
  walLevel: string;
}

const mebibyte = 1024 * 1024;

/**
 * maintenance_work_mem per session, at most. RDS gives shared_buffers a quarter of the memory, so shared_buffers / connections
 * keeps all sessions together within another quarter; 64 MB (the server's default) to 1 GB, beyond which GIN gains nothing.
 */
export function maintenanceMemoryMebibytes(facts: ServerFacts, connections: number): number {
  const share = Math.floor(facts.sharedBuffersBytes / mebibyte / connections);
  return Math.min(1024, Math.max(64, share));
}

/**
 * Settings of a fast load, for our sessions only: ending the session undoes them.
 * - synchronous_commit off: a commit need not wait for the disk; a crash makes us start the database afresh anyway. The end of
 *   the attempt waits once for all.
 * - statement, lock and idle timeouts off: the restore has its own signal.
 * - default_statistics_target 10, a tenth of the default: ANALYZE at the end samples 3,000 rows a table instead of 30,000. It
 *   cost 2.2 s of 13 s on 180 MB before. The same first step as `vacuumdb --analyze-in-stages`; autovacuum refines it.
 * - createrole_self_grant (16 and later): roles created by the dump can own things
 *   (docs/facts.md#acting-as-an-owner).
 */
export function fastLoadSettings(
  facts: ServerFacts,
  connections: number,
  parallelMaintenanceWorkers: number,
): string[] {
  const settings = [
    'SET synchronous_commit = off',
    `SET maintenance_work_mem = '${maintenanceMemoryMebibytes(facts, connections)}MB'`,
    `SET max_parallel_maintenance_workers = ${parallelMaintenanceWorkers}`,
    'SET statement_timeout = 0',
    'SET lock_timeout = 0',
    'SET idle_in_transaction_session_timeout = 0',
    'SET client_min_messages = warning',
    'SET default_statistics_target = 10',
    // A role or database default of read-only must not stop the restore.
    'SET default_transaction_read_only = off',
  ];
  if (facts.majorVersion >= 14) settings.push('SET idle_session_timeout = 0');
  if (facts.majorVersion >= 16) settings.push(`SET createrole_self_grant = 'set, inherit'`);
  if (facts.majorVersion >= 17) settings.push('SET transaction_timeout = 0');
  return settings;
}
