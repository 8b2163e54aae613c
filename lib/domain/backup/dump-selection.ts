import type { Finding } from '../findings/findings.ts';
import type { NameTimestamp } from '../time/timestamp-format.ts';
import { witnessKeysOf } from '../witness/witness.ts';
import { groupBaseBackups } from './base-backups.ts';
import { sidecarKeysOf } from './checksum-sidecar.ts';
import { groupDirectoryDumps, type ListedDump } from './directory-dumps.ts';
import type { DumpObject } from './dump.ts';
import { judgeDump, type RefusedDump, type SelectionCriteria } from './dump-eligibility.ts';
import { looksLikeDump, nameKind } from './dump-names.ts';
import { trustedDumpPattern } from './dump-pattern.ts';
import { findingsOfListing } from './listed-moments.ts';
import { groupSplitDumps } from './split-dumps.ts';

export type { RefusedDump, SelectionCriteria };

/** A dump that may be drilled. */
export interface DumpCandidate extends ListedDump {
  /** Moment in the name; null when there is none. */
  nameTimestamp: NameTimestamp | null;
  /** Key of its checksum file; null when there is none. */
  sidecarKey: string | null;
  /** Key of what the source said of itself when the dump was made; absent: there is none. */
  witnessKey?: string;
}

export interface DumpSelection {
  /** Newest first. */
  candidates: DumpCandidate[];
  /** Newest first. */
  refused: RefusedDump[];
  /**
   * Set when the dump that should have been drilled – newer than every candidate – is empty, too small or archived, or
   * may be newer than its name says.
   * Proving an older one instead would hide that last night's backup failed, so the drill must report it.
   */
  newestRefused: RefusedDump | null;
  /** What the listing as a whole says against the moments in its names. */
  findings: Finding[];
  /** Objects that are no dumps by their names: sidecars, markers, uploads, WAL. Not worth a word each. */
  ignored: number;
  /** Of these, files of physical backups, so that "nothing found" can say what was there instead. */
  ignoredPhysical: number;
}

/**
 * Chooses dumps from a listing: pure, in any order of the objects. Newest is decided by the timestamp in the name,
 * because copying a bucket changes modification times; ties go by the end of the upload, and so do names without a
 * timestamp, which all come after those with one. See docs/configuration.md for names that give only a day.
 *
 * @throws DrillError CONFIG_INVALID when the pattern cannot be read
 */
export function selectDumps(objects: readonly DumpObject[], criteria: SelectionCriteria): DumpSelection {
  const { walPrefix } = criteria;
  const dumps = criteria.listedByTool
    ? objects.map((object) => ({ ...object, directory: true, unfinished: null }))
    : walPrefix === undefined
      ? groupSplitDumps(groupDirectoryDumps(objects))
      : groupBaseBackups(objects, walPrefix);
  const pattern = criteria.pattern === null ? null : trustedDumpPattern(criteria.pattern);
  const keys = new Set(objects.map((object) => object.key));
  const selection: DumpSelection = {
    candidates: [],
    refused: [],
    newestRefused: null,
    findings: [],
    ignored: 0,
    ignoredPhysical: 0,
  };
  const refusals: { dump: RefusedDump; timestamp: NameTimestamp | null; uploadedAt: string }[] = [];
  for (const dump of dumps) {
    const judged = judgeDump(dump, pattern, criteria);
    if (judged.kind === 'ignored') {
      selection.ignored += 1;
      if (nameKind(dump.key) === 'physical backup') selection.ignoredPhysical += 1;
      continue;
    }
    if (judged.kind === 'refused') {
      const { reason, code, timestamp } = judged;
      refusals.push({ dump: { key: dump.key, reason, code }, timestamp, uploadedAt: dump.modifiedAt });
      continue;
    }
    const sidecarKey = sidecarKeysOf(dump.key).find((key) => keys.has(key)) ?? null;
    const witnessKey = witnessKeysOf(dump.key).find((key) => keys.has(key));
    selection.candidates.push({
      ...dump,
      nameTimestamp: judged.timestamp,
      sidecarKey,
      ...(witnessKey === undefined ? {} : { witnessKey }),
    });
  }
  selection.candidates.sort((a, b) => byAge(ageOf(a), ageOf(b)));
  refusals.sort((a, b) => byAge({ ...a, key: a.dump.key }, { ...b, key: b.dump.key }));
  selection.refused = refusals.map(({ dump }) => dump);
  selection.findings = findingsOfListing(selection.candidates, criteria.timezone);
  const newest = selection.candidates[0];
  const passedOver = refusals.find(
    ({ dump: { code } }) => code !== 'DUMP_REFUSED' && code !== 'DUMP_IN_FUTURE',
  );
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

/** Newest first, names that tell a moment before those that tell none; among equals the later upload, then the name that says "dump", then the key, so that order is total. */
function byAge(a: Age, b: Age): number {
  const moment = (age: Age) => Date.parse(age.timestamp?.startsAt ?? age.uploadedAt);
  return (
    Number(b.timestamp !== null) - Number(a.timestamp !== null) ||
    moment(b) - moment(a) ||
    Number(looksLikeDump(b.key)) - Number(looksLikeDump(a.key)) ||
    Date.parse(b.uploadedAt) - Date.parse(a.uploadedAt) ||
    (a.key < b.key ? -1 : 1)
  );
}
