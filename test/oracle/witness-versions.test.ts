import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packagedMajors } from '../../lib/adapters/sandboxes/local-process/server-packages.ts';
import {
  contentSettingsSql,
  largeObjectsSql,
  sequenceStatementsSql,
  tableStatementsSql,
} from '../../lib/domain/witness/content-sql.ts';
import { TestServer } from '../support/server.ts';
import { fetchedPrograms, thirteenRunsHere } from './support/fetched-programs.ts';

/** Values of every type whose text settings, collations or versions could change. */
const everyType = `
create type mood as enum ('ok', 'bad'); create domain short as varchar(5); create type pair as (a int, b mood);
create table kinds (id serial primary key, m money, c "char", ch char(5), n numeric, f float8, f4 float4, i interval,
  t timestamptz, tz timetz, ts timestamp, d date, j json, jb jsonb, b bytea, arr text[], e mood, s short, p pair, ps pair[],
  r int4range, dr daterange, mr int4multirange, reg regclass, rt regtype, ip inet, ci cidr, mac macaddr, u uuid, bi bit(5),
  v varbit, pt point, po polygon, tv tsvector, tq tsquery, lsn pg_lsn, path jsonpath, o oid, x xid8,
  g int generated always as (1) stored, "odd "" , name" text);
insert into kinds (m, c, ch, n, f, f4, i, t, tz, ts, d, j, jb, b, arr, e, s, p, ps, r, dr, mr, reg, rt, ip, ci, mac, u, bi, v, pt, po, tv, tq, lsn, path, o, x, "odd "" , name")
values (1234.5, (-23)::"char", 'ab', 1.50, 0.1, 0.1, '1 year 2 days 3:04:05.6', '2026-01-01 00:00+02', '10:00+03', '0044-03-15 BC', 'infinity',
  '{"a" : 1}', '{"b":2, "a":1}', '\\x00ff', '{a,NULL,"b c","q\\"x"}', 'ok', 'abc', '(1,bad)', '{"(1,ok)"}', '[1,5)', '[2026-01-01,2026-02-01)',
  '{[1,3),[7,9)}', 'kinds', 'mood', '10.0.0.1/8', '10.0.0.0/8', '08:00:2b:01:02:03', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
  '10101', '1', '(1.5,-0)', '((0,0),(1,1.1))', 'a fat cat:3A', 'fat & cat', '16/B374D848', '$.a[*] ? (@ > 1)', 42, '7', ''),
  (null, null, null, 'NaN', '-Infinity', 'NaN', '-1 mon', null, null, null, null, null, 'null', '', '{}', null, null, null, null, 'empty', null, '{}', null, null, null, null, null, null, null, '', null, null, '', '', null, null, null, null, 'Zoë');
create table nothing (); insert into nothing default values;
select lo_from_bytea(4711, decode('00ff', 'hex'));
`;

/** Settings of a server, a database and a role that would all change the text of values. */
const unlike = `set timezone = 'Asia/Tokyo'; set datestyle = 'German'; set intervalstyle = 'iso_8601'; set extra_float_digits = 0;
  set bytea_output = 'escape'; set quote_all_identifiers = on; set search_path = public`;

async function contentOf(server: TestServer, session: string): Promise<unknown[]> {
  const client = await server.connect(server.superuser, 'kinds');
  try {
    await client.query(session);
    await client.query('begin');
    await client.query(contentSettingsSql);
    const { rows: tables } = await client.query(tableStatementsSql({ countsOnly: [], excluded: [] }));
    const { rows: sequences } = await client.query(sequenceStatementsSql());
    const entries: unknown[] = [];
    for (const { statement } of [...tables, ...sequences, { statement: largeObjectsSql }])
      entries.push(JSON.parse((await client.query(statement)).rows[0].entry));
    return entries;
  } finally {
    await client.end();
  }
}

let expected: unknown[];
beforeAll(async () => {
  const fifteen = await TestServer.shared('source');
  await fifteen.createDatabase('kinds');
  await fifteen.sql('kinds', everyType);
  expected = await contentOf(fifteen, 'select 1');
  expect(await contentOf(fifteen, unlike)).toEqual(expected);
});

test('every column is in the content, but what is generated', () => {
  expect(expected[0]).toMatchObject({ name: 'kinds', rows: 2, leftOut: [] });
  expect((expected[0] as { columns: string[] }).columns).toHaveLength(40);
});

/** Before 14 there are no multiranges: the same text in another type has the same content. */
const standIns: Readonly<Record<number, string>> = { 13: 'create domain int4multirange as text;' };
const majors = [...(thirteenRunsHere ? [13] : []), ...packagedMajors()].filter((major) => major !== 15);

describe.each(majors)('on a server of version %i', (major) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start('sandbox', { programs: await fetchedPrograms(major) });
    await server.createDatabase('kinds');
    await server.sql('kinds', `${standIns[major] ?? ''}${everyType}`);
  });
  afterAll(() => server?.stop());

  test('the same rows have the same content, whatever the session has set', async () => {
    expect(await contentOf(server, unlike)).toEqual(expected);
  });
});
