import { sidecarKeysOf } from '../backup/checksum-sidecar.ts';
import { groupDirectoryDumps, type ListedDump } from '../backup/directory-dumps.ts';
import type { DumpObject } from '../backup/dump.ts';
import { baseNameOf, nameKind } from '../backup/dump-names.ts';
import { recogniseTimestamp } from '../time/name-timestamp.ts';
import { databaseNameFor } from './database-of-dump.ts';
import { type ProposedNames, proposeNames } from './propose-pattern.ts';

/** Dumps of one database, as their names and uploads tell. */
export interface ListedSeries extends ProposedNames {
  database: string;
  count: number;
  newestKey: string;
  /** ISO 8601, of the newest by its name. */
  newestMoment: string;
  smallestBytes: number;
  /** How often one is made; null: too few to say. */
  intervalSeconds: number | null;
  /** When the last one is usually there, in minutes after midnight, UTC. */
  uploadedAtMinute: number;
  /** Every one has a checksum beside it. */
  haveChecksums: boolean;
  /** Patterns of other files that are made in the same runs. */
  companions: string[];
}

/** A name that matches but once is no series: nothing tells how the next one will be called. */
const fewest = 2;

/**
 * Finds series of dumps in a listing, the largest first: names that differ in nothing but their moment. Reads nothing of them.
 *
 * @param objects keys from the top of the source
 */
export function surveyListing(objects: readonly DumpObject[]): ListedSeries[] {
  const keys = new Set(objects.map(({ key }) => key));
  const listed = groupDirectoryDumps(objects);
  const dumps = seriesOf(listed.filter((one) => one.directory || nameKind(one.key) === 'possible dump'));
  const others = seriesOf(listed.filter((one) => !one.directory && nameKind(one.key) === 'other'));
  const chosen = dumps.filter(({ members }) => members.length >= fewest);
  const taken = new Set<string>();
  return (chosen.length > 0 ? chosen : dumps.slice(0, 1)).map(({ names, members }) => {
    const sorted = [...members].sort((a, b) => (a.moment < b.moment ? 1 : -1));
    const newest = sorted[0] as Member;
    const runs = new Set(members.map(({ moment }) => moment.slice(0, 10)));
    return {
      ...names,
      database: unused(databaseNameFor(newest.dump.key), taken),
      count: members.length,
      newestKey: newest.dump.key,
      newestMoment: newest.moment,
      smallestBytes: Math.min(...members.map(({ dump }) => dump.sizeBytes)),
      intervalSeconds: usualInterval(sorted.map(({ moment }) => Date.parse(moment))),
      uploadedAtMinute: latestMinute(members),
      haveChecksums: members.every(({ dump }) => sidecarKeysOf(dump.key).some((key) => keys.has(key))),
      // Which database an archive of files belongs to, only one database does not leave open.
      companions:
        chosen.length > 1
          ? []
          : others
              .filter((other) => other.names.folder === names.folder && accompanies(other.members, runs))
              .flatMap((other) => other.names.pattern ?? []),
    };
  });
}

interface Member {
  dump: ListedDump;
  /** ISO 8601, by its name. */
  moment: string;
}

interface Series {
  names: ProposedNames;
  members: Member[];
}

function seriesOf(listed: readonly ListedDump[]): Series[] {
  const byPattern = new Map<string, Series>();
  for (const dump of listed) {
    const names = proposeNames(dump.key);
    const moment = recogniseTimestamp(baseNameOf(dump.key))?.startsAt;
    if (!names.dated || moment === undefined) continue;
    const key = JSON.stringify([names.folder, names.pattern]);
    const series = byPattern.get(key) ?? { names, members: [] };
    series.members.push({ dump, moment });
    byPattern.set(key, series);
  }
  return [...byPattern.values()].sort((a, b) => b.members.length - a.members.length);
}

/** In most of its runs. */
const accompanies = (members: readonly Member[], runs: ReadonlySet<string>): boolean =>
  members.length >= fewest &&
  members.filter(({ moment }) => runs.has(moment.slice(0, 10))).length >= members.length * 0.8;

/** The middle one of the distances between neighbours, newest first. */
function usualInterval(momentsMs: readonly number[]): number | null {
  const distances = momentsMs
    .slice(1)
    .map((older, index) => ((momentsMs[index] ?? older) - older) / 1000)
    .filter((seconds) => seconds > 0)
    .sort((a, b) => a - b);
  return distances.length < 2 ? null : (distances[Math.floor(distances.length / 2)] ?? null);
}

/** The latest usual one: a tenth may be later. */
function latestMinute(members: readonly Member[]): number {
  const minutes = members
    .map(({ dump }) => new Date(dump.modifiedAt))
    .map((at) => at.getUTCHours() * 60 + at.getUTCMinutes())
    .sort((a, b) => a - b);
  return minutes[Math.floor((minutes.length - 1) * 0.9)] ?? 0;
}

function unused(name: string, taken: Set<string>): string {
  let free = name;
  for (let number = 2; taken.has(free.toLowerCase()); number += 1) free = `${name.slice(0, 29)}-${number}`;
  taken.add(free.toLowerCase());
  return free;
}
