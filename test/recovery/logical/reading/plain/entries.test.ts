import { describe, expect, test } from 'vitest';
import type { DumpEvent } from '../../../../../lib/recovery/logical/dump/dump-stream.ts';
import {
  findingsOf,
  ofKind,
  outcomeOfText,
  pgDump,
  readText,
  rowCounts,
  statementsOf,
} from '../support/reading.ts';

const header = (fields: string): string => `--\n-- ${fields}\n--\n\n`;
const summary = (events: DumpEvent[]): unknown[] =>
  ofKind(events, 'entry').map(({ entry }) => [
    entry.type,
    entry.schema,
    entry.name,
    entry.owner,
    entry.statements.map(({ sql }) => sql),
  ]);

describe('entries of a dump by pg_dump', () => {
  test('statements under one header make one entry, and settings between entries stand alone', async () => {
    const events = await readText(
      `${header('Name: orders; Type: TABLE; Schema: public; Owner: app')}CREATE TABLE public.orders (id int);\n\n\n` +
        'ALTER TABLE public.orders OWNER TO app;\n\nSET default_tablespace = fast;\n\n' +
        `${header('Name: orders orders_pkey; Type: CONSTRAINT; Schema: public; Owner: app; Tablespace: fast')}ALTER TABLE ONLY public.orders ADD PRIMARY KEY (id);\n`,
    );
    expect(summary(events)).toEqual([
      [
        'TABLE',
        'public',
        'orders',
        'app',
        ['CREATE TABLE public.orders (id int)', 'ALTER TABLE public.orders OWNER TO app'],
      ],
      ['SETTING', null, '', null, ['SET default_tablespace = fast']],
      [
        'CONSTRAINT',
        'public',
        'orders orders_pkey',
        'app',
        ['ALTER TABLE ONLY public.orders ADD PRIMARY KEY (id)'],
      ],
    ]);
    expect(ofKind(events, 'entry').map(({ entry }) => entry.section)).toEqual([
      'pre-data',
      null,
      'post-data',
    ]);
    expect(ofKind(events, 'entry').map(({ entry }) => entry.id)).toEqual([1, 2, 3]);
  });

  test.each([
    ['nothing', ''],
    ['its owner', 'ALTER TABLE public.fees OWNER TO postgres;\n\n'],
    ['an owner of an odd name', 'ALTER TABLE public.fees OWNER TO "two words";\n\n'],
    ['a setting', 'SET default_tablespace = fast;\n\n'],
  ])('a header that %s alone follows has lost its statement', async (_what, statement) => {
    const view = 'Name: fees; Type: VIEW; Schema: public; Owner: postgres';
    const events = await readText(
      `${header(view)}${statement}${header(view)}CREATE VIEW public.fees AS SELECT 1;\n`,
    );
    expect(findingsOf(events)).toEqual([
      'DUMP_CORRUPT: Line 2 announces VIEW public.fees, and no statement for it follows.',
    ]);
  });

  test('names with the separators in them are taken whole', async () => {
    const events = await readText(
      `${header('Name: a; Type: b; Schema: c; Type: VIEW; Schema: -; Owner: -')}SELECT 1;`,
    );
    expect(summary(events)).toEqual([['VIEW', null, 'a; Type: b; Schema: c', null, ['SELECT 1']]]);
  });

  test.each([
    ['a string', "COMMENT ON TABLE t IS 'x\n-- Name: fake; Type: TABLE; Schema: public; Owner: evil\n'"],
    [
      'a body',
      'DO $$\n-- Name: fake; Type: TABLE; Schema: public; Owner: evil\nCOPY x FROM stdin;\n\\.\n\\! rm\n$$',
    ],
    ['a comment', '/*\n-- Name: fake; Type: TABLE; Schema: public; Owner: evil\n*/ SELECT 1'],
    ['an identifier', 'CREATE TABLE "\n-- Name: fake; Type: TABLE; Schema: public; Owner: evil\n" (x int)'],
    ['the middle of a statement', 'SELECT 1\n-- Name: fake; Type: TABLE; Schema: public; Owner: evil\n+ 1'],
  ])('a header inside %s is not believed', async (_name, sql) => {
    const events = await readText(`${sql};\nSELECT 2;\n`);
    expect(ofKind(events, 'entry').map(({ entry }) => entry.type)).toEqual(['STATEMENT', 'STATEMENT']);
    expect(findingsOf(events)).toEqual([]);
  });

  test('an entry of very many statements is handed on in parts under the same header', async () => {
    const events = await readText(
      header('Name: x; Type: ACL; Schema: s; Owner: o') + 'GRANT SELECT ON t TO r;\n'.repeat(450),
    );
    const entries = ofKind(events, 'entry').map(({ entry }) => entry);
    expect(entries.map(({ statements }) => statements.length)).toEqual([200, 200, 50]);
    expect(entries.every(({ type, name }) => type === 'ACL' && name === 'x')).toBe(true);
  });

  test('the header tells versions, encoding and the moment of a verbose dump', async () => {
    const events = await readText(
      pgDump('').replace('\n\nSET', '\n\n-- Started on 2026-11-18 02:00:03 UTC\n\nSET'),
      7,
    );
    expect(events[0]?.kind).toBe('header');
    expect(ofKind(events, 'header').at(-1)?.header).toMatchObject({
      serverVersion: '15.18 (Debian 15.18-0+deb12u1)',
      dumpVersion: '16.1',
      majorVersion: 15,
      encoding: 'UTF8',
      consistencyPoint: '2026-11-18T02:00:03.000Z',
    });
    expect(events.at(-1)).toEqual({ kind: 'end', complete: true });
    expect(ofKind(events, 'finding')).toEqual([]);
  });

  test('a time zone that means different offsets in different countries is not guessed: the time is read as UTC', async () => {
    const events = await readText(`-- Started on 2026-11-18 02:00:03 IST\nSELECT 1;`);
    expect(ofKind(events, 'header').at(-1)?.header.consistencyPoint).toBe('2026-11-18T02:00:03.000Z');
  });

  test('a dump whose footer is missing is truncated, though every statement is whole', async () => {
    const outcome = await outcomeOfText(
      pgDump('SELECT 1;').replace('-- PostgreSQL database dump complete\n', ''),
    );
    expect(outcome.error).toBe('DUMP_TRUNCATED');
    expect(outcome.events.some(({ kind }) => kind === 'end')).toBe(false);
  });

  test('a cluster dump is complete only with its own footer, and names its databases', async () => {
    const cluster = `--\n-- PostgreSQL database cluster dump\n--\n\nCREATE ROLE app;\n\\connect template1\n${pgDump('')}\n\\connect "my db"\n${pgDump('CREATE TABLE t();')}`;
    const footer = '--\n-- PostgreSQL database cluster dump complete\n--\n';
    expect((await outcomeOfText(cluster)).error).toBe('DUMP_TRUNCATED');
    const events = await readText(cluster + footer);
    expect(ofKind(events, 'database').map(({ name }) => name)).toEqual(['template1', 'my db']);
    expect(ofKind(events, 'header').at(-1)?.header).toMatchObject({
      format: { layout: 'cluster' },
      majorVersion: 15,
      database: null,
    });
  });

  test('a dump that begins inside another which has not ended is truncated', async () => {
    const half = pgDump('').replace(/--\n-- PostgreSQL database dump complete[\s\S]*/, '');
    expect((await outcomeOfText(half + pgDump('SELECT 1;'))).error).toBe('DUMP_TRUNCATED');
  });

  test('two dumps in one file are read one after the other', async () => {
    expect(statementsOf(await readText(pgDump('SELECT 1;') + pgDump('SELECT 2;')))).toContain('SELECT 2');
  });

  test('SQL without an end mark says so, and text of comments alone is no dump', async () => {
    const [warning] = ofKind(await readText('SELECT 1;'), 'finding');
    expect(warning?.finding).toMatchObject({ code: 'DUMP_HEADER_ODD', severity: 'warning' });
    expect((await outcomeOfText('-- nothing\n/* here */\n')).error).toBe('DUMP_NOT_A_DUMP');
  });
});

