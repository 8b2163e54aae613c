import type { RecoveryPhase, RestoreProgress } from '../../domain/recovery/restore-account.ts';
import { formatBytes, formatCountOf, formatSeconds } from '../../domain/text/quantities.ts';
import type { Pace } from './pace.ts';

/**
 * `31 % of 40.0 MB, 5.1 MB/s, 6 s left, 48,120 rows, public.orders`: the share first, the object last, because that is what a
 * narrow screen cuts off.
 */
export function restoreProgressText(progress: RestoreProgress, pace: Pace | null): string {
  const { bytesRead, entriesDone, rowsLoaded, currentObject, phase } = progress;
  const read = bytesRead === 0 ? [] : [bytesText(progress), ...paceTexts(pace)];
  if (isRecoveryPhase(phase)) return [...read, recoveryWords[phase]].join(', ');
  const rows =
    rowsLoaded === 0 ? formatCountOf(entriesDone, 'entry', 'entries') : formatCountOf(rowsLoaded, 'row');
  return [
    bytesText(progress),
    ...paceTexts(pace),
    rows,
    ...(currentObject === null ? [] : [currentObject.trim()]),
  ].join(', ');
}

export const isRecoveryPhase = (phase: RestoreProgress['phase']): phase is RecoveryPhase =>
  phase in recoveryWords;

/** In whole percent; null where the total is not known. */
export function percentOf({
  bytesRead,
  bytesTotal,
}: Pick<RestoreProgress, 'bytesRead' | 'bytesTotal'>): number | null {
  if (bytesTotal === null || bytesTotal === 0) return null;
  return Math.min(100, Math.floor((bytesRead / bytesTotal) * 100));
}

function bytesText(progress: RestoreProgress): string {
  const percent = percentOf(progress);
  return percent === null || progress.bytesTotal === null
    ? formatBytes(progress.bytesRead)
    : `${percent} % of ${formatBytes(progress.bytesTotal)}`;
}

function paceTexts(pace: Pace | null): string[] {
  if (pace === null) return [];
  const rate = `${formatBytes(Math.round(pace.bytesPerSecond))}/s`;
  return pace.secondsLeft === null || pace.secondsLeft < 1
    ? [rate]
    : [rate, `${formatSeconds(Math.round(pace.secondsLeft))} left`];
}

/** What happens to a base backup. */
const recoveryWords: Readonly<Record<RecoveryPhase, string>> = {
  unpack: 'unpacking and verifying',
  'read wal': 'reading the archived WAL',
  replay: 'replaying WAL',
  'verify pages': 'verifying pages',
  open: 'opening the cluster',
  carry: 'carrying into the sandbox',
};
