/** The files in which pgBackRest keeps what it knows: sections of names and values of JSON, with a checksum (src/info/info.c). */
import { createHash } from 'node:crypto';

/** By section and name; values as they are written, in JSON. */
export type InfoFile = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** @returns in words why it cannot be used: it was cut or changed */
export function readInfoFile(text: string): InfoFile | string {
  const sections = new Map<string, Map<string, string>>();
  const hash = createHash('sha1').update('{');
  let section: Map<string, string> | null = null;
  let name = '';
  let written: string | null = null;
  let told: string | null = null;
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const [, begun] = /^\[(.+)\]$/.exec(line) ?? [];
    if (begun !== undefined) {
      name = begun;
      section = sections.get(begun) ?? new Map();
      sections.set(begun, section);
      continue;
    }
    // Names of files may hold the sign; what follows a name of theirs is always an object.
    const split = line.indexOf('={') === -1 ? line.indexOf('=') : line.indexOf('={');
    if (section === null || split < 1) return 'one of its lines is none that pgBackRest writes';
    const [key, value] = [line.slice(0, split), line.slice(split + 1)];
    if (key === 'backrest-checksum') {
      told = textOf(value);
      continue;
    }
    if (written !== name) hash.update(`${written === null ? '' : '},'}${JSON.stringify(name)}:{`);
    hash.update(`${written === name ? ',' : ''}${JSON.stringify(key)}:${value}`);
    written = name;
    section.set(key, value);
  }
  if (told === null) return 'it ends without its checksum';
  return hash.update('}}').digest('hex') === told
    ? sections
    : 'its checksum does not match: it was cut or changed';
}

/** A value that is a text; null for another, and where there is none. */
export const textIn = (file: InfoFile, section: string, key: string): string | null =>
  textOf(file.get(section)?.get(key));

function textOf(value: string | undefined): string | null {
  if (value === undefined) return null;
  try {
    const parsed: unknown = JSON.parse(value);
    return typeof parsed === 'string' ? parsed : null;
  } catch {
    return null;
  }
}
