import { describe, expect, test } from 'vitest';
import { KnownNames } from '../../../lib/domain/server-errors/known-names.ts';

const learnt = (sql: string): KnownNames => {
  const names = new KnownNames();
  names.learnFrom(sql);
  return names;
};

describe('names in a definition', () => {
  test('are known as the server knows them: quoted ones as they stand, others in small letters', () => {
    const names = learnt('CREATE TABLE Shop."Order ""Items""" (Id integer, "Größe" text)');
    for (const name of ['shop', 'Order "Items"', 'id', 'Größe']) expect(names.hasName(name)).toBe(true);
    expect(names.hasName('Shop')).toBe(false);
  });

  test('are known from inside the body of a function, its literals not', () => {
    const names = learnt(
      "CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $_$ SELECT unaccent('hidden', E'hid\\'den2') -- hidden3\n FROM /* hidden4 */ helper $_$",
    );
    expect(names.hasName('unaccent')).toBe(true);
    expect(names.hasName('helper')).toBe(true);
    for (const hidden of ['hidden', 'den2', 'hidden3', 'hidden4']) expect(names.hasName(hidden)).toBe(false);
  });

  test('are not the texts of literals', () => {
    expect(learnt("COMMENT ON TABLE t IS 'a secret''s text'").hasName('secret')).toBe(false);
  });
});

describe('a name that PostgreSQL gave to a constraint', () => {
  const names = learnt(
    'CREATE TABLE orders (id integer PRIMARY KEY, customer_id integer UNIQUE CHECK (id > 0))',
  );

  test.each(['orders_pkey', 'orders_customer_id_key', 'orders_id_customer_id_check1', 'orders_id_not_null'])(
    'is known when table and columns are: %s',
    (name) => expect(names.hasName(name)).toBe(true),
  );

  test.each(['orders_planted_key', 'planted_pkey', 'orders_pkey_planted', '_pkey'])(
    'is not known otherwise: %s',
    (name) => expect(names.hasName(name)).toBe(false),
  );
});

describe('a path', () => {
  const names = new KnownNames(['a', 'b.c', 'd']);

  test.each(['a.d', 'a.b.c', 'b.c.d', 'public.a'])(
    'is known by its parts, which may hold dots: %s',
    (path) => {
      expect(names.hasPath(path)).toBe(true);
    },
  );

  test.each(['a.', '.a', 'a.x', 'b', 'a..d', ''])('is not known when a part is not: %s', (path) => {
    expect(names.hasPath(path)).toBe(false);
  });

  test('of many parts is decided at once', () => {
    const startedAt = performance.now();
    new KnownNames(['a', 'a.a', 'a.a.a']).hasPath(`${'a.'.repeat(199)}x`);
    expect(performance.now() - startedAt).toBeLessThan(500);
  });
});

test('names that are known elsewhere may become more', () => {
  const ofTheDump = new KnownNames();
  const ofTheError = new KnownNames(['mine'], ofTheDump);
  ofTheDump.learn('later');
  expect([ofTheError.hasName('mine'), ofTheError.hasName('later'), ofTheDump.hasName('mine')]).toEqual([
    true,
    true,
    false,
  ]);
});
