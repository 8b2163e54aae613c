import { describe, expect, test } from 'vitest';
import { literal, quoted, quotedTable, rowSource } from '../../../lib/domain/text/sql-text.ts';

describe('a name in SQL', () => {
  test.each([
    ['orders', '"orders"'],
    ['order', '"order"'],
    ['Größe', '"Größe"'],
    ['say "hi"', '"say ""hi"""'],
  ])('%s is always quoted, and its quotes doubled', (name, text) => {
    expect(quoted(name)).toBe(text);
  });

  test('has the schema before it, quoted by itself', () => {
    expect(quotedTable('a.b', 'c')).toBe('"a.b"."c"');
  });

  test('stands for its own rows only, unless they are those of its partitions', () => {
    expect(rowSource('public', 'orders', 'r')).toBe('only "public"."orders"');
    expect(rowSource('public', 'orders', 'p')).toBe('"public"."orders"');
  });
});

describe('a text in SQL', () => {
  test.each([
    ['plain', "'plain'"],
    ["it's", "'it''s'"],
    ['', "''"],
  ])('%s is an ordinary literal', (text, sql) => {
    expect(literal(text)).toBe(sql);
  });

  // With standard_conforming_strings off, 'a\' would not end where it seems to.
  test.each([
    ['ends in a backslash\\', " E'ends in a backslash\\\\'"],
    ["\\' or true --", " E'\\\\'' or true --'"],
  ])('%s means the same whatever standard_conforming_strings is', (text, sql) => {
    expect(literal(text)).toBe(sql);
  });
});
