import fc from 'fast-check';
import { loadModule, parseSync } from 'libpg-query';
import { beforeAll, describe, expect, test } from 'vitest';
import { shapeOfInsert } from '../../../../lib/recovery/logical/policy/literal-rows.ts';
import { shortenLiterals } from '../../../../lib/recovery/logical/policy/long-literals.ts';
import { decide, ruleOf } from './builders.ts';

beforeAll(loadModule);

const nasty = fc.string({
  unit: fc.constantFrom(
    "'",
    '"',
    '\\',
    '$',
    '-',
    '/',
    '*',
    ';',
    '(',
    ')',
    ',',
    'e',
    'E',
    '\n',
    'é',
    'a',
    ':',
  ),
});
const quoted = nasty.map((text) => `'${text.replaceAll("'", "''")}'`);
const escaped = nasty.map((text) => `E'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`);
const plain = fc.constantFrom(
  'NULL',
  'true',
  '-1',
  '1.5e10',
  '.5',
  'DEFAULT',
  "B'101'",
  "'\\x00'::bytea",
  "'a'::character varying(20)[]",
);
const literal = fc.oneof(quoted, escaped, plain);
const call = fc.constantFrom(
  "pg_read_file('x')",
  "dblink('a', 'b')",
  "(SELECT dblink('a', 'b'))",
  "'a' || dblink('x', 'y')",
);
const rowOf = (value: fc.Arbitrary<string>) =>
  fc.array(value, { minLength: 1, maxLength: 4 }).map((values) => `(${values.join(', ')})`);

describe('an INSERT judged by its shape', () => {
  test('is the same INSERT with one row, for rows of literals', () => {
    fc.assert(
      fc.property(fc.array(rowOf(literal), { minLength: 1, maxLength: 4 }), (rows) => {
        const sql = `INSERT INTO a."T ""VALUES (" (x, y) VALUES ${rows.join(',\n\t')} ON CONFLICT DO NOTHING`;
        expect(parseSync(sql).stmts).toHaveLength(1);
        expect(shapeOfInsert(sql)).toBe(
          'INSERT INTO a."T ""VALUES (" (x, y) VALUES (NULL) ON CONFLICT DO NOTHING',
        );
      }),
    );
  });

  test('never hides a function that reaches outside, wherever it stands among the rows', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(rowOf(literal), { maxLength: 3 }),
        rowOf(fc.oneof(literal, call)),
        call,
        fc.array(rowOf(literal), { maxLength: 3 }),
        async (before, mixed, last, after) => {
          const rows = [...before, mixed, `(${last})`, ...after];
          const decision = await decide(`INSERT INTO a.t VALUES ${rows.join(', ')}`);
          expect(ruleOf(decision)).toBe('outside-function');
        },
      ),
      { numRuns: 50 },
    );
  });

  test.each([
    'INSERT INTO t VALUES (1); DO $$ begin end $$',
    'INSERT INTO t VALUES (1) -- )\n; CALL p()',
    "INSERT INTO t VALUES ('a'), (1) RETURNING dblink('x')",
  ])('is refused for what follows the rows: %s', async (sql) =>
    expect((await decide(sql)).action).toBe('refuse'),
  );
});

describe('a statement with long literals', () => {
  const long = (text: string) => text.repeat(Math.ceil(2000 / text.length));

  test('keeps its tree but for what the literals say', () => {
    const tree = (sql: string) =>
      JSON.stringify(parseSync(sql), (key, value: unknown) =>
        ['location', 'stmt_len', 'stmt_location', 'sval'].includes(key) ? null : value,
      );
    fc.assert(
      fc.property(
        fc.array(fc.tuple(nasty, fc.constantFrom('plain', 'escape', 'dollar', 'name', 'comment')), {
          minLength: 1,
          maxLength: 4,
        }),
        (pieces) => {
          const values = pieces.map(([text, kind]) => {
            if (kind === 'plain') return `'${long(text || 'a').replaceAll("'", "''")}'`;
            if (kind === 'escape')
              return `E'${long(text || 'a')
                .replaceAll('\\', '\\\\')
                .replaceAll("'", "\\'")}'`;
            if (kind === 'dollar') return `$q$${long(text || 'a').replaceAll('$', '')}$q$`;
            if (kind === 'name') return `"${(text || 'a').replaceAll('"', '""')}"`;
            return `1 /* ' ${text.replaceAll(/[*/]/g, '')} /* " */ $q$ */ -- ' ${text.replaceAll('\n', ' ')}\n`;
          });
          const sql = `SELECT ${values.join(', ')}`;
          const short = shortenLiterals(sql);
          expect(short).not.toBeNull();
          expect(tree(short ?? '')).toBe(tree(sql));
          expect((short ?? '').length).toBeLessThan(1000 + pieces.length * 1100);
        },
      ),
    );
  });

  test('is null when a literal does not end', () => {
    expect([
      shortenLiterals("SELECT 'a"),
      shortenLiterals('SELECT $q$ a'),
      shortenLiterals('SELECT /* /* */'),
    ]).toEqual([null, null, null]);
  });

  test('runs, whatever the length of a value', async () => {
    expect((await decide(`INSERT INTO t VALUES ('${'x'.repeat(20_000_000)}')`)).action).toBe('run');
    expect((await decide(`COMMENT ON TABLE t IS '${'x'.repeat(3_000_000)}'`)).action).toBe('run');
  });

  test('is refused rather than rewritten by positions that no longer hold', async () => {
    expect(ruleOf(await decide(`ALTER ROLE app WITH NOSUPERUSER PASSWORD '${'x'.repeat(3_000_000)}'`))).toBe(
      'rewrite-impossible',
    );
  });

  test('that does not parse is refused', async () => {
    expect((await decide(`CREATE WONDER '${'x'.repeat(3_000_000)}'`)).action).toBe('refuse');
  });
});
