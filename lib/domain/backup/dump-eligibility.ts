import type { FindingCode } from '../findings/findings.ts';
import { recogniseSwappedTimestamp, recogniseTimestamp } from '../time/name-timestamp.ts';
import { swappedDay } from '../time/swapped-day.ts';
import type { NameTimestamp } from '../time/timestamp-format.ts';
import { zoneUncertaintySeconds } from '../time/zones.ts';
import { momentNameOf } from './base-backups.ts';
import type { ListedDump } from './directory-dumps.ts';
import { isUploadOf } from './dump-moment.ts';
import { baseNameOf, finishedName, folderOf, nameKind } from './dump-names.ts';
import { type DumpPattern, matchDumpName } from './dump-pattern.ts';
import { wholeNameOf } from './split-dumps.ts';

/** What is looked for among the objects of a source. */
export interface SelectionCriteria {
  /** As in drills.yaml; null: anything that could be a dump. */
  pattern: string | null;
  /** Start of every key that the pattern does not repeat, e.g. `postgres/`. */
  prefix: string;
  /** IANA timezone of timestamps without an offset. */
  timezone: string;
  /** Smaller dumps are refused. 0: any size but zero bytes. */
  minBytes: number;
  /** ISO 8601: the moment of looking. What claims to be later is not believed. */
  now: string;
  /** ISO 8601: take the newest not after this moment; null: the newest. */
  at: string | null;
  /** Exactly this object and no other; null: choose. */
  key: string | null;
  /** True when an archived dump may be chosen, because the caller can have it thawed. */
  acceptArchived: boolean;
  /** Base backups are looked for, and WAL lies below this prefix; absent: dumps. */
  walPrefix?: string;
  /** A tool lists them: of their names and moments it says what it will, and nothing of their size. */
  listedByTool?: true;
}

/** A dump that was passed over, and why. `code` is the finding that fits. */
export interface RefusedDump {
  key: string;
  /** Plain words that continue "<key> was passed over: ". */
  reason: string;
  code: Extract<
    FindingCode,
    | 'DUMP_REFUSED'
    | 'DUMP_IN_FUTURE'
    | 'DUMP_MOMENT_UNCLEAR'
    | 'DUMP_EMPTY'
    | 'DUMP_TOO_SMALL'
    | 'DUMP_UNREADABLE'
    | 'DUMP_PART_MISSING'
  >;
}

/** What becomes of one dump of a listing. */
type DumpJudgement =
  | { kind: 'ignored' }
  | { kind: 'refused'; reason: string; code: RefusedDump['code']; timestamp: NameTimestamp | null }
  | { kind: 'eligible'; timestamp: NameTimestamp | null };

/** Decides by name, age, size and storage class whether a dump may be drilled. The bytes decide later. */
export function judgeDump(
  dump: ListedDump,
  pattern: DumpPattern | null,
  criteria: SelectionCriteria,
): DumpJudgement {
  const named = judgeName(dump, pattern, criteria);
  if (dump.takenAt !== undefined && named.kind === 'eligible') named.timestamp = momentOf(dump.takenAt);
  if (named.kind !== 'eligible') return named;
  const refusal = refusalOf(dump, named.timestamp, criteria);
  return refusal === null ? named : { kind: 'refused', ...refusal, timestamp: named.timestamp };
}

/** As a name would say it, to the second. */
/** A moment that a list tells, as a name would. */
export const momentOf = (takenAt: string): NameTimestamp => ({
  startsAt: takenAt,
  endsAt: new Date(Date.parse(takenAt) + 1000).toISOString(),
  precision: 'second',
});

/** The moment in a name; where it holds none, in its folders: `2026-11-28/shop.sql`, `2026/11/28/shop.sql`. */
function timestampOfKey(key: string, timezone: string): NameTimestamp | null {
  const named = recogniseTimestamp(baseNameOf(key), timezone);
  if (named !== null || recogniseSwappedTimestamp(baseNameOf(key), timezone) !== null) return named;
  return recogniseTimestamp(folderOf(key).replaceAll('/', '-').replace(/-$/, ''), timezone);
}

function judgeName(
  dump: ListedDump,
  pattern: DumpPattern | null,
  { prefix, timezone, key, walPrefix }: SelectionCriteria,
): DumpJudgement {
  const relative = dump.key.startsWith(prefix) ? dump.key.slice(prefix.length) : null;
  if (key !== null) {
    const asked = dump.parts === undefined ? key : wholeNameOf(key);
    if (dump.key.replace(/\/$/, '') !== asked.replace(/\/$/, '')) return { kind: 'ignored' };
    const match = pattern === null ? null : matchDumpName(pattern, relative ?? dump.key, timezone);
    const timestamp = match?.kind === 'match' ? match.timestamp : null;
    const stamp = timestamp ?? timestampOfKey(momentNameOf(relative ?? dump.key), timezone);
    return dump.parts !== undefined && dump.unfinished !== null
      ? { kind: 'refused', reason: dump.unfinished, code: 'DUMP_PART_MISSING', timestamp: stamp }
      : { kind: 'eligible', timestamp: stamp };
  }
  if (relative === null) return { kind: 'ignored' };
  const finished = finishedName(relative);
  const name = finished ?? relative;
  let timestamp: NameTimestamp | null = null;
  if (pattern === null) {
    // Base backups were put together by what they hold, whatever they are called.
    if (walPrefix === undefined && nameKind(name) !== 'possible dump') return { kind: 'ignored' };
    timestamp = timestampOfKey(momentNameOf(name), timezone);
    const swapped = timestamp === null ? recogniseSwappedTimestamp(baseNameOf(name), timezone) : null;
    if (swapped !== null) return refusedAsSwapped(swapped);
  } else {
    const match = matchDumpName(pattern, name, timezone);
    // A pattern as wide as `*` takes sidecars and markers too; they stay what they are.
    if (match.kind === 'no match' || nameKind(name) === 'sidecar') return { kind: 'ignored' };
    if (match.kind === 'contradiction') {
      return { kind: 'refused', reason: match.reason, code: 'DUMP_REFUSED', timestamp: null };
    }
    if (match.kind === 'swapped') return refusedAsSwapped(match.timestamp);
    timestamp = match.timestamp;
  }
  if (finished === null) {
    return dump.unfinished === null
      ? { kind: 'eligible', timestamp }
      : {
          kind: 'refused',
          reason: dump.unfinished,
          code: dump.parts === undefined ? 'DUMP_REFUSED' : 'DUMP_PART_MISSING',
          timestamp,
        };
  }
  const ending = relative.slice(finished.length);
  return {
    kind: 'refused',
    reason: `its name ends in ${ending}: it was not finished`,
    code: 'DUMP_REFUSED',
    timestamp,
  };
}

