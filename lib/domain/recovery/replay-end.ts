import type { RecoveryTarget } from './recovery-target.ts';

/** Up to where WAL is replayed, as far as names and uploads tell; null: all that there is may be. */
export type ReplayEnd = { lsn: string } | { uploadedBy: string } | null;

/** Archiving is behind by so much at most where it works; what came later is of later. */
const archiveLagMs = 3_600_000;

/**
 * Which WAL a recovery replays at most, to know its size beforehand. Pure.
 * @param uploadedAt when the base backup had come, ISO 8601: where that is after a moment before which it ended, the archive was
 * copied, and uploads tell nothing
 */
export function replayEnd(target: RecoveryTarget, uploadedAt: string): ReplayEnd {
  const uploadedBy = (moment: string): ReplayEnd => ({
    uploadedBy: new Date(Date.parse(moment) + archiveLagMs).toISOString(),
  });
  switch (target.kind) {
    case 'latest':
      return null;
    case 'lsn':
      return { lsn: target.lsn };
    case 'immediate':
      return uploadedBy(uploadedAt);
    case 'time':
      return Date.parse(uploadedAt) <= Date.parse(target.time) ? uploadedBy(target.time) : null;
  }
}
