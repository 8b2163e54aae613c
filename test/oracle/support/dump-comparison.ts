/**
 * Compares two restored databases by what the same pg_dump writes of them. Made equal before comparing, and nothing else:
 * - the key of \restrict, which is random;
 * - the order of rows of a table and of entries, which is physical;
 * - `master` reads `postgres`: the master stands for the bootstrap superuser (policy rules owner-bootstrap, grant-bootstrap).
 */
export interface DumpDifference {
  /** Entries that only the first has, as `TYPE schema name`. */
  missing: string[];
  /** Entries that only the second has. */
  extra: string[];
  /** Entries both have with another text. */
  changed: { entry: string; expected: string; actual: string }[];
}

export const noDifference: DumpDifference = { missing: [], extra: [], changed: [] };

/** What stands between entries and depends on their order, not on them. */
const stateBetweenEntries = /\nSET (?:default_tablespace|default_table_access_method) = [^\n]*;\n/g;
const entryStart = /\n--\n-- (?=(?:Data for )?Name: )/;

/** The entries of a plain dump, each by its header without the owner. */
export function entriesOf(dump: string): Map<string, string> {
  const text = dump
    .replaceAll(/^\\(?:un)?restrict .*$/gm, '')
    .replace(/\n--\n-- PostgreSQL database dump complete\n--\n\s*$/, '')
    .replaceAll(stateBetweenEntries, '\n')
    .replaceAll(/\bmaster\b/g, 'postgres');
  const entries = new Map<string, string>();
  const [preamble = '', ...chunks] = text.split(entryStart);
  entries.set('preamble', preamble.trim());
  for (const chunk of chunks) {
    const header = chunk.slice(0, chunk.indexOf('\n')).replace(/; Owner: .*$/, '');
    let key = header;
    // A function and its overloads differ in their names; what still collides is numbered by its text's order.
    for (let again = 2; entries.has(key); again += 1) key = `${header} (${again})`;
    entries.set(key, header.includes('Type: TABLE DATA') ? withSortedRows(chunk) : chunk.trim());
  }
  return entries;
}

function withSortedRows(chunk: string): string {
  const start = chunk.indexOf(' FROM stdin;\n');
  const end = chunk.lastIndexOf('\n\\.\n');
  if (start === -1 || end < start) return chunk.trim().split('\n').sort().join('\n');
  const from = start + ' FROM stdin;\n'.length;
  const rows = chunk.slice(from, end).split('\n').sort();
  return `${chunk.slice(0, from)}${rows.join('\n')}${chunk.slice(end)}`.trim();
}

export function compareDumps(expected: string, actual: string): DumpDifference {
  const [theirs, ours] = [entriesOf(expected), entriesOf(actual)];
  const changed = [...theirs].flatMap(([entry, text]) => {
    const own = ours.get(entry);
    return own === undefined || own === text ? [] : [{ entry, ...firstDifference(text, own) }];
  });
  return {
    missing: [...theirs.keys()].filter((entry) => !ours.has(entry)),
    extra: [...ours.keys()].filter((entry) => !theirs.has(entry)),
    changed,
  };
}

/** The first lines that differ: a whole table would drown the report. */
function firstDifference(expected: string, actual: string): { expected: string; actual: string } {
  const [theirs, ours] = [expected.split('\n'), actual.split('\n')];
  const at = theirs.findIndex((line, index) => line !== ours[index]);
  const from = at === -1 ? theirs.length : at;
  const excerpt = (lines: string[]) =>
    lines
      .slice(from, from + 6)
      .join('\n')
      .slice(0, 600);
  return { expected: excerpt(theirs), actual: excerpt(ours) };
}