function refusalOf(
  dump: ListedDump,
  timestamp: NameTimestamp | null,
  criteria: SelectionCriteria,
): { reason: string; code: RefusedDump['code'] } | null {
  // What a base backup without a moment in its name can be recovered to, its own label and the WAL tell.
  const untold = criteria.walPrefix !== undefined && timestamp === null;
  const late =
    criteria.at === null || criteria.key !== null || untold ? null : lateness(dump, timestamp, criteria.at);
  if (late !== null) return { reason: late, code: 'DUMP_REFUSED' };
  const early = criteria.key === null ? claimOfFuture(dump, timestamp, criteria) : null;
  if (early !== null) return early;
  if (criteria.listedByTool) return null;
  if (dump.sizeBytes === 0) return { reason: 'it has zero bytes', code: 'DUMP_EMPTY' };
  if (dump.sizeBytes < criteria.minBytes) {
    return {
      reason: `it has ${dump.sizeBytes} bytes, fewer than the minimum of ${criteria.minBytes}`,
      code: 'DUMP_TOO_SMALL',
    };
  }
  if (dump.archivedIn !== undefined && !criteria.acceptArchived) {
    return {
      reason: `it is archived in ${dump.archivedIn} and must be thawed (restored in S3) before it can be read`,
      code: 'DUMP_UNREADABLE',
    };
  }
  return null;
}

/** A day that stands there only with day and month swapped: whether others of the same job are newer, nobody can tell. */
function refusedAsSwapped(timestamp: NameTimestamp): DumpJudgement {
  const day = timestamp.startsAt.slice(0, 10);
  const reason = `its name holds a day only with day and month swapped (${day}?); set source.pattern with the day before the month`;
  return { kind: 'refused', reason, code: 'DUMP_MOMENT_UNCLEAR', timestamp };
}

/**
 * Refuses a dump that claims a moment which has not come yet, beyond what unknown zones explain: a clock ahead, a year
 * mistyped, digits that are no date, day and month swapped. It is never the newest, and its loss is never none.
 */
function claimOfFuture(
  dump: ListedDump,
  timestamp: NameTimestamp | null,
  { now, timezone }: SelectionCriteria,
): { reason: string; code: RefusedDump['code'] } | null {
  const latest = Date.parse(now) + zoneUncertaintySeconds * 1000;
  const claimed = timestamp?.startsAt ?? dump.modifiedAt;
  if (Date.parse(claimed) <= latest) return null;
  if (timestamp === null) {
    return { reason: `its upload is said to have ended ${claimed}, in the future`, code: 'DUMP_IN_FUTURE' };
  }
  const swapped = swappedDay(timestamp, timezone);
  if (swapped !== null && isUploadOf(dump, swapped)) {
    return {
      reason: `its name says ${claimed}, in the future, and its upload ended ${dump.modifiedAt}: day and month seem to be swapped; set source.pattern`,
      code: 'DUMP_MOMENT_UNCLEAR',
    };
  }
  return { reason: `its name says ${claimed}, in the future`, code: 'DUMP_IN_FUTURE' };
}

/**
 * Why a dump counts as later than `at`; null when it does not.
 *
 * A name that gives only a day (or month) may speak of a moment before or after `at`. The end of the upload decides
 * when it belongs to that run, i.e. lies within the period or a day after it; a later one is that of a copy and tells
 * nothing, and the start of the period then stands for the dump.
 */
function lateness(dump: ListedDump, timestamp: NameTimestamp | null, at: string): string | null {
  const moment = Date.parse(at);
  const uploaded = Date.parse(dump.modifiedAt);
  if (timestamp === null) {
    return uploaded > moment ? `its upload ended ${dump.modifiedAt}, after ${at}` : null;
  }
  if (Date.parse(timestamp.startsAt) > moment) return `its name says ${timestamp.startsAt}, after ${at}`;
  const end = Date.parse(timestamp.endsAt);
  const coarse = end - Date.parse(timestamp.startsAt) >= 3_600_000;
  if (coarse && end > moment && uploaded > moment && uploaded < end + 86_400_000) {
    return `its name gives only the ${timestamp.precision}, and its upload ended ${dump.modifiedAt}, after ${at}`;
  }
  return null;
}
