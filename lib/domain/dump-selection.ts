import { sidecarKeysOf } from './checksum-sidecar.ts';
import { groupDirectoryDumps, type ListedDump } from './directory-dumps.ts';
import type { DumpObject } from './dump.ts';
import { baseNameOf, finishedName, looksLikeDump, nameKind } from './dump-names.ts';
import { type DumpPattern, matchDumpName, trustedDumpPattern } from './dump-pattern.ts';
import type { FindingCode } from './findings.ts';
import { recogniseTimestamp } from './name-timestamp.ts';
import type { NameTimestamp } from './timestamp-format.ts';

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
  /** ISO 8601: take the newest not after this moment; null: the newest. */
  at: string | null;
  /** Exactly this object and no other; null: choose. */
  key: string | null;
  /** True when an archived dump may be chosen, because the caller can have it thawed. */
  acceptArchived: boolean;
}

/** A dump that may be drilled. */
export interface DumpCandidate extends ListedDump {
  /** Moment in the name; null when there is none. */
  nameTimestamp: NameTimestamp | null;
  /** Key of its checksum file; null when there is none. */
  sidecarKey: string | null;
}

/** A dump that was passed over, and why. `code` is the finding that fits. */
export interface RefusedDump {
  key: string;
  /** Plain words that continue "<key> was passed over: ". */
  reason: string;
  code: Extract<FindingCode, 'DUMP_REFUSED' | 'DUMP_EMPTY' | 'DUMP_TOO_SMALL' | 'DUMP_UNREADABLE'>;
}

export interface DumpSelection {
  /** Newest first. */
  candidates: DumpCandidate[];
  /** Newest first. */
  refused: RefusedDump[];
  /**
   * Set when the dump that should have been drilled – newer than every candidate – is empty, too small or archived.
   * Proving an older one instead would hide that last night's backup failed, so the drill must report it.
   */
  newestRefused: RefusedDump | null;
  /** Objects that are no dumps by their names: sidecars, markers, uploads, WAL. Not worth a word each. */
  ignored: number;
  /** Of these, files of physical backups, so that "nothing found" can say what was there instead. */
  ignoredPhysical: number;
}

/**
 * Chooses dumps from a listing: pure, in any order of the objects. Newest is decided by the timestamp in the name,
 * because copying a bucket changes modification times; ties, and names without a timestamp, go by the end of the
 * upload. See docs/configuration.md for names that give only a day.
 *
 * @throws DrillError CONFIG_INVALID when the pattern cannot be read
 */
export function selectDumps(objects: readonly DumpObject[], criteria: SelectionCriteria): DumpSelection {
  const dumps = groupDirectoryDumps(objects);
  const pattern = criteria.pattern === null ? null : trustedDumpPattern(criteria.pattern);
  const keys = new Set(objects.map((object) => object.key));
  const selection: DumpSelection = {
    candidates: [],
    refused: [],
    newestRefused: null,
    ignored: 0,
    ignoredPhysical: 0,
  };
  const refusals: { dump: RefusedDump; timestamp: NameTimestamp | null; uploadedAt: string }[] = [];
  for (const dump of dumps) {
    const named = judgeName(dump, pattern, criteria);
    if (named.kind === 'ignored') {
      selection.ignored += 1;
      if (nameKind(dump.key) === 'physical backup') selection.ignoredPhysical += 1;
      continue;
    }
    const refusal = named.kind === 'refused' ? named : judgeObject(dump, named.timestamp, criteria);
    if (refusal !== null) {
      const { reason, code } = refusal;
      const timestamp = named.timestamp;
      refusals.push({ dump: { key: dump.key, reason, code }, timestamp, uploadedAt: dump.modifiedAt });
      continue;
    }
    const sidecarKey = sidecarKeysOf(dump.key).find((key) => keys.has(key)) ?? null;
    selection.candidates.push({ ...dump, nameTimestamp: named.timestamp, sidecarKey });
  }
  selection.candidates.sort((a, b) => byAge(ageOf(a), ageOf(b)));
  refusals.sort((a, b) => byAge({ ...a, key: a.dump.key }, { ...b, key: b.dump.key }));
  selection.refused = refusals.map(({ dump }) => dump);
  const newest = selection.candidates[0];
  const passedOver = refusals.find(({ dump }) => dump.code !== 'DUMP_REFUSED');
  if (
    passedOver !== undefined &&
    (newest === undefined || byAge({ ...passedOver, key: passedOver.dump.key }, ageOf(newest)) < 0)
  ) {
    selection.newestRefused = passedOver.dump;
  }
  return selection;
}

