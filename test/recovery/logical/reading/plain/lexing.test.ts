import { describe, expect, test } from 'vitest';
import { findingsOf, outcomeOfText, readText, statementsOf } from '../support/reading.ts';

/** Every case is followed by another statement: it must neither be swallowed nor cut. */
const wholeStatements: [name: string, sql: string][] = [
  ['a semicolon in a string', "SELECT 'a;b'"],
  ['a doubled quote in a string', "SELECT 'it''s; ok'"],
  ['a backslash at the end of a standard string', "SELECT 'c:\\'"],
  ['an escaped quote in an escape string', "SELECT E'it\\'s; ok'"],
  ['a doubled quote in an escape string', "SELECT E'a'';\\';'"],
  ['a lower-case escape string', "SELECT e'\\';'"],
  ['an escape string continued on the next line', "SELECT E'a'\n  'b\\';c'"],
  ['an escape string continued after a comment', "SELECT E'a' -- x\n 'b\\';c'"],
  ['a standard string after an escape string on the same line', "SELECT E'a' || 'b\\'"],
  ['a word ending in e before a string', "SELECT typee'a\\'"],
  ['a bit string', "SELECT B'01', X'1F'"],
  ['a Unicode string with a backslash', "SELECT U&'\\0041;\\'"],
  ['a Unicode identifier', 'SELECT U&"a;b\\"'],
  ['a semicolon in a quoted identifier', 'CREATE TABLE "a;b" (x int)'],
  ['a doubled quote in a quoted identifier', 'CREATE TABLE "a"";b" (x int)'],
  ['a newline in a quoted identifier', 'CREATE TABLE "a\n;\\! rm\n" (x int)'],
  ['an apostrophe in a quoted identifier', 'CREATE TABLE "it\'s" (x int)'],
  ['a dollar-quoted body', 'CREATE FUNCTION f() RETURNS int AS $$ SELECT 1; $$ LANGUAGE sql'],
  ['a tagged body with an untagged one inside', 'DO $a$ BEGIN EXECUTE $$ SELECT 1; $$; END $a$'],
  ['a tag that only begins like another', 'DO $a$ x; $ab$ y; $a$'],
  ['a body that ends with a dollar', 'DO $a$ x; $$a$'],
  ['a tag of non-ASCII letters', 'DO $é$ x; $é$'],
  ['a dollar inside an identifier', 'SELECT a$b$c, d'],
  ['a parameter', 'PREPARE p AS SELECT $1, $2'],
  ['an unclosed quote in a body', "DO $$ it's; $$"],
  ['a semicolon in a line comment', 'SELECT 1 -- a; b\n + 1'],
  ['a quote in a line comment', "SELECT 1 -- it's\n + 1"],
  ['a semicolon in a comment', 'SELECT 1 /* a; b */ + 1'],
  ['a comment in a comment', 'SELECT 1 /* a /* b; */ c; */ + 1'],
  ['a quote in a comment', "SELECT 1 /* it's */ + 1"],
  ['a comment right behind an operator', 'SELECT 1 +-- x;\n 2'],
  ['a division and a multiplication', 'SELECT 4 / 2 * 2 - 1'],
  ['rules with several actions', 'CREATE RULE r AS ON DELETE TO t DO INSTEAD (SELECT 1; SELECT 2)'],
  ['a closing parenthesis too many', 'SELECT 1)'],
  ['an SQL-standard body', 'CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT 2; END'],
  [
    'an SQL-standard body with CASE',
    'CREATE OR REPLACE PROCEDURE p() BEGIN ATOMIC SELECT CASE WHEN a THEN 1 END; SELECT 2; END',
  ],
  ['a table with columns called begin and end', 'CREATE TABLE t ("begin" int, "end" int)'],
  ['a view that uses begin as a name', 'CREATE VIEW v AS SELECT x.begin FROM x'],
  ['a typecast and a slice', "SELECT '1'::text, a[1:2], b := 3"],
  ['a psql colon escape', 'SELECT a \\: b'],
];

