import { describe, expect, test } from 'vitest';
import type { DumpEntry, DumpEvent } from '../../../../lib/recovery/logical/dump/dump-stream.ts';
import { readCustomArchive } from '../../../../lib/recovery/logical/reading/archive/custom-archive.ts';
import { readPlainDump } from '../../../../lib/recovery/logical/reading/plain/read-plain-dump.ts';
import { watchingShape } from '../../../../lib/recovery/logical/shape/dump-shape.ts';
import {
  type BuiltEntry,
  buildArchive,
  settingEntries,
  withOffsets,
} from '../reading/archive/archive-builder.ts';
import { findingsOf, outcomeOf, pgDump, plainFormat, sourceOf } from '../reading/support/reading.ts';

const header = (type: string, name: string): string =>
  `--\n-- ${type === 'TABLE DATA' ? 'Data for ' : ''}Name: ${name}; Type: ${type}; Schema: public; Owner: app\n--\n\n`;
const table = (name: string, rest = ''): string =>
  `${header('TABLE', name)}CREATE TABLE public.${name} (\n    id integer\n)${rest};\n\n`;
const rows = (name: string, into = name): string =>
  `${header('TABLE DATA', name)}COPY public.${into} (id) FROM stdin;\n1\n\\.\n\n\n`;
const emptyInserts = (name: string): string => header('TABLE DATA', name);
const insert = (name: string): string =>
  `${header('TABLE DATA', name)}INSERT INTO public.${name} VALUES (1);\n\n\n`;
const key = (name: string): string =>
  `${header('CONSTRAINT', `${name} ${name}_pkey`)}ALTER TABLE ONLY public.${name}\n    ADD CONSTRAINT ${name}_pkey PRIMARY KEY (id);\n\n`;

const shapeOf = async (text: string) => {
  const { events, error, message } = await outcomeOf(
    watchingShape(readPlainDump(sourceOf(pgDump(text)), plainFormat)),
  );
  return { found: findingsOf(events), error, message };
};
const foundIn = async (text: string): Promise<string[]> => (await shapeOf(text)).found;

describe('a table without its data entry', () => {
  test.each([
    ['COPY', table('a') + table('b') + rows('a') + key('a')],
    ['INSERT', table('a') + table('b') + insert('a') + key('a')],
  ])('is named in a plain dump with %s', async (_form, text) => {
    expect(await foundIn(text)).toEqual([
      'TABLE_DATA_ABSENT: the dump defines a table without its data: public.b',
    ]);
  });

  test('is named in an archive', async () => {
    const entries: BuiltEntry[] = [
      ...settingEntries,
      {
        id: 10,
        type: 'TABLE',
        tag: 'a',
        schema: 'public',
        section: 2,
        definition: 'CREATE TABLE public.a (id int PRIMARY KEY);\n',
      },
      {
        id: 11,
        type: 'TABLE',
        tag: 'b',
        schema: 'public',
        section: 2,
        definition: 'CREATE TABLE public.b (id int);\n',
      },
      {
        id: 12,
        type: 'TABLE DATA',
        tag: 'a',
        schema: 'public',
        section: 3,
        hadDumper: true,
        copy: 'COPY public.a (id) FROM stdin;\n',
        dependencies: [10],
        data: Buffer.from('1\n\\.\n\n\n'),
      },
    ];
    const { events, error } = await outcomeOf(
      watchingShape(readCustomArchive(sourceOf(buildArchive(withOffsets({ entries }))))),
    );
    expect(error).toBeNull();
    expect(findingsOf(events)).toEqual([
      'TABLE_DATA_ABSENT: the dump defines a table without its data: public.b',
    ]);
  });

  test('of twenty-three, twenty are named and the rest is counted', async () => {
    const names = Array.from({ length: 23 }, (_, index) => `t${index}`);
    const [found] = await foundIn(
      table('a') + names.map((name) => table(name)).join('') + rows('a') + key('a'),
    );
    expect(found).toContain('defines 23 tables without their data');
    expect(found).toContain('public.t19 and 3 more');
  });

  test.each([
    [
      'an empty table, for which pg_dump writes COPY',
      table('a') +
        table('b') +
        rows('a') +
        `${header('TABLE DATA', 'b')}COPY public.b (id) FROM stdin;\n\\.\n\n\n`,
    ],
    [
      'an empty table, for which pg_dump --inserts writes a header',
      table('a') + table('b') + insert('a') + emptyInserts('b'),
    ],
    [
      'a partitioned table, whose rows lie in its partitions',
      table('a') + table('p', '\nPARTITION BY RANGE (id)') + rows('a'),
    ],
    [
      'partitions whose rows go into the root of their tree',
      table('p', '\nPARTITION BY RANGE (id)') + table('p1') + rows('p1', 'p'),
    ],
    [
      'a foreign table',
      `${table('a')}${header('FOREIGN TABLE', 'f')}CREATE FOREIGN TABLE public.f (id int) SERVER s;\n\n${rows('a')}`,
    ],
    [
      'a view that an old pg_dump wrote as a table with a rule',
      `${table('a') + table('v') + rows('a')}${header('RULE', 'v _RETURN')}CREATE RULE "_RETURN" AS ON SELECT TO v DO INSTEAD SELECT 1;\n\n`,
    ],
    ['a dump without any data, which the check for rows tells', table('a') + table('b')],
    [
      'tables without headers, of which nobody knows who wrote them',
      'CREATE TABLE a (id int);\nCREATE TABLE b (id int);\nCOPY a FROM stdin;\n1\n\\.\n',
    ],
  ])('is not %s', async (_what, text) => {
    expect(await foundIn(text + key('a'))).toEqual([]);
  });
});

