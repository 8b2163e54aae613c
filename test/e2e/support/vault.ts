import { TestServer } from '../../support/server.ts';

/** Stands in every column of a text-like kind; no word of a schema, a tool or a message. */
export const secret = 'Xq7PlantedZw9';
const secretHex = Buffer.from(secret).toString('hex');

/** Every form in which a planted value could come out. All are searched for without regard to case. */
export const plantedValues: Record<string, string> = {
  text: secret,
  hex: secretHex,
  base64: Buffer.from(secret).toString('base64').replace(/=+$/, ''),
  numeric: '918273645546372',
  bigint: '77665544332211',
  uuid: '5ec4e7ed-0dd5-4bad-9bad-c0ffee5ec4e7',
  inet: '203.0.113.77',
  macaddr: '0a:5e:c4:e7:77:01',
  date: '1957-06-05',
  timestamp: '1957-06-05 04:03:21',
  interval: '4321 days',
  point: '(31.41592,27.18281)',
  money: '$31,415,926.53',
};

const schema = `
create extension hstore;
create type public.pair as (name text, amount numeric);
create domain public.code as text;
create table public.owners (name text primary key, born date);
create table public.vault (
  id integer primary key,
  owner text references public.owners,
  t text, v varchar(50), c char(20), dom public.code, b bytea, j json, jb jsonb, x xml, h hstore,
  ta text[], p public.pair, pa public.pair[],
  n numeric, big bigint, u uuid, ip inet, mac macaddr,
  d date, ts timestamp, tz timestamptz, i interval, r daterange, mr datemultirange,
  pt point, m money, tv tsvector, tq tsquery, bt bit varying(200)
);
create table public.notes (id integer primary key, secret text);
create index vault_t on public.vault (t);
create view public.everything as select * from public.vault;
create materialized view public.filled as select t, u from public.vault;
`;

const rows = `
insert into public.owners values ('${secret}', '1957-06-05'), ('harmless', '2020-01-01');
insert into public.vault select g, '${secret}',
  '${secret}', '${secret}', '${secret}', '${secret}', '${secret}', '{"k": "${secret}"}', '{"${secret}": 918273645546372}',
  '<a>${secret}</a>', 'k=>${secret}', array['${secret}', 'b'], row('${secret}', 918273645546372)::public.pair, array[row('${secret}', 1)::public.pair],
  918273645546372.5, 77665544332211, '5ec4e7ed-0dd5-4bad-9bad-c0ffee5ec4e7', '203.0.113.77', '0a:5e:c4:e7:77:01',
  '1957-06-05', '1957-06-05 04:03:21', '1957-06-05 04:03:21Z', '4321 days', '[1957-06-05,1957-06-07)', '{[1957-06-05,1957-06-07)}',
  '(31.41592,27.18281)', '31415926.53', '${secret}', '${secret}', B'1010'
  from generate_series(1, 3) g;
insert into public.notes values (1, '${secret}'), (2, 'harmless');
select lo_from_bytea(0, '${secret}');
refresh materialized view public.filled;
`;

/** Dumps whose rows hold the planted values, made by pg_dump. */
export interface VaultDumps {
  plain: string;
  inserts: string;
  custom: Buffer;
}

export async function makeVaultDumps(): Promise<VaultDumps> {
  const server = await TestServer.shared('source');
  await server.sql('postgres', 'create database vault');
  await server.sql('vault', schema);
  await server.sql('vault', rows);
  const dump = (...options: string[]) => server.tool('pg_dump', [...options, 'vault']);
  return { plain: dump().toString(), inserts: dump('--inserts').toString(), custom: dump('-Fc') };
}
