import { expect, test } from 'vitest';
import { type Lack, lackOf } from '../../../../lib/recovery/logical/loading/lack.ts';

const object = (name: string, schema: string | null = null): Lack => ({ kind: 'object', schema, name });
const operator = (name: string, schema: string | null = null): Lack => ({ kind: 'operator', schema, name });

test.each<[string, string, Lack]>([
  [
    '42P01',
    'relation "public.orders" does not exist',
    { kind: 'relation', schema: 'public', name: 'orders' },
  ],
  ['42P01', 'relation "orders" does not exist', { kind: 'relation', schema: null, name: 'orders' }],
  ['3F000', 'schema "geo" does not exist', { kind: 'schema', schema: null, name: 'geo' }],
  ['42704', 'type "public.semver" does not exist', object('semver', 'public')],
  ['42704', 'type "semver" does not exist', object('semver')],
  // Of an argument of a routine the server writes no quotes.
  ['42704', 'type public.vector does not exist', object('vector', 'public')],
  ['42704', 'type public.vector[] does not exist', object('vector', 'public')],
  ['42704', 'access method "hnsw" does not exist', object('hnsw')],
  ['42704', 'language "plv8" does not exist', object('plv8')],
  ['42704', 'foreign-data wrapper "mysql_fdw" does not exist', object('mysql_fdw')],
  [
    '42704',
    'operator class "public.gist_geometry_ops_2d" does not exist for access method "gist"',
    object('gist_geometry_ops_2d', 'public'),
  ],
  ['42883', 'function public.st_area(public.geometry) does not exist', object('st_area', 'public')],
  ['42883', 'function public."F"(integer) does not exist', object('F', 'public')],
  ['42883', 'could not find a function named "public.f"', object('f', 'public')],
  ['42883', 'operator does not exist: public.geometry && public.geometry', operator('&&')],
  ['42883', 'operator does not exist: text public.%> text', operator('%>', 'public')],
  [
    '42830',
    'there is no unique constraint matching given keys for referenced table "orders"',
    { kind: 'key', schema: null, name: 'orders' },
  ],
])('the server misses something by %s: %s', (sqlState, message, lack) => {
  expect(lackOf({ sqlState, message })).toEqual(lack);
});

test.each([
  ['a role is no object of the database', '42704', 'role "app" does not exist'],
  ['a tablespace is none either', '42704', 'tablespace "fast" does not exist'],
  ['a column is the dump’s own', '42703', 'column "id" of relation "t" does not exist'],
  ['an operator between types of every server', '42883', 'operator does not exist: integer = text'],
  ['a duplicate', '23505', 'duplicate key value violates unique constraint "t_pkey"'],
  ['another language', '42P01', 'Relation »public.t« existiert nicht'],
])('nothing is known to be missing: %s', (_why, sqlState, message) => {
  expect(lackOf({ sqlState, message })).toBeNull();
});
