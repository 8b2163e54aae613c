import { readFileSync } from 'node:fs';
import { DatabaseError } from 'pg';
import { expect, test } from 'vitest';
import {
  classify,
  type FailedStatement,
  findingOf,
  readingOf,
} from '../../../../lib/recovery/logical/loading/failure-class.ts';
import { ServerError } from '../../../../lib/recovery/logical/loading/server-error.ts';
import type { StatementPlan } from '../../../../lib/recovery/logical/policy/decision.ts';
import { planOf } from '../../../../lib/recovery/logical/policy/verdicts.ts';
import { anEntry } from './support/events.ts';

const anError = (code: string, insideFunction = false): ServerError =>
  new ServerError(
    Object.assign(new DatabaseError('text decides nothing', 0, 'error'), {
      code,
      where: insideFunction ? 'SQL function' : undefined,
    }),
  );

const failing = (
  kind: StatementPlan['kind'],
  more: Partial<FailedStatement> = {},
  extension?: string,
): FailedStatement => ({
  plan: { kind, locks: null, defer: false, roles: [], ...(extension === undefined ? {} : { extension }) },
  missingRoles: [],
  missingExtension: null,
  ...more,
});

test.each<[string, boolean, FailedStatement, string]>([
  ['23505', false, failing('add key'), 'duplicate key'],
  ['23503', false, failing('add foreign key'), 'orphaned rows'],
  ['22P02', false, failing('copy'), 'rejected row'],
  ['22P04', false, failing('copy'), 'rejected row'],
  ['23514', false, failing('copy'), 'rejected row'],
  ['22021', false, failing('copy'), 'invalid encoding'],
  ['22P05', false, failing('copy'), 'invalid encoding'],
  ['42883', true, failing('create index'), 'search_path defect'],
  ['42P01', true, failing('refresh materialized view'), 'search_path defect'],
  ['42883', true, failing('copy'), 'search_path defect'],
  ['42883', true, failing('create table'), 'search_path defect'],
  ['42704', true, failing('create table', { existsElsewhere: true }), 'search_path defect'],
  ['42883', true, failing('create index', { existsElsewhere: false }), 'missing object'],
  ['42883', true, failing('other', { definesRoutine: true }), 'missing object'],
  ['55000', false, failing('other', {}, 'pgaudit'), 'missing extension'],
  ['42704', false, failing('other', {}, 'earthdistance'), 'missing extension'],
  ['42883', false, failing('create index'), 'missing object'],
  ['42P01', false, failing('other'), 'missing object'],
  ['42704', false, failing('grant', { missingRoles: ['app'] }), 'missing role'],
  ['42704', false, failing('grant'), 'missing object'],
  ['42501', false, failing('other'), 'insufficient privilege'],
  ['42501', false, failing('other', {}, 'pg_stat_statements'), 'missing extension'],
  ['58P01', false, failing('other', {}, 'postgis'), 'missing extension'],
  ['53100', false, failing('create index'), 'out of disk'],
  ['57014', false, failing('create index'), 'statement timeout'],
  ['XX000', false, failing('other'), 'other'],
])('SQLSTATE %s (inside a function: %s) is classed by what failed', (code, inside, failed, expected) => {
  expect(classify(anError(code, inside), failed)).toBe(expected);
});

test.each<[StatementPlan['kind'], string, string]>([
  ['definition', "CREATE TYPE public.mood AS ENUM ('fine')", 'definitions'],
  ['definition', 'CREATE VIEW public.v AS SELECT 1', 'definitions'],
  ['other', 'CREATE EXTENSION hstore', 'definitions'],
  ['other', 'ALTER DOMAIN public.d ADD CONSTRAINT c CHECK (VALUE > 0)', 'rows'],
  ['create table', 'CREATE TABLE public.t (id integer)', 'rows'],
  ['copy', 'COPY public.t FROM stdin', 'rows'],
])('of a %s (%s) the server may have told of %s', (kind, sql, told) => {
  expect(readingOf(anError('22P02'), planOf(kind), anEntry(sql))).toBe(told);
});

test('docs/restoring.md names each class of failure with its finding', () => {
  const page = readFileSync('docs/restoring.md', 'utf8');
  const [, section = ''] = /^## Failures are named from SQLSTATE\n([\s\S]*?)^## /m.exec(page) ?? [];
  const told = [...section.matchAll(/^\| ([^|]+) \| [^|]+ \| `([A-Z_]+)` \|$/gm)].flatMap(
    ([, classes = '', code = '']) => classes.split(', ').map((one) => [one, code] as const),
  );
  expect(Object.fromEntries(told)).toEqual(findingOf);
});
