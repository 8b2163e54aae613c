import type { RecoveryTarget } from '../recovery/recovery-target.ts';
import { secondsBetween } from '../time/spans.ts';
import type { NameTimestamp } from '../time/timestamp-format.ts';
import { zoneUncertaintySeconds } from '../time/zones.ts';
import type { SelectedDump } from './dump.ts';

/** What a dump's moment is told from: every one of them may be wrong, and each in its own way. */
export interface DumpClaims {
  /** What the backup job meant. Wrong when the job uploads an old file, or spells the date in an unforeseen way. */
  name: Pick<NameTimestamp, 'startsAt' | 'endsAt'> | null;
  /** The archive header's creation time, by pg_dump: local time without a zone. */
  header: string | null;
  /** End of the upload. Copies make it later; only a store that stamps it itself keeps it from being earlier. */
  uploadedAt: string;
}

/** A file's time before 2000 comes from a clock that was never set, or from a packer that writes none. */
const firstCredibleUploadMs = Date.UTC(2000, 0, 1);
/** Clocks of the backup job and of the store may differ by this much. */
const clockSkewSeconds = 300;

/** The moments of a dump in hand. */
export function claimsOf(dump: SelectedDump): DumpClaims {
  const { nameTimestamp, nameTimestampEnd, header, uploadedAt } = dump;
  return {
    name:
      nameTimestamp === null ? null : { startsAt: nameTimestamp, endsAt: nameTimestampEnd ?? nameTimestamp },
    header: header.consistencyPoint,
    uploadedAt,
  };
}

/**
 * The moment a dump stands for, from which a loss and its age are measured: the oldest of what is said of it, so that a
 * loss is never made smaller than it is. Within the room that zones need, the name counts before the header, and the end
 * of the upload only where it is earlier than both, because copying a file makes it young again.
 */
export function dumpMoment(dump: SelectedDump): string {
  return oldestOf(claimsOf(dump));
}

/** The same from what a listing tells, where no header was read: of a candidate, and for the hourly watch. */
export function listedMoment(listed: { nameTimestamp: NameTimestamp | null; modifiedAt: string }): string {
  return oldestOf({ name: listed.nameTimestamp, header: null, uploadedAt: listed.modifiedAt });
}

function oldestOf({ name, header, uploadedAt }: DumpClaims): string {
  const upload = isCredible(uploadedAt) ? uploadedAt : null;
  if (name === null) return earlier(header ?? uploadedAt, upload);
  const older = header !== null && secondsOutside(header, name) < 0 ? header : name.startsAt;
  return earlier(older, upload);
}

/**
 * When pg_dump took the dump, for asking how old its rows were then. Where name and header cannot both be right, the
 * header counts: nobody renames it. `dumpMomentToleranceSeconds` is how much later the newest row may honestly be.
 */
export function momentOfTaking(dump: SelectedDump): {
  dumpMoment: string;
  dumpMomentToleranceSeconds: number;
} {
  const { name, header, uploadedAt } = claimsOf(dump);
  if (name !== null && (header === null || secondsOutside(header, name) === 0)) {
    return {
      dumpMoment: name.startsAt,
      dumpMomentToleranceSeconds: secondsBetween(name.startsAt, name.endsAt) + zoneUncertaintySeconds,
    };
  }
  if (header !== null) return { dumpMoment: header, dumpMomentToleranceSeconds: zoneUncertaintySeconds };
  return { dumpMoment: uploadedAt, dumpMomentToleranceSeconds: clockSkewSeconds };
}

/**
 * The moment that a recovered cluster is asked about: the one it was recovered to, and at the end of the archive now. A base
 * backup's own says nothing of rows that WAL brought.
 *
 * @param lastCommitAt for a recovery to a position, whose moment nobody told
 */
export function momentOfRecovery(
  target: RecoveryTarget,
  startedAt: string,
  lastCommitAt: string,
): { dumpMoment: string; dumpMomentToleranceSeconds: number } {
  const dumpMoment =
    target.kind === 'time' ? target.time : target.kind === 'latest' ? startedAt : lastCommitAt;
  return { dumpMoment, dumpMomentToleranceSeconds: clockSkewSeconds };
}

/**
 * Seconds by which a moment lies outside a period, beyond what unknown zones explain: negative before it, 0 within,
 * positive after it.
 */
export function secondsOutside(
  moment: string,
  { startsAt, endsAt }: Pick<NameTimestamp, 'startsAt' | 'endsAt'>,
): number {
  const before = secondsBetween(startsAt, moment) + zoneUncertaintySeconds;
  const after = secondsBetween(endsAt, moment) - zoneUncertaintySeconds;
  return before < 0 ? before : Math.max(0, after);
}

/** Whether the end of an upload tells anything. */
export const isCredible = (uploadedAt: string): boolean => Date.parse(uploadedAt) >= firstCredibleUploadMs;

/** A day, beside the zones, is what dumping and uploading may take until an upload tells nothing of a name's moment. */
const longestRunSeconds = 86_400;

/** Whether an upload can be that of a dump of this moment, made and sent there and then. */
export function isUploadOf({ modifiedAt }: { modifiedAt: string }, timestamp: NameTimestamp): boolean {
  const outside = secondsOutside(modifiedAt, timestamp);
  return isCredible(modifiedAt) && outside >= 0 && outside <= longestRunSeconds;
}

const earlier = (moment: string, other: string | null): string =>
  other !== null && Date.parse(other) < Date.parse(moment) ? other : moment;
