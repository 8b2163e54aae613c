import { afterAll, beforeAll, describe, test } from 'vitest';
import type { FindingCode } from '../../lib/domain/findings/findings.ts';
import type { Verdict } from '../../lib/domain/findings/verdict.ts';
import { Corpus } from './support/corpus.ts';
import { firstRow, replaced, without, withRow } from './support/damage.ts';
import { expectOutcome, expectProven } from './support/expectations.ts';
import { SourceServer } from './support/source-server.ts';

let text: string;
let inserts: string;
let corpus: Corpus;

beforeAll(async () => {
  await SourceServer.use(async (source) => {
    const shop = await source.shop();
    text = source.dump(shop).toString();
    inserts = source.dump(shop, '--inserts').toString();
  });
  corpus = new Corpus();
});
afterAll(() => corpus?.close());

/** A dump of one small table, with more text before its end. */
const small = (more: string): string => `--
-- PostgreSQL database dump
--

-- Dumped from database version 15.18
-- Dumped by pg_dump version 15.18

SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);

CREATE TABLE public.t (id integer NOT NULL, v text);

COPY public.t (id, v) FROM stdin;
1\ta
2\tb
\\.

${more}
--
-- PostgreSQL database dump complete
--
`;

type Case = [name: string, content: () => string, code: FindingCode, verdict?: Exclude<Verdict, 'PROVEN'>];
const expectCases = (cases: Case[]): void => {
  test.each(cases)('is named: %s', async (name, content, code, verdict = 'NOT_PROVEN') => {
    await expectOutcome(corpus, `${name.replaceAll(' ', '-')}.sql`, content(), { verdict, code });
  });
};
const changedRow = (table: string, pattern: RegExp, by: string): string =>
  withRow(text, table, firstRow(text, table).replace(pattern, by));

test('the healthy twins are PROVEN', async () => {
  await expectProven(corpus, 'shop.sql', text);
  await expectProven(corpus, 'inserts.sql', inserts);
  await expectProven(corpus, 'small.sql', small(''));
});

describe('damage in the source database', () => {
  expectCases([
    ['a parent row is gone', () => without(text, firstRow(text, 'shop.products')), 'FK_ORPHANS'],
    ['a row points nowhere', () => changedRow('shop.order_lines', /^\d+/, '999999'), 'FK_ORPHANS'],
    [
      'a row points nowhere and the key is not validated',
      () =>
        replaced(
          changedRow('shop.order_lines', /^\d+/, '999999'),
          /FOREIGN KEY \(order_id\) REFERENCES shop\.orders\(id\) ON DELETE CASCADE/,
          'FOREIGN KEY (order_id) REFERENCES shop.orders(id) NOT VALID',
        ),
      'FK_ORPHANS',
    ],
    ['a primary key is there twice', () => changedRow('shop.orders', /^/, ''), 'DUPLICATE_KEYS'],
    ['a unique index does not hold', () => changedRow('shop.customers', /^\d+/, '99999'), 'DUPLICATE_KEYS'],
    [
      'a sequence was never set',
      () => without(text, /--\n-- Name: orders_id_seq; Type: SEQUENCE SET[\s\S]*?;\n\n/),
      'SEQUENCE_BEHIND',
    ],
    [
      'a row breaks a domain',
      () => changedRow('shop.products', /^([^\t]+\t[^\t]+)\t\d+/, 'zz\tx\t-5'),
      'ROWS_REJECTED',
    ],
    [
      'a check needs a function that is gone',
      () => small('CREATE VIEW public.v AS SELECT public.gone(id) FROM public.t;'),
      'ENTRY_FAILED',
    ],
    [
      'a function needs a search_path',
      () =>
        small(
          'CREATE FUNCTION public.inner_f(integer) RETURNS integer LANGUAGE sql IMMUTABLE AS $$ SELECT $1 $$;\n' +
            'CREATE FUNCTION public.outer_f(integer) RETURNS integer LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN inner_f($1); END $$;\n' +
            'CREATE INDEX i ON public.t (public.outer_f(id));',
        ),
      'SEARCH_PATH_DEFECT',
    ],
  ]);
});

