import { describe, expect, test } from 'vitest';
import { type Finding, finding } from '../../../../lib/domain/findings/findings.ts';
import type { AnnouncedObject } from '../../../../lib/domain/recovery/restore-account.ts';
import {
  causesOf,
  type Failure,
  type MissingExtension,
  toldWithConsequences,
} from '../../../../lib/recovery/logical/loading/failed-entries.ts';
import type { Lack } from '../../../../lib/recovery/logical/loading/lack.ts';

const aFailure = (label: string, lack: Lack | null, over: Partial<Failure> = {}): Failure => ({
  finding: finding('ENTRY_FAILED', label),
  outcome: { status: 'failed', failure: 'missing object', sqlState: '42704', message: '' },
  type: 'TABLE',
  label,
  lack,
  made: [],
  table: null,
  rows: null,
  ...over,
});
const anAccountOf = (name: string): NonNullable<Failure['rows']> => ({
  database: 'main',
  schema: 'public',
  name,
  rowsInDump: 7,
  rowsLoaded: 0,
  bytes: 0,
  seconds: 0,
});
const madeBy = (label: string, name: string, lack: Lack | null, over: Partial<Failure> = {}): Failure =>
  aFailure(label, lack, { made: [{ schema: 'public', name }], ...over });
const type = (name: string, schema: string | null = 'public'): Lack => ({ kind: 'object', schema, name });
const relation = (name: string, schema: string | null = 'public'): Lack => ({
  kind: 'relation',
  schema,
  name,
});
const missing = (name: string, schema: string | null = 'public'): MissingExtension => ({
  name,
  schema,
  finding: finding('EXTENSION_UNAVAILABLE', `extension "${name}" is not offered`),
});
const announced = (kind: string, name: string, schema: string | null = 'public'): AnnouncedObject => ({
  database: 'main',
  type: kind,
  schema,
  name,
  table: null,
});
const labelsUnder = (
  failures: Failure[],
  extensions: MissingExtension[],
  objects: AnnouncedObject[] = [],
): Record<string, string[]> =>
  Object.fromEntries(
    causesOf(failures, extensions, objects).map(({ root, consequences }) => [
      'label' in root ? root.label : root.name,
      consequences.map(({ label }) => label),
    ]),
  );

describe('a missing extension explains', () => {
  test('the table of its type, and all that needs that table', () => {
    const failures = [
      madeBy('table rel', 'rel', type('semver')),
      aFailure('rows of rel', relation('rel'), { type: 'TABLE DATA' }),
      madeBy('view relv', 'relv', relation('rel'), { type: 'VIEW' }),
      aFailure('acl relv', relation('relv'), { type: 'ACL' }),
    ];
    const objects = [announced('TABLE', 'rel'), announced('VIEW', 'relv')];
    expect(labelsUnder(failures, [missing('semver')], objects)).toEqual({
      semver: ['table rel', 'rows of rel', 'view relv', 'acl relv'],
    });
  });

  test.each<[string, MissingExtension, Lack]>([
    ['rows of its own tables', missing('pg_partman', 'partman'), relation('part_config', 'partman')],
    ['rows of its own tables in public', missing('postgis'), relation('spatial_ref_sys')],
    ['a schema that it makes', missing('timescaledb'), relation('hypertable', '_timescaledb_catalog')],
    ['an access method', missing('vector'), type('hnsw', null)],
    ['a schema of an extension nobody knows', missing('own_thing'), relation('settings', 'own')],
  ])('%s', (_what, extension, lack) => {
    expect(labelsUnder([aFailure('it', lack)], [extension])).toEqual({ [extension.name]: ['it'] });
  });

  test('what it alone can be the cause of, where two are missing', () => {
    const failures = [aFailure('a', type('geometry')), aFailure('b', type('semver'))];
    expect(labelsUnder(failures, [missing('semver'), missing('postgis')])).toEqual({
      semver: ['b'],
      postgis: ['a'],
    });
  });
});

describe('a missing extension does not explain', () => {
  test.each<[string, Lack | null]>([
    ['a failure for another reason', null],
    ['a table of the schema public that the dump lost', relation('orders')],
    ['a type that is not one of its own', type('status')],
    ['a thing that the dump makes, and that was made', type('mood')],
    ['a table in a schema of the dump', relation('orders', 'app')],
    ['a unique key', { kind: 'key', schema: null, name: 'orders' }],
  ])('%s', (_what, lack) => {
    const objects = [announced('TYPE', 'mood'), announced('SCHEMA', 'app', null)];
    expect(labelsUnder([aFailure('it', lack)], [missing('semver')], objects)).toEqual({});
  });
});

