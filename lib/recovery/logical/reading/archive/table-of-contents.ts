/** The table of contents of an archive: WriteToc/ReadToc of pg_backup_archiver.c, every field, checked. */
import type { ArchiveCursor } from './archive-cursor.ts';
import type { ArchiveFields, DataOffset } from './archive-fields.ts';
import type { ArchiveHeader } from './archive-header.ts';

/** teSection of pg_backup.h. SECTION_NONE belongs to whatever stands before it. */
export type TocSection = 'none' | 'pre-data' | 'data' | 'post-data';

/** One entry as pg_dump wrote it. Texts are as they stand in the archive, one character per byte until decoded. */
export interface TocEntry {
  id: number;
  /** True when pg_dump wrote a data block (or file) for this entry. */
  hadDumper: boolean;
  catalogOid: string;
  objectOid: string;
  tag: string;
  /** pg_dump's word for the kind of entry: TABLE, FUNCTION, TABLE DATA … */
  type: string;
  section: TocSection;
  definition: string | null;
  dropStatement: string | null;
  copyStatement: string | null;
  schema: string | null;
  tablespace: string | null;
  /** From 1.14. */
  tableAccessMethod: string | null;
  /** pg_class.relkind from 1.16; empty when there is none. */
  relkind: string;
  owner: string | null;
  /** True only in archives of PostgreSQL 11 and older. */
  withOids: boolean;
  dependencies: number[];
  /** Custom archives: where the data block is; tar and directory: the name of its file. */
  data: { offset: DataOffset } | { file: string | null };
}

const sections: Record<number, TocSection> = { 1: 'none', 2: 'pre-data', 3: 'data', 4: 'post-data' };
const what = 'table of contents';

/**
 * Reads all entries.
 * @param statistics definitions of the first table of contents by dump id, when this is the second one behind the data
 * @throws DrillError DUMP_CORRUPT when a field cannot be what pg_dump wrote, DUMP_TRUNCATED.
 */
export async function readTableOfContents(
  cursor: ArchiveCursor,
  header: ArchiveHeader,
  statistics: ReadonlyMap<number, string | null> = new Map(),
): Promise<TocEntry[]> {
  const count = await cursor.record(what, (fields) => {
    const entries = fields.int();
    if (entries < 0) throw fields.damaged(`${entries} entries`);
    return entries;
  });
  const entries: TocEntry[] = [];
  const ids = new Set<number>();
  for (let index = 0; index < count; index += 1) {
    const entry = await cursor.record(what, (fields) => {
      const parsed = parseEntry(fields, header, statistics);
      if (ids.has(parsed.id)) throw fields.damaged(`two entries have the id ${parsed.id}`);
      return parsed;
    });
    ids.add(entry.id);
    entries.push(entry);
  }
  return entries;
}

function parseEntry(
  fields: ArchiveFields,
  header: ArchiveHeader,
  statistics: ReadonlyMap<number, string | null>,
): TocEntry {
  const id = fields.int();
  if (id <= 0) throw fields.damaged(`the entry id ${id}`);
  const hadDumper = fields.int();
  if (hadDumper !== 0 && hadDumper !== 1) throw fields.damaged(`the data flag ${hadDumper}`);
  return {
    id,
    hadDumper: hadDumper === 1,
    catalogOid: decimal(fields, fields.string()),
    objectOid: decimal(fields, fields.string()),
    tag: required(fields, fields.string(), 'tag'),
    ...definition(fields, statistics.get(id) ?? null),
    copyStatement: fields.string(),
    schema: nonEmpty(fields.string()),
    tablespace: fields.string(),
    tableAccessMethod: header.minor >= 14 ? fields.string() : null,
    relkind: header.minor >= 16 ? relkind(fields) : '',
    owner: nonEmpty(fields.string()),
    withOids: flag(fields, fields.string()),
    dependencies: dependencies(fields),
    data: header.format === 'custom' ? { offset: fields.offset() } : { file: fileName(fields) },
  };
}

/**
 * Type, section, and the statements that make and drop the object. From 18 on pg_dump does not keep the definition of
 * STATISTICS DATA: writing the table of contents again it passes over what it wrote first (WriteToc, `defnLen`), and where
 * it cannot seek, as in a file that is open for appending, the field is not there.
 */
function definition(
  fields: ArchiveFields,
  before: string | null,
): Pick<TocEntry, 'type' | 'section' | 'definition' | 'dropStatement'> {
  const type = typeWord(fields);
  const entrySection = section(fields);
  const text = fields.string();
  const isLeftOut = type === 'STATISTICS DATA' && before !== null && before !== text;
  return {
    type,
    section: entrySection,
    definition: isLeftOut ? before : text,
    dropStatement: isLeftOut ? text : fields.string(),
  };
}

function typeWord(fields: ArchiveFields): string {
  const word = required(fields, fields.string(), 'type');
  // `<Init>` is the one type with other characters, of archives before 1.12.
  if (!/^[A-Z][A-Z ]*$/.test(word)) throw fields.damaged('the type of an entry is no word of pg_dump');
  return word;
}

function section(fields: ArchiveFields): TocSection {
  const code = fields.int();
  const name = sections[code];
  if (name === undefined) throw fields.damaged(`the section code ${code}`);
  return name;
}

function relkind(fields: ArchiveFields): string {
  const code = fields.int();
  if (code === 0) return '';
  if (code < 0 || code > 127 || !/[rtiSvmcfpI]/.test(String.fromCharCode(code))) {
    throw fields.damaged(`the relation kind ${code}`);
  }
  return String.fromCharCode(code);
}

function dependencies(fields: ArchiveFields): number[] {
  const ids: number[] = [];
  for (let text = fields.string(); text !== null; text = fields.string()) {
    if (!/^\d{1,10}$/.test(text)) throw fields.damaged('a dependency is no number');
    ids.push(Number(text));
  }
  // The copy has no room for more: V8 makes some for 16 with the first.
  return ids.slice();
}

/** Data files lie beside toc.dat: a name that leads elsewhere was not written by pg_dump. */
function fileName(fields: ArchiveFields): string | null {
  const name = nonEmpty(fields.string());
  if (name !== null && !/^[A-Za-z0-9_]+(\.[A-Za-z0-9]+)+$/.test(name)) {
    throw fields.damaged('the name of a data file is not of pg_dump');
  }
  return name;
}

function decimal(fields: ArchiveFields, text: string | null): string {
  if (text === null || !/^\d{1,10}$/.test(text)) throw fields.damaged('an oid is no number');
  return text;
}

function flag(fields: ArchiveFields, text: string | null): boolean {
  if (text !== 'true' && text !== 'false')
    throw fields.damaged('the WITH OIDS flag is neither true nor false');
  return text === 'true';
}

function required(fields: ArchiveFields, text: string | null, name: string): string {
  if (text === null) throw fields.damaged(`an entry has no ${name}`);
  return text;
}

const nonEmpty = (text: string | null): string | null => (text === '' ? null : text);
