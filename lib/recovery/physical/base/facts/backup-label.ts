/** `backup_label`: where recovery from a base backup has to begin. PostgreSQL's build_backup_content() writes it. */
import { formatLsn, parseLsn } from '../../numbers/lsn.ts';

export interface BackupLabel {
  /** Where replay begins, e.g. `0/F00028`. */
  startLsn: string;
  /** Name of the segment that holds it, e.g. `00000001000000000000000F`. */
  startSegment: string;
  checkpointLsn: string;
  startTimeline: number;
  /** `streamed` for pg_basebackup and pg_backup_start; null where it is not written. */
  method: string | null;
  from: 'primary' | 'standby' | null;
  /** As written, in the time zone of the server's log: `2026-11-20 02:15:12 UTC`. */
  startTime: string | null;
  label: string | null;
  /** Of an incremental backup (17 and later): the LSN and timeline of the backup that it builds on. */
  incrementalFrom: { lsn: string; timeline: number | null } | null;
}

export type BackupLabelReading = { kind: 'label'; label: BackupLabel } | { kind: 'damaged'; reason: string };

/** Nothing longer is plausible: pg_backup_start takes a label of at most 1 KiB (MAXPGPATH). */
export const longestLabelBytes = 64 * 1024;

/** As read_backup_label() of xlogrecovery.c reads it: the first two lines must be there, the others may be absent. */
export function readBackupLabel(text: string): BackupLabelReading {
  const [first = '', second = '', ...others] = text.split('\n');
  const start =
    /^START WAL LOCATION: ([0-9A-Fa-f]+\/[0-9A-Fa-f]+) \(file ([0-9A-Fa-f]{8})([0-9A-Fa-f]{16})\)$/.exec(
      first,
    );
  const startLsn = parseLsn(start?.[1] ?? '');
  const checkpointLsn = parseLsn(/^CHECKPOINT LOCATION: (\S+)$/.exec(second)?.[1] ?? '');
  if (start === null || startLsn === null || checkpointLsn === null)
    return { kind: 'damaged', reason: 'backup_label does not begin with its WAL and checkpoint locations' };
  const field = (name: string): string | null =>
    others.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2) ?? null;
  const startTimeline = Number.parseInt(start[2] as string, 16);
  const told = field('START TIMELINE');
  if (told !== null && Number.parseInt(told, 10) !== startTimeline)
    return { kind: 'damaged', reason: 'backup_label names two timelines, which PostgreSQL refuses' };
  const from = field('BACKUP FROM');
  return {
    kind: 'label',
    label: {
      startLsn: formatLsn(startLsn),
      startSegment: `${start[2]}${start[3]}`,
      checkpointLsn: formatLsn(checkpointLsn),
      startTimeline,
      method: field('BACKUP METHOD'),
      from: from === 'primary' || from === 'standby' ? from : null,
      startTime: field('START TIME'),
      label: field('LABEL'),
      incrementalFrom: incrementalFrom(field('INCREMENTAL FROM LSN'), field('INCREMENTAL FROM TLI')),
    },
  };
}

/** Whatever stands there marks an incremental backup, which no server starts on. */
function incrementalFrom(lsn: string | null, timeline: string | null): BackupLabel['incrementalFrom'] {
  if (lsn === null) return null;
  const parsed = parseLsn(lsn);
  return {
    lsn: parsed === null ? lsn : formatLsn(parsed),
    timeline: timeline === null ? null : Number.parseInt(timeline, 10),
  };
}
