import type { ListedDump } from './directory-dumps.ts';
import type { DumpObject } from './dump.ts';
import { isTarballName, looksLikeDump } from './dump-names.ts';

/** One part of a dump that was cut into several objects. */
interface Part {
  /** Name of the whole. */
  base: string;
  /** Place among the parts, from 0. */
  place: number;
  ending: string;
}

/**
 * Endings that `split` and jobs give to parts: `.aa`, `.000`, `.part-1`, `.part_aa`. One digit alone is a rotated file, not a part.
 */
const partEnding =
  /^(.+?)[._-](?:part(?<part>[._-]?\d+|[._-]a[a-z]{1,3}|a[a-z])|(?<letters>[a-z]{2,4})|(?<digits>\d{2,4}))$/i;

/** Endings of two or more letters that say what a file is. */
const otherLetters =
  /^(?:gz|xz|bz|zst|lz|lzo|zip|tar|tgz|txz|tbz|sql|dump|bak|enc|gpg|pgp|age|asc|sig|md|json|csv|txt|log|dir|pg|out)$/i;

/** The number that letters spell as `split` counts: aa, ab … az, ba … */
const numberOf = (letters: string): number =>
  [...letters.toLowerCase()].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 97, 0);

/** How `split` would end the part at this place. */
function endingAt(place: number, like: string): string {
  const [, lead = '', tail = ''] = /^(.*?)(\d+|[a-z]+)$/i.exec(like) ?? [];
  if (/^\d/.test(tail)) return lead + String(place).padStart(tail.length, '0');
  let letters = '';
  for (let [index, left] = [0, place]; index < tail.length; index += 1, left = Math.floor(left / 26))
    letters = String.fromCharCode(97 + (left % 26)) + letters;
  return lead + letters;
}

/** The part that a key names; null for every other name. */
function partOf(key: string): Part | null {
  const match = partEnding.exec(key);
  const base = match?.[1] ?? '';
  const { part, letters, digits } = match?.groups ?? {};
  const counted = (part ?? letters ?? digits)?.replace(/^[._-]/, '');
  // Only behind a name that says "dump" or "tar": a timestamp and a version end in digits too.
  if (counted === undefined || base.endsWith('/') || !(looksLikeDump(base) || isTarballName(base)))
    return null;
  if (letters !== undefined && (otherLetters.test(letters) || !/^a/i.test(letters))) return null;
  const place = /^\d/.test(counted) ? Number(counted) : numberOf(counted);
  return { base, place, ending: key.slice(base.length) };
}

/**
 * Puts the parts of cut dumps together: parts in the order of their names are one dump under the name without their endings. A part
 * that is missing in between makes it unfinished, by name; a last one that is missing only its content tells. The upload ended
 * with the last part, and one archived part makes the whole archived.
 */
export function groupSplitDumps(dumps: readonly ListedDump[]): ListedDump[] {
  const whole: ListedDump[] = [];
  const groups = new Map<string, { part: Part; dump: ListedDump }[]>();
  for (const dump of dumps) {
    const part = dump.directory ? null : partOf(dump.key);
    if (part === null) whole.push(dump);
    else {
      const members = groups.get(part.base) ?? [];
      members.push({ part, dump });
      groups.set(part.base, members);
    }
  }
  for (const [base, members] of groups) {
    const parts = members.sort((a, b) => a.part.place - b.part.place);
    if (isRotation(parts.map(({ part, dump }) => ({ part, sizeBytes: dump.sizeBytes }))))
      whole.push(...parts.map(({ dump }) => dump));
    else whole.push(joined(base, parts));
  }
  return whole;
}

/** Keys of the parts of a cut dump in their order; empty when none has this name. */
export function partsOf(dumps: readonly DumpObject[], base: string): DumpObject[] {
  return dumps
    .flatMap((dump) => {
      const part = partOf(dump.key);
      return part?.base === base ? [{ dump, place: part.place }] : [];
    })
    .sort((a, b) => a.place - b.place)
    .map(({ dump }) => dump);
}

/** Name of the whole that a key is a part of; the key itself when it is none. */
export const wholeNameOf = (key: string): string => partOf(key)?.base ?? key;

/** Numbers behind a name may count days. Cut parts have one size, but for the last, which is no larger. */
function isRotation(parts: readonly { part: Part; sizeBytes: number }[]): boolean {
  const isNumbered = parts.every(({ part }) => /^[._-]\d+$/.test(part.ending));
  if (!isNumbered) return false;
  const [first, ...rest] = parts.map(({ sizeBytes }) => sizeBytes);
  return (
    rest.length === 0 || rest.slice(0, -1).some((size) => size !== first) || (rest.at(-1) ?? 0) > (first ?? 0)
  );
}

function joined(base: string, parts: readonly { part: Part; dump: ListedDump }[]): ListedDump {
  const places = new Set(parts.map(({ part }) => part.place));
  const { ending } = parts[0]!.part;
  const first = /\d$/.test(ending) && !places.has(0) ? 1 : 0;
  const last = Math.max(...places);
  const missing: string[] = [];
  for (let place = first; place < last && missing.length < 3; place += 1)
    if (!places.has(place)) missing.push(endingAt(place, ending));
  const archived = parts.find(({ dump }) => dump.archivedIn !== undefined)?.dump.archivedIn;
  const empty = parts.find(({ dump }) => dump.sizeBytes === 0)?.part.ending;
  return {
    key: base,
    sizeBytes: parts.reduce((sum, { dump }) => sum + dump.sizeBytes, 0),
    modifiedAt: parts.map(({ dump }) => dump.modifiedAt).reduce((a, b) => (a > b ? a : b)),
    ...(archived === undefined ? {} : { archivedIn: archived }),
    directory: false,
    parts: parts.length,
    unfinished:
      missing.length > 0
        ? `its part ${missing.join(', ')} is missing among ${parts.length} parts`
        : empty !== undefined
          ? `its part ${empty} has zero bytes`
          : null,
  };
}