describe('INSERT-style dumps', () => {
  test('runs of INSERTs into one table are batched, and a change of table or columns begins a new batch', async () => {
    const events = await readText(
      "INSERT INTO public.a VALUES (1, 'x;');\nINSERT INTO public.a VALUES (2, 'VALUES');\nINSERT INTO public.a (id) VALUES (3);\n" +
        'INSERT INTO "B" (id) OVERRIDING SYSTEM VALUE VALUES (1), (2);\nSELECT 1;\nINSERT INTO "B" (id) OVERRIDING SYSTEM VALUE VALUES (4);\n',
    );
    expect(
      events.flatMap((event) =>
        event.kind === 'inserts' ? [[event.schema, event.table, event.statements.length]] : [],
      ),
    ).toEqual([
      ['public', 'a', 2],
      ['public', 'a', 1],
      [null, 'B', 1],
      [null, 'B', 1],
    ]);
    expect(events.map(({ kind }) => kind).filter((kind) => kind === 'inserts' || kind === 'entry')).toEqual([
      'inserts',
      'inserts',
      'inserts',
      'entry',
      'inserts',
    ]);
  });

  test('batches stay about 256 KiB', async () => {
    const insert = `INSERT INTO t VALUES ('${'x'.repeat(1000)}');\n`;
    const batches = ofKind(await readText(insert.repeat(1000)), 'inserts');
    expect(batches.reduce((sum, { statements }) => sum + statements.length, 0)).toBe(1000);
    expect(batches.every(({ statements }) => statements.length <= 262)).toBe(true);
  });

  test('an INSERT without VALUES stays a statement', async () => {
    expect(statementsOf(await readText('INSERT INTO t SELECT 1;'))).toEqual(['INSERT INTO t SELECT 1']);
  });

  test('INSERT DEFAULT VALUES and a table called values are understood', async () => {
    const events = await readText('INSERT INTO t DEFAULT VALUES;\nINSERT INTO values VALUES (1);\n');
    expect(ofKind(events, 'inserts').map(({ table }) => table)).toEqual(['t', 'values']);
  });

  test('INSERTs have no part in the counts of COPY', async () => {
    expect(rowCounts(await readText('INSERT INTO t VALUES (1);'))).toEqual({});
  });
});
