import { connectionsOf } from '../domain/config.ts';
import { parseDrillState, type RestoredSummary } from '../domain/drill-state.ts';
import { DrillError } from '../domain/errors.ts';
import { inWords, secondsBetween } from '../domain/objectives.ts';
import type { DrillPorts } from '../ports/drill-ports.ts';
import { evidenceNames } from './step.ts';
import { openSource } from './thaw-dump.ts';

/**
 * Restores the selected dump and keeps the account. A dump that turns out to be broken is an expected outcome: the
 * account says so. Only what leaves nothing to say (a lost sandbox, a vanished dump) is thrown.
 *
 * @throws DrillError SANDBOX_LOST, SANDBOX_DISK_FULL, DUMP_NOT_FOUND, DUMP_UNREADABLE, DUMP_CHANGED
 */
export async function restoreDumpStep(
  pointer: { drillId: string; attempt: number },
  ports: Pick<
    DrillPorts,
    'clock' | 'configuration' | 'openStore' | 'restorer' | 'evidence' | 'progress' | 'passphrase' | 'signal'
  >,
): Promise<RestoredSummary> {
  const document = await ports.evidence.getJson(
    pointer.drillId,
    evidenceNames.restoreRequest(pointer.attempt),
  );
  const state = parseDrillState(document);
  const { dump } = state;
  const sandbox = state.sandbox?.address;
  if (dump === null || sandbox === null || sandbox === undefined) throw new Error('restore was not prepared');
  const { restore } = ports.configuration.database(state.database);
  const { store } = await openSource(state.database, ports);
  const passphrase = await ports.passphrase(state.database);
  const startedAt = ports.clock.now().toISOString();
  const limit = AbortSignal.timeout(restore.timeoutSeconds * 1000);
  const account = await restoreWithin(limit, restore.timeoutSeconds, () =>
    ports.restorer.restore({
      dump,
      store,
      sandbox,
      options: { ...restore, connections: connectionsOf(restore), passphrase },
      onProgress: (progress) => ports.progress.restoreProgress(progress),
      signal: AbortSignal.any([ports.signal, limit]),
    }),
  );
  await ports.evidence.putJson(state.drillId, evidenceNames.account(state.attempt), account);
  return {
    complete: account.complete,
    startedAt,
    seconds: secondsBetween(startedAt, ports.clock.now().toISOString()),
    bytesRead: account.bytesRead,
    rowsLoaded: account.tables.reduce((sum, table) => sum + table.rowsLoaded, 0),
  };
}

async function restoreWithin<T>(
  limit: AbortSignal,
  timeoutSeconds: number,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!limit.aborted) throw error;
    throw new DrillError('STEP_TIMED_OUT', `the restore took longer than ${inWords(timeoutSeconds)}`, {
      hint: 'Raise `restore.timeout` in drills.yaml (and `sandbox.lease` with it) if the work is legitimate.',
      cause: error,
    });
  }
}
