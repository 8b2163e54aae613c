import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { World } from './support/world.ts';

let world: World;

beforeEach(async () => {
  world = await World.open();
});
afterEach(() => world.remove());

/** A plain dump as pg_dump writes it: parts below their headers, between its first and its last line. */
function plainDump(
  major: string,
  settings: string[],
  parts: [type: string, schema: string, name: string, sql: string][],
) {
  const entries = parts.map(
    ([type, schema, name, sql]) =>
      `--\n-- ${type === 'TABLE DATA' ? 'Data for ' : ''}Name: ${name}; Type: ${type}; Schema: ${schema}; Owner: postgres\n--\n\n${sql}\n\n`,
  );
  return [
    '--\n-- PostgreSQL database dump\n--\n',
    `-- Dumped from database version ${major}\n-- Dumped by pg_dump version ${major}\n`,
    ...settings,
    ...entries,
    '--\n-- PostgreSQL database dump complete\n--\n',
  ].join('\n');
}

const rows = (table: string, lines: string[]) => `COPY ${table} FROM stdin;\n${lines.join('\n')}\n\\.\n`;
const today = [
  'SET standard_conforming_strings = on;',
  "SELECT pg_catalog.set_config('search_path', '', false);",
];

test('leftovers of pg_cron are left out, and a table that the user keeps in its schema is restored', async () => {
  const dump = plainDump('15.8', today, [
    ['EXTENSION', '-', 'pg_cron', 'CREATE EXTENSION IF NOT EXISTS pg_cron WITH SCHEMA pg_catalog;'],
    ['TABLE', 'public', 't', 'CREATE TABLE public.t (id integer NOT NULL);'],
    ['TABLE', 'cron', 'seen', 'CREATE TABLE cron.seen (id integer NOT NULL);'],
    ['TABLE DATA', 'cron', 'job', rows('cron.job (jobid, command)', ['1\tDELETE FROM t'])],
    ['TABLE DATA', 'cron', 'seen', rows('cron.seen (id)', ['1', '2'])],
    ['TABLE DATA', 'public', 't', rows('public.t (id)', ['1', '2', '3'])],
    ['SEQUENCE SET', 'cron', 'jobid_seq', "SELECT pg_catalog.setval('cron.jobid_seq', 1, true);"],
    [
      'CONSTRAINT',
      'public',
      't t_pkey',
      'ALTER TABLE ONLY public.t\n    ADD CONSTRAINT t_pkey PRIMARY KEY (id);',
    ],
    ['POLICY', 'cron', 'job own', 'CREATE POLICY own ON cron.job USING ((username = CURRENT_USER));'],
    ['ROW SECURITY', 'cron', 'job', 'ALTER TABLE cron.job ENABLE ROW LEVEL SECURITY;'],
  ]);
  const { record } = await world.expectProven(['--dump', world.backup('cron.sql', dump)]);
  expect(record.tables.map(({ schema, name, rows: count }) => [schema, name, count])).toEqual([
    ['cron', 'seen', 2],
    ['public', 't', 3],
  ]);
  expect(record.findings.map(({ code }) => code)).toContain('ENTRIES_SKIPPED');
});