describe('splitting text into statements', () => {
  test.each(wholeStatements)('keeps %s in one statement', async (_name, sql) => {
    for (const pieceBytes of [65_536, 1, 3]) {
      const events = await readText(`${sql};\nSELECT 'next';\n`, pieceBytes);
      expect(statementsOf(events)).toEqual([sql, "SELECT 'next'"]);
      expect(findingsOf(events)).toEqual([]);
    }
  });

  test('separates statements on one line', async () => {
    expect(statementsOf(await readText('SELECT 1;SELECT 2 ; ;; SELECT 3;'))).toEqual([
      'SELECT 1',
      'SELECT 2',
      'SELECT 3',
    ]);
  });

  test('BEGIN and END of transactions do not nest', async () => {
    expect(statementsOf(await readText('BEGIN;\nSELECT 1;\nEND;\n'))).toEqual(['BEGIN', 'SELECT 1', 'END']);
  });

  test('backslashes escape in ordinary strings once standard_conforming_strings is off', async () => {
    const text =
      "SET standard_conforming_strings = off;\nSELECT 'a\\';b';\nSET standard_conforming_strings TO on;\nSELECT '\\';\nSELECT 1;\n";
    expect(statementsOf(await readText(text))).toEqual([
      'SET standard_conforming_strings = off',
      "SELECT 'a\\';b'",
      'SET standard_conforming_strings TO on',
      "SELECT '\\'",
      'SELECT 1',
    ]);
  });

  test('set_config and RESET change how strings are read as SET does', async () => {
    const text =
      "SELECT pg_catalog.set_config('standard_conforming_strings', 'off', false);\nSELECT '\\';';\nRESET standard_conforming_strings;\nSELECT '\\';\n";
    expect(statementsOf(await readText(text)).slice(1)).toEqual([
      "SELECT '\\';'",
      'RESET standard_conforming_strings',
      "SELECT '\\'",
    ]);
  });

  test('a Unicode string has no escapes even while ordinary strings have them', async () => {
    const events = await readText(
      "SET standard_conforming_strings = off;\nSELECT U&'\\';\nSELECT X'1''\\';\nSELECT 1;\n",
    );
    expect(statementsOf(events).slice(1)).toEqual(["SELECT U&'\\'", "SELECT X'1''\\'", 'SELECT 1']);
  });

  test('a byte order mark at the start is passed over', async () => {
    expect(statementsOf(await readText('\ufeffSELECT 1;', 1))).toEqual(['SELECT 1']);
  });

  test('statements carry the line they begin on, also in files with CRLF', async () => {
    const events = await readText('-- c\r\n\r\nSELECT 1;\r\n/* a\r\n b */ SELECT\r\n 2; SELECT 3;\r\n');
    const lines = events.flatMap((event) => (event.kind === 'entry' ? event.entry.statements : []));
    expect(lines.map(({ line, sql }) => [line, sql])).toEqual([
      [3, 'SELECT 1'],
      [5, 'SELECT\r\n 2'],
      [6, 'SELECT 3'],
    ]);
  });

  test.each([
    ['a statement', 'SELECT 1;\nSELECT 2', 'inside a statement'],
    ['a string', "SELECT 1;\nSELECT 'secret", 'inside a quoted string'],
    ['an escape string', "SELECT E'secret\\", 'inside an escape string'],
    ['a quoted identifier', 'SELECT "secret', 'inside a quoted identifier'],
    ['a dollar-quoted string', 'DO $x$ secret; $x', 'inside a dollar-quoted string'],
    ['a comment in a statement', 'SELECT 1 /* secret', 'inside a comment'],
    ['a comment between statements', 'SELECT 1; /* secret', 'inside a comment'],
  ])(
    'a text that ends inside %s is truncated, and the message shows nothing of it',
    async (_name, text, message) => {
      for (const pieceBytes of [65_536, 1]) {
        const outcome = await outcomeOfText(text, pieceBytes);
        expect(outcome.error).toBe('DUMP_TRUNCATED');
        expect(outcome.message).toContain(message);
        expect(outcome.message).not.toContain('secret');
      }
    },
  );

  test('very long words, tags and comments take no more than linear time', async () => {
    const long = 'x'.repeat(3_000_000);
    const startedAt = performance.now();
    const events = await readText(
      `-- ${long}\nSELECT ${long};\nSELECT $${long};\nSELECT 1; -- ${long}`,
      4096,
    );
    expect(statementsOf(events)).toEqual([`SELECT ${long}`, `SELECT $${long}`, 'SELECT 1']);
    expect((await outcomeOfText(`\\echo ${long}\n`, 4096)).error).toBe('DUMP_CORRUPT');
    expect((await outcomeOfText(`COPY t FROM stdin; ${long}\n\\.\n`, 4096)).error).toBe('DUMP_CORRUPT');
    expect(performance.now() - startedAt).toBeLessThan(20_000);
  });
});