describe('an entry that failed for its own reason', () => {
  test('takes with it what needs its object', () => {
    const failures = [
      madeBy('table item', 'item', null),
      aFailure('rows of item', relation('item'), { type: 'TABLE DATA' }),
      madeBy('constraint item_pkey', 'item_pkey', relation('item'), { type: 'CONSTRAINT', table: 'item' }),
      madeBy('fk constraint note_item_fkey', 'note_item_fkey', relation('item')),
    ];
    expect(labelsUnder(failures, [])).toEqual({
      'table item': ['rows of item', 'constraint item_pkey', 'fk constraint note_item_fkey'],
    });
  });

  test('takes with a key the foreign keys that point to it', () => {
    const failures = [
      madeBy('constraint t_pkey', 't_pkey', null, { type: 'CONSTRAINT', table: 't' }),
      aFailure('fk constraint f', { kind: 'key', schema: null, name: 't' }),
    ];
    expect(labelsUnder(failures, [])).toEqual({ 'constraint t_pkey': ['fk constraint f'] });
  });

  test('for want of a table or schema that nobody makes takes with it what misses the same', () => {
    const failures = [
      aFailure('rows of lost', relation('lost'), { type: 'TABLE DATA' }),
      aFailure('constraint lost_pkey', relation('lost')),
      aFailure('rows of other', relation('other'), { type: 'TABLE DATA' }),
      aFailure('table a', { kind: 'schema', schema: null, name: 'app' }),
      aFailure('table b', { kind: 'schema', schema: null, name: 'app' }),
      aFailure('trigger t', type('f')),
      aFailure('trigger u', type('f')),
    ];
    expect(labelsUnder(failures, [])).toEqual({
      'rows of lost': ['constraint lost_pkey'],
      'table a': ['table b'],
      'trigger t': ['trigger u'],
    });
  });

  test('takes with rows that were not loaded the foreign keys that point to them', () => {
    const failures = [
      aFailure('rows of item', null, { type: 'TABLE DATA', rows: anAccountOf('item') }),
      aFailure('fk constraint f', { kind: 'rows', schema: 'public', name: 'item' }),
      aFailure('fk constraint g', { kind: 'rows', schema: 'public', name: 'other' }),
    ];
    expect(labelsUnder(failures, [missing('semver')])).toEqual({ 'rows of item': ['fk constraint f'] });
  });

  test('that needs another which needs it is nobody’s consequence', () => {
    const failures = [madeBy('a', 'a', relation('b')), madeBy('b', 'b', relation('a'))];
    expect(labelsUnder(failures, [])).toEqual({});
  });
});

describe('what no entry of the dump makes', () => {
  const schema: Lack = { kind: 'schema', schema: null, name: 'sales' };

  test('is told once, by the first that needs it, with a hint at dumps of a part', () => {
    const failures = [
      aFailure('table sales.a', schema),
      aFailure('index sales.b', schema, { type: 'INDEX' }),
    ];
    const [cause] = causesOf(failures, [], []);
    expect(cause).toMatchObject({ root: failures[0], isAbsent: true, consequences: [failures[1]] });
    expect(cause === undefined ? '' : toldWithConsequences(cause).hint).toContain(
      'Nothing in the dump makes it',
    );
  });

  test('is told by each that needs it where the path may only hide it, or where the dump makes it', () => {
    const hidden = [aFailure('a', type('earth', null)), aFailure('b', type('earth', null))];
    expect(labelsUnder(hidden, [])).toEqual({});
    const made = [aFailure('a', type('state')), aFailure('b', type('state'))];
    expect(labelsUnder(made, [], [announced('TYPE', 'state')])).toEqual({});
    const ofSchema = [aFailure('a', schema), aFailure('b', schema)];
    expect(labelsUnder(ofSchema, [], [announced('SCHEMA', 'sales', null)])).toEqual({});
  });
});

describe('a finding with its consequences', () => {
  const told = (root: Failure | MissingExtension, consequences: Failure[]): Finding =>
    toldWithConsequences({ root, isAbsent: false, consequences });

  test('counts and names them, and the rows that were lost', () => {
    const rows = anAccountOf('t');
    const { message, severity } = told(missing('semver'), [
      aFailure('rows of public.t', relation('t'), { type: 'TABLE DATA', rows }),
      aFailure('table public.t', type('semver')),
    ]);
    expect(message).toBe(
      'extension "semver" is not offered; 2 entries that need it were not restored: table public.t, rows of public.t; with it 7 rows of the dump were not loaded',
    );
    expect(severity).toBe('unverified');
  });

  test('names six at most', () => {
    const many = Array.from({ length: 20 }, (_, number) => aFailure(`table t${number}`, type('semver')));
    expect(told(missing('semver'), many).message).toMatch(/20 entries .* table t5 and 14 more$/);
  });

  test('is as grave as the gravest of them', () => {
    const root = aFailure('index i', null, { finding: finding('OWNER_NOT_RESTORED', 'x') });
    expect(told(root, [aFailure('table t', relation('i'))]).severity).toBe('error');
  });

  test('of an extension left out on purpose warns of a view, and leaves unproven what holds rows', () => {
    const left = { ...missing('pg_cron', null), finding: finding('ENTRIES_SKIPPED', 'x') };
    expect(told(left, [aFailure('view v', relation('job', 'cron'), { type: 'VIEW' })]).severity).toBe(
      'warning',
    );
    expect(told(left, [aFailure('table t', relation('job', 'cron'))]).severity).toBe('unverified');
  });
});