describe('rows that do not fit', () => {
  expectCases([
    ['too many columns', () => changedRow('shop.orders', /\n/, '\tx\n'), 'ROWS_REJECTED'],
    ['too few columns', () => withRow(text, 'shop.orders', '5\n'), 'ROWS_REJECTED'],
    [
      'a date that does not exist',
      () => withRow(text, 'shop.migrations', '999\t2026-13-45 00:00:00+00\n'),
      'ROWS_REJECTED',
    ],
    [
      'the end of the rows is gone',
      () => text.replace(/(\nCOPY shop\.orders [\s\S]*?\n)\\\.\n/, '$1'),
      'ROWS_REJECTED',
    ],
    [
      'a value of another type in an INSERT',
      () =>
        replaced(
          inserts,
          /INSERT INTO shop\.migrations VALUES \(\d+,/,
          "INSERT INTO shop.migrations VALUES ('x',",
        ),
      'ROWS_REJECTED',
    ],
  ]);
});

describe('statements that are gone', () => {
  expectCases([
    ['a table', () => without(text, /CREATE TABLE shop\.migrations[^;]*;\n/), 'ROWS_REJECTED'],
    ['a type', () => without(text, /CREATE TYPE shop\.order_state[^;]*;\n/), 'ENTRY_FAILED'],
    [
      'an index under its header',
      () => without(text, /CREATE INDEX orders_customer_idx[^;]*;\n/),
      'DUMP_CORRUPT',
    ],
    [
      'the rows under their header',
      () => without(text, /COPY shop\.migrations[\s\S]*?\n\\\.\n/),
      'DUMP_CORRUPT',
    ],
    ['a refresh under its header', () => without(text, /REFRESH MATERIALIZED VIEW[^;]*;\n/), 'DUMP_CORRUPT'],
    ['every row', () => text.replace(/(\nCOPY [^;]*;\n)[\s\S]*?(\\\.\n)/g, '$1$2'), 'NO_DATA'],
  ]);
});

describe('statements that no dump holds', () => {
  const refused: [string, string, FindingCode][] = [
    ['a program', "COPY public.t FROM PROGRAM 'id';", 'STATEMENT_REFUSED'],
    ['a block of code', 'DO $$ BEGIN END $$;', 'STATEMENT_REFUSED'],
    ['a change of the server', "ALTER SYSTEM SET work_mem = '1GB';", 'STATEMENT_REFUSED'],
    ['a function call', 'SELECT pg_sleep(1000);', 'STATEMENT_REFUSED'],
    [
      'a file read by a row',
      "INSERT INTO public.t VALUES (3, pg_read_file('/etc/passwd'));",
      'STATEMENT_REFUSED',
    ],
    ['a rollback', 'ROLLBACK;', 'STATEMENT_REFUSED'],
    ['a shell command', '\\! id\n', 'META_COMMAND_REFUSED'],
    ['an included file', '\\i /etc/passwd\n', 'META_COMMAND_REFUSED'],
    ['a table dropped at the end', 'DROP TABLE public.t;', 'ROW_COUNT_MISMATCH'],
    ['a table emptied at the end', 'TRUNCATE public.t;', 'ROW_COUNT_MISMATCH'],
  ];
  expectCases(refused.map(([name, statement, code]): Case => [name, () => small(statement), code]));
});

describe('settings that change the meaning', () => {
  expectCases([
    [
      'an encoding that does not exist',
      () => replaced(text, "client_encoding = 'UTF8'", "client_encoding = 'UTF9'"),
      'DUMP_CORRUPT',
    ],
  ]);
});

test('a dump of the old string syntax, which servers before 9.1 wrote, is PROVEN', async () => {
  const old = replaced(text, 'standard_conforming_strings = on', 'standard_conforming_strings = off');
  await expectProven(corpus, 'old.sql', old);
});

describe('an extension that the sandbox lacks', () => {
  const lacking = (extension: string, uses: string): string =>
    small(`CREATE EXTENSION ${extension};\n${uses}`);
  const vectors =
    'CREATE TABLE public.e (id integer NOT NULL, v public.vector(3));\nCOPY public.e (id, v) FROM stdin;\n1\t[1,2,3]\n\\.\n' +
    'ALTER TABLE ONLY public.e ADD CONSTRAINT e_pkey PRIMARY KEY (id);\nCREATE INDEX i ON public.e USING hnsw (v public.vector_l2_ops);';
  expectCases([
    [
      'vector',
      () => lacking('vectorx', vectors.replaceAll('vector', 'vectorx')),
      'EXTENSION_UNAVAILABLE',
      'COULD_NOT_VERIFY',
    ],
    [
      'timescaledb',
      () =>
        lacking(
          'timescaledbx',
          'CREATE TABLE public.m (t timestamptz NOT NULL);\nCOPY _timescaledb_catalog.hypertable (id) FROM stdin;\n1\n\\.',
        ),
      'EXTENSION_UNAVAILABLE',
      'COULD_NOT_VERIFY',
    ],
    [
      'but the rows are broken as well',
      () =>
        lacking(
          'vectorx',
          'INSERT INTO public.t VALUES (1, $$z$$);\nALTER TABLE public.t ADD PRIMARY KEY (id);',
        ),
      'DUPLICATE_KEYS',
    ],
    [
      'but a row is damaged that has nothing to do with it',
      () =>
        lacking(
          'vectorx',
          'CREATE TABLE public.e (v public.vectorx);\nCREATE TABLE public.n (id integer);\nCOPY public.n (id) FROM stdin;\nq1\n\\.',
        ),
      'ROWS_REJECTED',
    ],
    [
      'but a table that rows are for was lost',
      () => lacking('vectorx', 'COPY public.lost (id) FROM stdin;\n1\n\\.'),
      'ROWS_REJECTED',
    ],
  ]);
});