describe('tables without a key', () => {
  test.each([
    ['with headers', table('a') + table('b') + rows('a') + rows('b')],
    ['without headers', 'CREATE TABLE a (id int);\nCREATE TABLE b (id int);\n'],
  ])('are told when there are several and none has one, %s', async (_what, text) => {
    expect(await foundIn(text)).toEqual([
      'POST_DATA_ABSENT: none of the 2 tables has a key, an index or a constraint of its own: the dump holds no post-data section',
    ]);
  });

  test.each([
    ['one table alone', table('a') + rows('a')],
    ['a key of one of them', table('a') + table('b') + rows('a') + rows('b') + key('a')],
    ['a key inside a definition', 'CREATE TABLE a (id int primary key);\nCREATE TABLE b (id int);\n'],
    [
      'an index without a header',
      'CREATE TABLE a (id int);\nCREATE TABLE b (id int);\nCREATE INDEX ON a (id);\n',
    ],
    [
      'a constraint without a header',
      'CREATE TABLE a (id int);\nCREATE TABLE b (id int);\nALTER TABLE a ADD UNIQUE (id);\n',
    ],
  ])('are not told beside %s', async (_what, text) => {
    expect(await foundIn(text)).toEqual([]);
  });
});

describe('a part of a backup', () => {
  test.each([
    ['rows', rows('a') + rows('b'), 'data-only dump'],
    ['INSERT statements', insert('a'), 'data-only dump'],
    ['rows without headers', 'COPY a FROM stdin;\n1\n\\.\n', 'data-only dump'],
    ['keys', key('a') + key('b'), 'only what follows the data'],
  ])('of %s alone is named once, before anything of it is loaded', async (_what, text, words) => {
    const { found, error, message } = await shapeOf(text);
    expect([found, error]).toEqual([[], 'DEFINITIONS_ABSENT']);
    expect(message).toContain(words);
  });

  test('of an archive is told from its table of contents', async () => {
    const entry: DumpEntry = {
      id: 1,
      type: 'TABLE DATA',
      schema: 'public',
      name: 'a',
      owner: null,
      section: 'data',
      dependencies: [],
      statements: [],
    };
    async function* events(): AsyncGenerator<DumpEvent, void, undefined> {
      yield { kind: 'contents', entries: [entry] };
    }
    expect((await outcomeOf(watchingShape(events()))).error).toBe('DEFINITIONS_ABSENT');
  });

  test.each([
    [
      'rows of a table of an extension',
      'CREATE EXTENSION postgis;\nCOPY spatial_ref_sys FROM stdin;\n1\n\\.\n',
    ],
    ['definitions in front of the data in one file', `${table('a')}${rows('a')}`],
    ['a role and a database of a cluster, then tables', `CREATE ROLE r;\n${table('a')}${rows('a')}`],
  ])('is not %s', async (_what, text) => {
    expect((await shapeOf(text)).error).toBeNull();
  });

  test('is each database of a cluster for itself', async () => {
    const text = `\\connect one\n${table('a')}${rows('a')}\\connect two\n${rows('b')}`;
    expect((await shapeOf(text)).error).toBe('DEFINITIONS_ABSENT');
  });
});
