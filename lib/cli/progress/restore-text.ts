import type { RecoveryPhase, RestoreProgress } from '../../domain/recovery/restore-account.ts';
import { formatBytes, formatCount, formatCountOf } from '../../domain/text/quantities.ts';

/** `12.3 MB of 40.0 MB (31 %), 48,120 rows, public.orders`. The object comes last: it is what a narrow screen cuts off. */
export function restoreProgressText(progress: RestoreProgress): string {
  const { bytesRead, bytesTotal, entriesDone, rowsLoaded, currentObject, phase } = progress;
  const share =
    bytesTotal === null || bytesTotal === 0
      ? ''
      : ` (${Math.min(100, Math.floor((bytesRead / bytesTotal) * 100))} %)`;
  const bytes =
    bytesTotal === null
      ? formatBytes(bytesRead)
      : `${formatBytes(bytesRead)} of ${formatBytes(bytesTotal)}${share}`;
  if (phase in recoveryWords)
    return `${recoveryWords[phase as RecoveryPhase]}${bytesRead === 0 ? '' : `, ${bytes}`}`;
  const rows =
    rowsLoaded === 0 ? formatCountOf(entriesDone, 'entry', 'entries') : `${formatCount(rowsLoaded)} rows`;
  return [bytes, rows, ...(currentObject === null ? [] : [currentObject])].join(', ');
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
