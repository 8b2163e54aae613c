import type { ControlFile } from '../facts/control-file.ts';

/**
 * The settings, as `postgres -c name=value` takes them, without which recovery ends with "insufficient parameter settings": not
 * lower than the primary had them (CheckRequiredParameterValues of xlogrecovery.c). PostgreSQL's own defaults are kept where
 * they are higher, so that there is room to connect.
 */
export function recoverySettings({ settings }: ControlFile): Record<string, string> {
  const least: ControlFile['settings'] = {
    max_connections: 100,
    max_worker_processes: 8,
    max_wal_senders: 10,
    max_prepared_transactions: 0,
    max_locks_per_transaction: 64,
  };
  return Object.fromEntries(
    Object.entries(least).map(([name, value]) => [
      name,
      String(Math.max(value, settings[name as keyof typeof settings])),
    ]),
  );
}
