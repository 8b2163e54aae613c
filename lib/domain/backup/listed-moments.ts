import { type Finding, finding } from '../findings/findings.ts';
import { swappedDay } from '../time/swapped-day.ts';
import type { NameTimestamp } from '../time/timestamp-format.ts';
import { isUploadOf } from './dump-moment.ts';

/** What a listing tells of a dump's moment. */
interface ListedMoment {
  key: string;
  nameTimestamp: NameTimestamp | null;
  modifiedAt: string;
}

/** Fewer uploads that happen to lie by the other reading of a name prove nothing. */
const fewestSwapped = 3;
/** A link such as `latest` is written together with the dump it stands for, or a while after. */
const laterByMs = 86_400_000;

/** What the listing as a whole says against the moments in its names. */
export function findingsOfListing(candidates: readonly ListedMoment[], timezone: string): Finding[] {
  return [...swappedNames(candidates, timezone), ...undatedLater(candidates)];
}

/**
 * One dump uploaded long after its moment is a copy. Several, each uploaded on just the day that its name gives with day
 * and month swapped, and none that says otherwise, are a job that writes the day first.
 */
function swappedNames(candidates: readonly ListedMoment[], timezone: string): Finding[] {
  const readings = candidates.flatMap((candidate) => {
    const { nameTimestamp } = candidate;
    const swapped = nameTimestamp === null ? null : swappedDay(nameTimestamp, timezone);
    return nameTimestamp === null || swapped === null ? [] : [{ candidate, nameTimestamp, swapped }];
  });
  const straight = readings.some(({ candidate, nameTimestamp }) => isUploadOf(candidate, nameTimestamp));
  const turned = readings.filter(({ candidate, swapped }) => isUploadOf(candidate, swapped));
  const example = turned[0];
  if (straight || example === undefined || turned.length < fewestSwapped) return [];
  return [
    finding(
      'DUMP_MOMENT_UNCLEAR',
      `${turned.length} dumps were uploaded on the day that their names give with day and month swapped, such as ${example.candidate.key} on ${example.candidate.modifiedAt}`,
    ),
  ];
}

/** Dumps without a moment never outrank those with one; where they are what the job writes now, somebody must say so. */
function undatedLater(candidates: readonly ListedMoment[]): Finding[] {
  const uploads = candidates.flatMap(({ nameTimestamp, modifiedAt }) =>
    nameTimestamp === null ? [] : [Date.parse(modifiedAt)],
  );
  if (uploads.length === 0) return [];
  const last = uploads.reduce((latest, upload) => Math.max(latest, upload));
  const later = candidates.filter(
    ({ nameTimestamp, modifiedAt }) => nameTimestamp === null && Date.parse(modifiedAt) > last + laterByMs,
  );
  const example = later[0];
  if (example === undefined) return [];
  return [
    finding(
      'UNDATED_DUMPS_LATER',
      `${later.length === 1 ? '1 dump whose name tells no moment was' : `${later.length} dumps whose names tell no moment were`} uploaded after the last that tells one (${new Date(last).toISOString()}), such as ${example.key} on ${example.modifiedAt}`,
    ),
  ];
}
