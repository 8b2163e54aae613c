/**
 * What pg_dump and pg_dumpall say in comment lines (pg_backup_archiver.c: _printTocEntry, RestoreArchive; pg_dumpall.c).
 * Only for lines found where a statement may begin: strings and function bodies may hold the same words.
 */
import { offsetMinutesOf } from '../../../../domain/time/zones.ts';

/** `-- Name: orders; Type: TABLE; Schema: public; Owner: app`. Names are for display: pg_dump replaces newlines. */
export interface EntryComment {
  kind: 'entry';
  type: string;
  schema: string | null;
  name: string;
  owner: string | null;
}

export type DumpComment =
  | EntryComment
  | { kind: 'begin'; of: 'database' | 'cluster' }
  | { kind: 'complete'; of: 'database' | 'cluster' }
  | { kind: 'server version'; version: string }
  | { kind: 'dump version'; version: string }
  | { kind: 'started on'; moment: string };

// `Name` may hold any of the separators itself; the greedy match leaves the last ones to the fields after it.
const entryPattern =
  /^-- (?:(?:Data|Statistics) for )?Name: (.*); Type: ([A-Za-z_][A-Za-z_ ]*); Schema: (.*); Owner: (.*?)(?:; Tablespace: .*)?$/;

const absentIfHyphen = (text: string): string | null => (text === '-' || text === '' ? null : text);

/** Meaning of one comment line without its end of line; null for any other comment. */
export function parseDumpComment(line: string): DumpComment | null {
  if (!line.startsWith('-- ')) return null;
  const entry = entryPattern.exec(line);
  if (entry !== null) {
    const [, name = '', type = '', schema = '', owner = ''] = entry;
    return { kind: 'entry', type, schema: absentIfHyphen(schema), name, owner: absentIfHyphen(owner) };
  }
  switch (line.trimEnd()) {
    case '-- PostgreSQL database dump':
      return { kind: 'begin', of: 'database' };
    case '-- PostgreSQL database dump complete':
      return { kind: 'complete', of: 'database' };
    case '-- PostgreSQL database cluster dump':
      return { kind: 'begin', of: 'cluster' };
    case '-- PostgreSQL database cluster dump complete':
      return { kind: 'complete', of: 'cluster' };
  }
  const fact = /^-- (Dumped from database version|Dumped by pg_dump version|Started on) (.+?)\s*$/.exec(line);
  if (fact === null) return null;
  const [, what, text = ''] = fact;
  if (what === 'Dumped from database version') return { kind: 'server version', version: text };
  if (what === 'Dumped by pg_dump version') return { kind: 'dump version', version: text };
  const moment = parseMoment(text);
  return moment === null ? null : { kind: 'started on', moment };
}

/**
 * `2026-11-18 02:00:00 UTC` as ISO 8601 in UTC. pg_dump writes the zone's abbreviation (strftime %Z); with one that means
 * different offsets in different countries the time is read as UTC, like that of an archive, which names no zone.
 */
function parseMoment(text: string): string | null {
  const match = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?: (\S+))?$/.exec(text);
  if (match === null) return null;
  const [, date, time, zone = ''] = match;
  const asUtc = Date.parse(`${date}T${time}Z`);
  return Number.isNaN(asUtc) ? null : new Date(asUtc - (offsetMinutesOf(zone) ?? 0) * 60_000).toISOString();
}

/** Major version of `15.18 (Debian 15.18-0+deb12u1)`, `9.6.24`, `18beta1`; null when it is no version. */
export function majorVersionOf(version: string): number | null {
  const match = /^(\d+)/.exec(version);
  return match === null ? null : Number(match[1]);
}