test('a dump from before 9.1 finds tables of one name in two schemas by its search_path', async () => {
  const settings = ["SET client_encoding = 'UTF8';", 'SET standard_conforming_strings = off;'];
  const table = 'CREATE TABLE spot (id integer NOT NULL, name text);';
  const publicPath = 'SET search_path = public, pg_catalog;\n\n';
  const geoPath = 'SET search_path = geo, pg_catalog;\n\n';
  const dump = plainDump('8.4.22', settings, [
    ['SCHEMA', '-', 'geo', 'CREATE SCHEMA geo;'],
    ['PROCEDURAL LANGUAGE', '-', 'plpgsql', `CREATE PROCEDURAL LANGUAGE plpgsql;\n\n\n${publicPath}`],
    ['TABLE', 'public', 'spot', `${table}\n\n\n${geoPath}`],
    ['TABLE', 'geo', 'spot', `${table}\n\n\n${publicPath}`],
    ['TABLE DATA', 'public', 'spot', `${rows('spot (id, name)', ['1\tit\\\\s'])}\n\n${geoPath}`],
    [
      'TABLE DATA',
      'geo',
      'spot',
      String.raw`INSERT INTO spot VALUES (1, E'a\\b'); INSERT INTO spot VALUES (2, 'it\'s; a\\b');`,
    ],
    [
      'CONSTRAINT',
      'geo',
      'spot spot_pkey',
      'ALTER TABLE ONLY spot\n    ADD CONSTRAINT spot_pkey PRIMARY KEY (id);',
    ],
  ]);
  const { record } = await world.expectProven(['--dump', world.backup('old.sql', dump)]);
  expect(record.tables.map(({ schema, name, rows: count }) => [schema, name, count])).toEqual([
    ['geo', 'spot', 2],
    ['public', 'spot', 1],
  ]);
});

describe('beside an extension that the sandbox lacks', () => {
  const withVector = (itemRows: string[]) =>
    plainDump('15.8', today, [
      ['EXTENSION', '-', 'vector', 'CREATE EXTENSION IF NOT EXISTS vector WITH SCHEMA public;'],
      [
        'FUNCTION',
        'public',
        'near(public.vector)',
        'CREATE FUNCTION public.near(v public.vector) RETURNS integer\n    LANGUAGE sql\n    AS $$ select 1 $$;',
      ],
      ['TABLE', 'public', 'doc', 'CREATE TABLE public.doc (id integer NOT NULL, place public.vector(3));'],
      ['TABLE', 'public', 'item', 'CREATE TABLE public.item (id integer NOT NULL);'],
      ['TABLE', 'public', 'line', 'CREATE TABLE public.line (item integer);'],
      ['TABLE DATA', 'public', 'doc', rows('public.doc (id, place)', ['1\t[1,2,3]', '2\t[1,2,3]'])],
      ['TABLE DATA', 'public', 'item', rows('public.item (id)', itemRows)],
      ['TABLE DATA', 'public', 'line', rows('public.line (item)', ['1'])],
      [
        'CONSTRAINT',
        'public',
        'item item_pkey',
        'ALTER TABLE ONLY public.item\n    ADD CONSTRAINT item_pkey PRIMARY KEY (id);',
      ],
      [
        'INDEX',
        'public',
        'doc_place',
        'CREATE INDEX doc_place ON public.doc USING hnsw (place public.vector_l2_ops);',
      ],
      [
        'FK CONSTRAINT',
        'public',
        'line line_item_fkey',
        'ALTER TABLE ONLY public.line\n    ADD CONSTRAINT line_item_fkey FOREIGN KEY (item) REFERENCES public.item(id);',
      ],
    ]);

  test('all that needs it is one finding, which names the package', async () => {
    const { record } = await world.expectDrill(['--dump', world.backup('v.sql', withVector(['1', '2']))], {
      verdict: 'COULD_NOT_VERIFY',
      code: 'EXTENSION_UNAVAILABLE',
    });
    const grave = record.findings.filter(({ severity }) => severity === 'error' || severity === 'unverified');
    expect(grave).toHaveLength(1);
    expect(grave[0]?.message).toContain(
      '4 entries that need it were not restored: table public.doc, function public.near',
    );
    expect(grave[0]?.message).toContain('2 rows of the dump were not loaded');
    expect(grave[0]?.hint).toMatch(/postgresql-\d+-pgvector/);
  });

  test('a damaged row stays certain, takes the keys to it along, and is not shown', async () => {
    const { record } = await world.expectDrill(
      ['--dump', world.backup('v.sql', withVector(['1', 'zebra']))],
      {
        verdict: 'NOT_PROVEN',
        code: 'ROWS_REJECTED',
      },
    );
    const codes = record.findings.map(({ code }) => code);
    expect(codes).toContain('EXTENSION_UNAVAILABLE');
    expect(codes).not.toContain('FK_ORPHANS');
    expect(JSON.stringify(record)).not.toContain('zebra');
  });
});
