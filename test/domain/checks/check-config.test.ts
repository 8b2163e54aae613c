import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { checkConfigSchema } from '../../../lib/domain/checks/check-config.ts';
import { configured } from './builders.ts';

const problemsOf = (entry: unknown) => {
  const parsed = checkConfigSchema.safeParse(entry);
  return parsed.success
    ? []
    : parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
};

describe('a check of drills.yaml', () => {
  test('names its kind, database and timeout', () => {
    expect(configured({ tables: ['a'], database: 'shop', statementTimeout: '2m' })).toEqual({
      kind: 'tables',
      settings: ['a'],
      database: 'shop',
      statementTimeoutSeconds: 120,
    });
  });

  test.each([
    ['an unknown kind', { colour: 'red' }, 'unknown check `colour`'],
    ['no kind', { database: 'shop' }, 'a check names one of'],
    ['two kinds', { tables: ['a'], login: { role: 'r' } }, 'this one names tables and login'],
    ['no object', 'tables', 'a check is an object with one of'],
    ['rows without bounds', { rows: { table: 'a' } }, '`rows` needs'],
    ['rows with bounds crossed', { rows: { table: 'a', min: 5, max: 4 } }, '`min` is greater than `max`'],
    ['a drop that is no share', { rows: { table: 'a', maxDrop: 'much' } }, '`maxDrop` is a share'],
    ['a drop above all', { rows: { table: 'a', maxDrop: '101%' } }, '`maxDrop` is at most 100%'],
    [
      'a duration without unit',
      { freshness: { query: 'select 1', maxAge: '24' } },
      'a duration is a number with a unit',
    ],
    ['freshness of neither', { freshness: { table: 'a', maxAge: '1h' } }, 'needs either'],
    [
      'freshness of both',
      { freshness: { table: 'a', column: 'b', query: 'select 1', maxAge: '1h' } },
      'needs either',
    ],
    ['digits that YAML loses', { sql: { name: 'a', query: 'b', expect: { atLeast: 2 ** 53 } } }, 'expect'],
    [
      'an unknown expectation',
      { sql: { name: 'a', query: 'b', expect: { like: 'c' } } },
      '`expect` is a value',
    ],
    [
      'migrations by query and table',
      { migrations: { query: 'a', expected: 1, table: 'b' } },
      'takes only `expected`',
    ],
    ['migrations without expectation', { migrations: { table: 'b' } }, '`migrations` needs `head`'],
    ['migrations without a column', { migrations: { table: 'b', head: '1' } }, 'need `column`'],
    [
      'a password in place of a name',
      { login: { role: 'a', passwordEnv: 'p4ss word!' } },
      'name of an environment variable',
    ],
    ['an unknown setting', { unique: { table: 'a', on: 'b', speed: 1 } }, 'speed'],
  ])('is refused with %s', (_what, entry, message) => {
    expect(problemsOf(entry).join('\n')).toContain(message);
  });

  test('stays as written, so that parsing it twice is safe', () => {
    const entry = { rows: { table: 'a', maxDrop: '5%' } };
    expect(configured({ rows: configured(entry).settings })).toEqual(configured(entry));
  });

  test('has a JSON Schema', () => {
    expect(Object.keys(z.toJSONSchema(checkConfigSchema, { io: 'input' }).properties ?? {})).toContain(
      'freshness',
    );
  });
});
