import type { RecoverTo, SourceConfig } from '../domain/config/index.ts';
import type { DrillRequest, DrillState } from '../domain/drill/drill-state.ts';
import type { At } from '../domain/drill/known-at.ts';
import { DrillError } from '../domain/findings/errors.ts';
import type { RecoveryMarker } from '../domain/recovery/recovery-marker.ts';
import type { RecoveryTarget } from '../domain/recovery/recovery-target.ts';
import type { RestoreAccount } from '../domain/recovery/restore-account.ts';
import type { DrillPorts } from '../ports/drill-ports.ts';
import { commandsWith } from './backup-commands.ts';
import { openSource } from './configured-source.ts';

/**
 * What a base backup is recovered to: what drills.yaml says of drills. A real restore without a moment goes to the end of the
 * archive, because nobody who needs his data wants less of it. Pure.
 */
export function aimOf({ mode, at }: Pick<DrillRequest, 'mode' | 'at'>, recoverTo: RecoverTo): RecoverTo {
  if (mode === 'drill' || at !== null) return recoverTo;
  const { marker } = recoverTo;
  return marker === undefined ? { kind: 'latest' } : { kind: 'asked', marker };
}

/** Where the replay ends: at the moment that was asked for, or at what is aimed at. Pure. */
export function recoveryTarget(at: string | null, aim: RecoverTo, startedAt: string): RecoveryTarget {
  if (at !== null) return { kind: 'time', time: at };
  switch (aim.kind) {
    case 'before':
      return { kind: 'time', time: new Date(Date.parse(startedAt) - aim.seconds * 1000).toISOString() };
    case 'at':
      return { kind: 'time', time: aim.time };
    case 'lsn':
      return { kind: 'lsn', lsn: aim.lsn };
    case 'asked':
      return { kind: 'latest' };
    default:
      return { kind: aim.kind };
  }
}

/** Where a drill of a source of base backups recovers to; null: its source holds dumps. Pure. */
export function targetOf(
  { request, startedAt }: Pick<DrillState, 'request' | 'startedAt'>,
  { physical }: SourceConfig,
): RecoveryTarget | null {
  if (physical === null) return null;
  return recoveryTarget(request.at, aimOf(request, physical.recoverTo), startedAt);
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
  const target = targetOf(state, source);
  if (source.physical === null || target === null || ports.recoverers.physical === null)
    throw new DrillError('METHOD_UNAVAILABLE', 'base backups are not recovered here');
  const { store, prefix } = await openSource(state.database, ports);
  const keys = await ports.dumpOpening(state.database);
  const commands = commandsWith(source, keys);
  return ports.recoverers.physical.recover({
    source: {
      ...{ store, key: state.dump.key, walPrefix: prefix + source.physical.walPrefix, keys },
      ...(commands === null ? {} : { commands }),
    },
    target,
    fullSnapshot: source.physical.fullSnapshot,
    sandbox,
    again: state.attempt > 1,
    carriedOn: false,
    timeoutSeconds: restore.timeoutSeconds,
    onProgress: (progress) => ports.progress.restoreProgress(progress),
    signal,
  });
}
