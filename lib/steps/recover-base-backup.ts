import type { RecoverTo } from '../domain/config/index.ts';
import type { At } from '../domain/drill/known-at.ts';
import { DrillError } from '../domain/findings/errors.ts';
import type { RecoveryTarget } from '../domain/recovery/recovery-target.ts';
import type { RestoreAccount } from '../domain/recovery/restore-account.ts';
import type { DrillPorts } from '../ports/drill-ports.ts';
import { openSource } from './configured-source.ts';

/** Where to recover to: the moment that was asked for, or what drills.yaml says. Pure. */
export function recoveryTarget(at: string | null, recoverTo: RecoverTo, startedAt: string): RecoveryTarget {
  if (at !== null) return { kind: 'time', time: at };
  if (recoverTo.kind !== 'before') return recoverTo;
  return { kind: 'time', time: new Date(Date.parse(startedAt) - recoverTo.seconds * 1000).toISOString() };
}

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
    timeoutSeconds: restore.timeoutSeconds,
    onProgress: (progress) => ports.progress.restoreProgress(progress),
    signal,
  });
}
