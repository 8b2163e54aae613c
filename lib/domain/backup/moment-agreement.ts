import { type Finding, finding } from '../findings/findings.ts';
import { inWords } from '../time/spans.ts';
import { swappedDay } from '../time/swapped-day.ts';
import type { NameTimestamp } from '../time/timestamp-format.ts';
import { zoneUncertaintySeconds } from '../time/zones.ts';
import type { SelectedDump } from './dump.ts';
import { claimsOf, type DumpClaims, isCredible, secondsOutside } from './dump-moment.ts';

/**
 * Holds name, header and upload against each other. An upload after the others is ordinary: dumping takes time, and
 * copies are made later. What is earlier than the name says, beyond what unknown zones explain, is an old dump under a
 * new name, if the header says so or a store that stamps uploads itself; the time of a file is only a hint.
 *
 * @param timezone IANA name of the source's, in which days of names are read
 */
export function judgeMoments(dump: SelectedDump, name: NameTimestamp | null, timezone: string): Finding[] {
  const claims = claimsOf(dump);
  const { header } = claims;
  const headerOff = name === null || header === null ? 0 : secondsOutside(header, name);
  if (name !== null && header !== null && headerOff !== 0) {
    const swapped = swappedDay(name, timezone);
    const hint = swapped !== null && secondsOutside(header, swapped) === 0 ? swappedHint : undefined;
    const off = inWords(Math.abs(headerOff) + zoneUncertaintySeconds);
    const said = `${dump.key}: its name says ${name.startsAt}, its header ${header}`;
    return [
      headerOff < 0
        ? finding('DUMP_OLDER_THAN_NAMED', `${said}: it is ${off} older than its name`, hint)
        : finding('MOMENTS_DISAGREE', `${said}: its name is ${off} too old`, hint),
    ];
  }
  return uploadedTooEarly(dump, claims);
}

const swappedHint =
  'With day and month swapped the name agrees with the header: set `source.pattern` with the format that the job writes, e.g. `{timestamp:YYYYDDMM}`.';

function uploadedTooEarly(dump: SelectedDump, { name, header, uploadedAt }: DumpClaims): Finding[] {
  const claimed = name ?? (header === null ? null : { startsAt: header, endsAt: header });
  if (claimed === null || !isCredible(uploadedAt)) return [];
  const off = secondsOutside(uploadedAt, claimed);
  if (off >= 0) return [];
  const who = name === null ? 'header' : 'name';
  const message = `${dump.key}: its ${who} says ${claimed.startsAt}, but its upload ended ${uploadedAt}, ${inWords(zoneUncertaintySeconds - off)} earlier`;
  const certain = name !== null && header === null && dump.uploadStampedByStore === true;
  return [finding(certain ? 'DUMP_OLDER_THAN_NAMED' : 'MOMENTS_DISAGREE', message)];
}
