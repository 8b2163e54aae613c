import type { RecoverTo } from '../domain/config/index.ts';
import type { At } from '../domain/drill/known-at.ts';
import { DrillError } from '../domain/findings/errors.ts';
import type { RecoveryMarker } from '../domain/recovery/recovery-marker.ts';
import type { RecoveryTarget } from '../domain/recovery/recovery-target.ts';
import type { RestoreAccount } from '../domain/recovery/restore-account.ts';
import type { DrillPorts } from '../ports/drill-ports.ts';
import { openSource } from './configured-source.ts';

/** Where to recover to: the moment that was asked for, or what drills.yaml says. Pure. */
export function recoveryTarget(at: string | null, recoverTo: RecoverTo, startedAt: string): RecoveryTarget {
  if (at !== null) return { kind: 'time', time: at };
  switch (recoverTo.kind) {
    case 'before':
      return {
        kind: 'time',
        time: new Date(Date.parse(startedAt) - recoverTo.seconds * 1000).toISOString(),
      };
    case 'at':
      return { kind: 'time', time: recoverTo.time };
    case 'lsn':
      return { kind: 'lsn', lsn: recoverTo.lsn };
    case 'asked':
      return { kind: 'latest' };
    default:
      return { kind: recoverTo.kind };
  }
}

/**
 * The marker as it can be asked where the cluster was recovered to: of another moment than its own it says nothing, and at the
 * end of the archive both rows are there. Pure.
 */
export function markerAt(
  at: string | null,
  recoverTo: RecoverTo,
): { marker?: RecoveryMarker; notCompared: string[] } {
  const { marker } = recoverTo;
  if (marker === undefined) return { notCompared: [] };
  if (recoverTo.kind === 'asked')
    return at === null
      ? { marker: { ...marker, after: null }, notCompared: [markerAtTheEnd] }
      : { marker, notCompared: [] };
  const own = recoverTo.kind === 'at' && at !== null && Date.parse(at) === Date.parse(recoverTo.time);
  return at === null || own ? { marker, notCompared: [] } : { notCompared: [markerOfAnother] };
}

const markerAtTheEnd =
  'the marker row after the moment: the drill recovered to the end of the archive, where it may be';
const markerOfAnother =
  'the marker rows of drills.yaml: the request names another moment than the one they were written around';

/** Recovers the selected base backup in the sandbox at hand. @throws DrillError as Recoverer.recover */
export async function recoverBaseBackup(
  state: At<'restore prepared'>,
  ports: Pick<DrillPorts, 'configuration' | 'openStore' | 'dumpOpening' | 'recoverers' | 'progress'>,
  signal: AbortSignal,
): Promise<RestoreAccount> {
  const { source, restore } = ports.configuration.database(state.database);
  const { address: sandbox } = state.sandbox;
  if (source.physical === null || ports.recoverers.physical === null)
    throw new DrillError('METHOD_UNAVAILABLE', 'base backups are not recovered here');
  const { store, prefix } = await openSource(state.database, ports);
  const keys = await ports.dumpOpening(state.database);
  return ports.recoverers.physical.recover({
    source: { store, key: state.dump.key, walPrefix: prefix + source.physical.walPrefix, keys },
    target: recoveryTarget(state.request.at, source.physical.recoverTo, state.startedAt),
    fullSnapshot: source.physical.fullSnapshot,
    sandbox,
    again: state.attempt > 1,
    carriedOn: false,
    timeoutSeconds: restore.timeoutSeconds,
    onProgress: (progress) => ports.progress.restoreProgress(progress),
    signal,
  });
}
