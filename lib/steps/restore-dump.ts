import { parseDrillState, type RestoredSummary } from '../domain/drill-state.ts';
import { secondsBetween } from '../domain/objectives.ts';
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
  const document = await ports.evidence.getJson(pointer.drillId, evidenceNames.restoreRequest(pointer.attempt));
  const state = parseDrillState(document);
  const sandbox = state.sandbox?.address;
  if (state.dump === null || sandbox === null || sandbox === undefined) throw new Error('restore was not prepared');
  const { restore } = ports.configuration.database(state.database);
  const { store } = await openSource(state.database, ports);
  const startedAt = ports.clock.now().toISOString();
  const account = await ports.restorer.restore({
    dump: state.dump,
    store,
    sandbox,
    options: { ...restore, passphrase: await ports.passphrase(state.database) },
    onProgress: (progress) => ports.progress.restoreProgress(progress),
    signal: ports.signal,
  });
  await ports.evidence.putJson(state.drillId, evidenceNames.account(state.attempt), account);
  return {
    complete: account.complete,
    startedAt,
    seconds: secondsBetween(startedAt, ports.clock.now().toISOString()),
    bytesRead: account.bytesRead,
    rowsLoaded: account.tables.reduce((sum, table) => sum + table.rowsLoaded, 0),
  };
}
