import { describe, expect, test } from 'vitest';
import {
  findingsOf,
  ofKind,
  outcomeOfText,
  readText,
  rowBytes,
  rowCounts,
  statementsOf,
} from '../support/reading.ts';

const copy = (rows: string, options = ''): string =>
  `COPY public.t (a, b) FROM stdin${options};\n${rows}\\.\n\nSELECT 1;\n`;

describe('rows of COPY blocks', () => {
  test.each<[name: string, rows: string, count: number]>([
    ['no row', '', 0],
    ['empty rows of a table of one column', '\n\n\n', 3],
    [
      'text that looks like SQL',
      "\\\\connect evil\nCOPY x FROM stdin;\nSELECT ';\n-- Name: x; Type: TABLE; Schema: -; Owner: -\n",
      4,
    ],
    ['an escaped end mark', '\\\\.\n\\\\.x\nx\\\\.\n', 3],
    ['a line that only begins like the end mark', '\\.x\n\\..\n', 2],
    ['values that end in an escaped backslash', 'a\\\\\nb\\\\\\\\\n', 2],
    ['NULLs and escapes', '\\N\t\\N\na\\tb\\nc\\r\t\\\\N\n', 2],
    ['a newline after a single backslash, which belongs to the value', 'a\\\nb\nc\n', 2],
    ['a row without end of line feed before a carriage return', 'a\rb\n', 1],
  ])('counts %s', async (_name, rows, count) => {
    for (const pieceBytes of [65_536, 1, 2, 5]) {
      const events = await readText(copy(rows), pieceBytes);
      expect(rowCounts(events)).toEqual({ 'public.t': count });
      expect(rowBytes(events).toString()).toBe(rows);
      expect(statementsOf(events)).toEqual(['SELECT 1']);
    }
  });

  test('CRLF rows keep their line ends, and a CRLF end mark ends them', async () => {
    for (const pieceBytes of [65_536, 1, 3]) {
      const events = await readText(copy('1\t2\n3\t4\n').replaceAll('\n', '\r\n'), pieceBytes);
      expect(rowCounts(events)).toEqual({ 'public.t': 2 });
      expect(rowBytes(events).toString()).toBe('1\t2\r\n3\t4\r\n');
      expect(statementsOf(events)).toEqual(['SELECT 1']);
    }
  });

  test('chunks hold whole rows, stay about half a megabyte, and add up', async () => {
    const row = `${'x'.repeat(99)}\n`;
    const events = await readText(copy(row.repeat(40_000)));
    const chunks = ofKind(events, 'rows');
    expect(chunks.length).toBeGreaterThan(3);
    expect(
      chunks.every(({ pieces, rows }) => {
        const { length } = Buffer.concat(pieces);
        return length === rows * row.length && length < 1_048_576;
      }),
    ).toBe(true);
    expect(ofKind(events, 'rows-end')).toEqual([{ kind: 'rows-end', rows: 40_000, bytes: 4_000_000 }]);
  });

  test('a row larger than 8 MiB comes in pieces between chunks of whole rows, in order', async () => {
    const large = 'y'.repeat(9 * 1024 * 1024);
    const rows = `first\n${large}\nlast\n${large}\n`;
    const events = await readText(copy(rows), 300_000);
    const kinds = events
      .filter(({ kind }) => kind === 'rows' || kind === 'row-piece')
      .map(({ kind }) => kind);
    expect(kinds.filter((kind, index) => kind !== kinds[index - 1])).toEqual([
      'rows',
      'row-piece',
      'rows',
      'row-piece',
    ]);
    expect(ofKind(events, 'row-piece').filter((piece) => piece.rows === 1)).toHaveLength(2);
    expect(rowBytes(events).equals(Buffer.from(rows))).toBe(true);
    expect(rowCounts(events)).toEqual({ 'public.t': 4 });
  });

  test('names are unquoted as PostgreSQL does', async () => {
    const events = await readText('COPY "odd.schema ""x"""."Ta\n""b" FROM stdin;\n1\n\\.\n');
    expect(ofKind(events, 'rows-begin').map(({ schema, table, line }) => [schema, table, line])).toEqual([
      ['odd.schema "x"', 'Ta\n"b', 1],
    ]);
  });

  test.each([
    ['CSV', ' WITH (FORMAT csv)'],
    ['old CSV syntax', ' CSV'],
    ['text with a header line', ' WITH (HEADER)'],
  ])('%s must stay on one connection', async (_name, options) => {
    const [begin] = ofKind(await readText(copy('"a\nb",2\n', options)), 'rows-begin');
    expect(begin?.wholeRowsOnly).toBe(false);
  });

  test('text with another delimiter may be cut at any row', async () => {
    const [begin] = ofKind(await readText(copy('a|b\n', " WITH (DELIMITER '|', NULL 'x')")), 'rows-begin');
    expect(begin?.wholeRowsOnly ?? true).toBe(true);
  });

  test('what stands behind COPY on its line runs after the rows', async () => {
    const events = await readText('COPY t FROM stdin; SELECT 2; -- why not\n1\n\\.\nSELECT 3;\n', 4);
    expect(rowCounts(events)).toEqual({ '.t': 1 });
    expect(statementsOf(events)).toEqual(['SELECT 2', 'SELECT 3']);
    expect(ofKind(events, 'entry').at(-1)?.entry.statements[0]?.line).toBe(4);
  });

  test.each([
    ["COPY t FROM '/etc/passwd'"],
    ["COPY t FROM PROGRAM 'curl evil'"],
    ["COPY t TO '/tmp/x'"],
    ['COPY (SELECT 1) TO stdout'],
  ])('%s brings no rows and stays a statement', async (sql) => {
    expect(statementsOf(await readText(`${sql};\nSELECT 1;\n`))).toEqual([sql, 'SELECT 1']);
  });

  test.each([
    ['at the end of a row', 'COPY public.t FROM stdin;\n1\t2\n3\t4\n'],
    ['inside a row', 'COPY public.t FROM stdin;\n1\t2\n3\tsecret'],
    ['before the first row', 'COPY public.t FROM stdin;'],
    ['in the end mark', 'COPY public.t FROM stdin;\n1\t2\n\\'],
  ])('a dump cut %s names the table and the line, and no value', async (_name, text) => {
    const outcome = await outcomeOfText(text);
    expect(outcome.error).toBe('DUMP_TRUNCATED');
    expect(outcome.message).toContain('the rows of public.t');
    expect(outcome.message).not.toContain('secret');
  });

  test('the server takes an end mark without its newline at the very end, as psql lets it', async () => {
    expect(rowCounts(await readText('COPY t FROM stdin;\n1\n\\.'))).toEqual({ '.t': 1 });
  });

  test('a COPY that PostgreSQL does not understand is damage, and its rows are not taken for statements', async () => {
    expect((await outcomeOfText('COPY t WITH NOTHING FROM stdin;\nDROP TABLE x;\n\\.\n')).error).toBe(
      'DUMP_CORRUPT',
    );
  });

  test('nothing of all that is a finding', async () => {
    expect(findingsOf(await readText(copy('1\t2\n')))).toEqual([]);
  });

  test('of thousands of small tables are not copied: what stands behind each would be with it', async () => {
    const text = Array.from(
      { length: 2000 },
      () => `${copy('a row of a table\tand more of it\n'.repeat(40))}`,
    ).join('');

    const events = await readText(text, 2 * 1024 ** 2);

    const pieces = ofKind(events, 'rows').flatMap((event) => event.pieces);
    expect(Object.values(rowCounts(events))).toEqual([2000 * 40]);
    expect(new Set(pieces.map(({ buffer }) => buffer)).size).toBeLessThan(10);
  });
});
