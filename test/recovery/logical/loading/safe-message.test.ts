import { DatabaseError } from 'pg';
import { describe, expect, test } from 'vitest';
import { copyPosition, safeServerMessage } from '../../../../lib/recovery/logical/loading/safe-message.ts';
import { ServerError } from '../../../../lib/recovery/logical/loading/server-error.ts';

const planted = 'planted-value';

const anError = (code: string, message: string, more: Partial<DatabaseError> = {}): ServerError =>
  new ServerError(
    Object.assign(new DatabaseError(message, 0, 'error'), { code, severity: 'ERROR', ...more }),
  );

describe('what is told of a server error', () => {
  test.each([
    ['22P02', `invalid input syntax for type integer: "${planted}"`],
    ['22P02', `invalid input syntax for type integer: ${planted}`],
    ['22003', `value "${planted}" is out of range for type integer`],
    ['23505', 'duplicate key value violates unique constraint "items_pkey"'],
    ['22021', `invalid byte sequence for encoding "UTF8": 0xff ${planted}`],
    ['P0001', `${planted} was raised by a trigger`],
    ['42601', `syntax error at or near "${planted}"`],
    ['42601', `syntax error at or near "a"${planted}" b"`],
    ['42703', `column '${planted}' does not exist`],
    ['42703', `la colonne « ${planted} » n'existe pas`],
    ['XX000', `cache lookup failed for "${planted}"`],
    ['AB123', `${planted} with a code of its own`],
  ])('of SQLSTATE %s never shows a value: %s', (code, message) => {
    const context =
      code === 'P0001' || code === 'AB123' ? 'PL/pgSQL function f() line 1 at RAISE' : undefined;
    const error = anError(code, message, {
      detail: `Key (id)=(${planted}) already exists.`,
      where: context,
      internalQuery: planted,
      hint: planted,
    });

    expect(safeServerMessage(error, ['items'])).not.toContain(planted);
  });

  test('shows the names it knows', () => {
    const error = anError('42P01', 'relation "public.items" does not exist', {});

    expect(safeServerMessage(error, ['public', 'items'])).toBe('relation "public.items" does not exist');
  });

  test('names constraint, column and table of an error about values', () => {
    const error = anError('23505', 'duplicate key', {
      schema: 'public',
      table: 'items',
      constraint: 'items_pkey',
    });

    expect(safeServerMessage(error, [])).toBe(
      'a key that must be unique is not (constraint items_pkey, table public.items)',
    );
  });
});

describe('where in the rows a COPY stopped', () => {
  test('is the line and a column that the table has', () => {
    expect(copyPosition('COPY items, line 7, column note: "secret"', ['id', 'note'])).toEqual({
      line: 7,
      column: 'note',
    });
  });

  test('is the line alone when the text is a value', () => {
    expect(copyPosition('COPY items, line 7: "secret, column note"', ['id', 'note'])).toEqual({
      line: 7,
      column: null,
    });
  });

  test('is unknown without a context', () => {
    expect(copyPosition(null, ['id'])).toEqual({ line: null, column: null });
  });
});
