import { evidenceOf } from '../contract/evidence.ts';
import type { DumpOpening } from '../domain/backup/dump-opening.ts';
import { backupOf } from '../domain/backup/kinds.ts';
import { connectionsOf, type DatabaseConfig, entryTimeoutOf } from '../domain/config/index.ts';
import type { RestoredSummary } from '../domain/drill/drill-state.ts';
import type { At } from '../domain/drill/known-at.ts';
import { DrillError, isDrillError } from '../domain/findings/errors.ts';
import type { Finding } from '../domain/findings/findings.ts';
import type { RestoreAccount } from '../domain/recovery/restore-account.ts';
import { inWords, secondsBetween } from '../domain/time/spans.ts';
import type { DrillPorts } from '../ports/drill-ports.ts';
import type { RestoreOptions } from '../ports/recovery.ts';
import { openSource } from './configured-source.ts';
import { readyHooks } from './hook-runs.ts';
import { recoverBaseBackup } from './recover-base-backup.ts';
import { type PreparedRestore, readRestoreRequest } from './restore-request.ts';
import { setRolePasswords } from './set-role-passwords.ts';
import { withinLimit } from './time-limit.ts';

export type RestorePorts = Pick<
  DrillPorts,
  | 'clock'
  | 'configuration'
  | 'openStore'
  | 'recoverers'
  | 'cleaner'
  | 'checks'
  | 'rolePasswords'
  | 'evidence'
  | 'progress'
  | 'dumpOpening'
  | 'signal'
>;

/**
 * Restores the selected dump and keeps the account, gives roles their passwords, and opens the sandbox to the checks.
 * A dump that turns out to be broken is an expected outcome: the account says so. Only what leaves nothing to say (a
 * lost sandbox, a vanished dump) is thrown.
 *
 * @throws DrillError SANDBOX_LOST, SANDBOX_DISK_FULL, DUMP_NOT_FOUND, DUMP_UNREADABLE, DUMP_CHANGED
 */
export async function restoreDumpStep(
  pointer: { drillId: string; attempt: number },
  ports: RestorePorts,
): Promise<RestoredSummary> {
  return restorePrepared(await readRestoreRequest(pointer, ports), ports);
}

/** The same, of a request at hand: inside the restore task, the sandbox answers where only the task knows. */
export async function restorePrepared(
  request: PreparedRestore,
  ports: RestorePorts,
): Promise<RestoredSummary> {
  const { state } = request;
  const config = ports.configuration.database(state.database);
  const { restore } = config;
  const startedAt = ports.clock.now().toISOString();
  const limit = AbortSignal.timeout(restore.timeoutSeconds * 1000);
  const signal = AbortSignal.any([ports.signal, limit]);
  const physical = backupOf(state).kind === 'physical';
  const recover = physical ? recoverBaseBackup : restoreDump;
  const account = await withinLimit(
    limit,
    `the restore took longer than ${inWords(restore.timeoutSeconds)}`,
    () => recover(state, ports, signal),
  ).catch((error: unknown) => {
    if (!ports.signal.aborted || isDrillError(error)) throw error;
    throw new DrillError('INTERRUPTED', 'the restore was interrupted', { cause: error });
  });
  await ports.evidence.write(evidenceOf.account(state.attempt), state.drillId, account);
  const findings = account.complete ? await openToChecks(request, account, ports) : [];
  return {
    complete: account.complete,
    startedAt,
    seconds: secondsBetween(startedAt, ports.clock.now().toISOString()),
    bytesRead: account.bytesRead,
    rowsLoaded: account.tables.reduce((sum, table) => sum + table.rowsLoaded, 0),
    ...(physical ? { walBytes: account.recovered?.walBytes ?? null } : {}),
    ...(account.olderBackups === undefined ? {} : { olderBackups: account.olderBackups }),
    findings,
    hooks: readyHooks(state.hooks, config, account),
  };
}

async function restoreDump(
  { database, dump, attempt, sandbox: { address: sandbox } }: At<'restore prepared'>,
  ports: RestorePorts,
  signal: AbortSignal,
): Promise<RestoreAccount> {
  const { restore } = ports.configuration.database(database);
  const { store } = await openSource(database, ports);
  const opening = await ports.dumpOpening(database);
  // A former attempt may have died anywhere, so what it left is asked of the server and not of an account.
  if (attempt > 1) await ports.cleaner.empty(sandbox);
  return ports.recoverers.logical.restore({
    dump,
    store,
    sandbox,
    options: restoreOptions(restore, opening),
    onProgress: (progress) => ports.progress.restoreProgress(progress),
    signal,
  });
}

/** How a restore is done, from drills.yaml. */
export const restoreOptions = (restore: DatabaseConfig['restore'], opening: DumpOpening): RestoreOptions => ({
  ...restore,
  connections: connectionsOf(restore),
  entryTimeoutSeconds: entryTimeoutOf(restore),
  ...opening,
});

/** What must be done before anybody asks the data: nothing of it may change what was restored. */
async function openToChecks(
  { state }: PreparedRestore,
  account: RestoreAccount,
  ports: RestorePorts,
): Promise<Finding[]> {
  const { address } = state.sandbox;
  // The drill's own reader sees every row of a recovered cluster, and nothing of that cluster is changed.
  if (account.recovered !== undefined && state.plan.kind !== 'rds') return [];
  const { roles } = ports.configuration.database(state.database);
  const { rolePasswords } = ports;
  const findings = rolePasswords === null ? [] : await setRolePasswords(roles, address, rolePasswords);
  const databases = account.databases.map(({ name }) => name);
  // Last, because from here on the master may have to log in in another way.
  const prepared = await ports.checks.prepare(address, databases);
  await ports.evidence.write(evidenceOf.prepared(state.attempt), state.drillId, prepared);
  return findings;
}
