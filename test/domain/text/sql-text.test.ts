import { describe, expect, test } from 'vitest';
import { literal, quotedTable, rowSource } from '../../../lib/domain/text/sql-text.ts';

describe('SQL text', () => {
  test('quotes names so that a quote in one cannot end it', () => {
    expect(quotedTable('public', 'order"; drop table a; --')).toBe('"public"."order""; drop table a; --"');
  });

  test('quotes texts so that a quote in one cannot end it, and leaves backslashes alone', () => {
    expect(literal("it's \\n")).toBe("'it''s \\n'");
  });

  test.each([
    ['r', 'only "public"."orders"'],
    ['p', '"public"."orders"'],
  ])('reads the rows of a relation of kind %s from %s', (kind, source) => {
    expect(rowSource('public', 'orders', kind)).toBe(source);
  });
});