interface Age {
  key: string;
  timestamp: NameTimestamp | null;
  uploadedAt: string;
}

function ageOf(candidate: DumpCandidate): Age {
  return { key: candidate.key, timestamp: candidate.nameTimestamp, uploadedAt: candidate.modifiedAt };
}

/** Newest first; among equals the later upload, then the name that says "dump", then the key, so that order is total. */
function byAge(a: Age, b: Age): number {
  const moment = (age: Age) => Date.parse(age.timestamp?.startsAt ?? age.uploadedAt);
  return (
    moment(b) - moment(a) ||
    Number(looksLikeDump(b.key)) - Number(looksLikeDump(a.key)) ||
    Date.parse(b.uploadedAt) - Date.parse(a.uploadedAt) ||
    (a.key < b.key ? -1 : 1)
  );
}

type NameJudgement =
  | { kind: 'ignored' }
  | { kind: 'refused'; reason: string; code: RefusedDump['code']; timestamp: NameTimestamp | null }
  | { kind: 'named'; timestamp: NameTimestamp | null };

function judgeName(
  dump: ListedDump,
  pattern: DumpPattern | null,
  { prefix, timezone, key }: SelectionCriteria,
): NameJudgement {
  const relative = dump.key.startsWith(prefix) ? dump.key.slice(prefix.length) : null;
  if (key !== null) {
    if (dump.key.replace(/\/$/, '') !== key.replace(/\/$/, '')) return { kind: 'ignored' };
    const match = pattern === null ? null : matchDumpName(pattern, relative ?? dump.key, timezone);
    const timestamp = match?.kind === 'match' ? match.timestamp : null;
    return { kind: 'named', timestamp: timestamp ?? recogniseTimestamp(baseNameOf(dump.key), timezone) };
  }
  if (relative === null) return { kind: 'ignored' };
  const finished = finishedName(relative);
  const name = finished ?? relative;
  let timestamp: NameTimestamp | null = null;
  if (pattern === null) {
    if (nameKind(name) !== 'possible dump') return { kind: 'ignored' };
    timestamp = recogniseTimestamp(baseNameOf(name), timezone);
  } else {
    const match = matchDumpName(pattern, name, timezone);
    // A pattern as wide as `*` takes sidecars and markers too; they stay what they are.
    if (match.kind === 'no match' || nameKind(name) === 'sidecar') return { kind: 'ignored' };
    if (match.kind === 'contradiction') {
      return { kind: 'refused', reason: match.reason, code: 'DUMP_REFUSED', timestamp: null };
    }
    timestamp = match.timestamp;
  }
  if (finished === null) {
    return dump.unfinished === null
      ? { kind: 'named', timestamp }
      : { kind: 'refused', reason: dump.unfinished, code: 'DUMP_REFUSED', timestamp };
  }
  const ending = relative.slice(finished.length);
  return {
    kind: 'refused',
    reason: `its name ends in ${ending}: it was not finished`,
    code: 'DUMP_REFUSED',
    timestamp,
  };
}

function judgeObject(
  dump: ListedDump,
  timestamp: NameTimestamp | null,
  criteria: SelectionCriteria,
): { reason: string; code: RefusedDump['code'] } | null {
  const late = criteria.at === null || criteria.key !== null ? null : lateness(dump, timestamp, criteria.at);
  if (late !== null) return { reason: late, code: 'DUMP_REFUSED' };
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
