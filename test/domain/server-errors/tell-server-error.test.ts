import { describe, expect, test } from 'vitest';
import { KnownNames } from '../../../lib/domain/server-errors/known-names.ts';
import { messageTemplates } from '../../../lib/domain/server-errors/message-templates.ts';
import { type ServerSaid, tellServerError } from '../../../lib/domain/server-errors/tell-server-error.ts';

const planted = 'planted-value';

const said = (sqlState: string, message: string, more: Partial<ServerSaid> = {}): ServerSaid => ({
  sqlState,
  message,
  schema: null,
  table: null,
  column: null,
  constraint: null,
  dataType: null,
  context: null,
  ...more,
});

const inFunction = 'PL/pgSQL function f() line 1 at RAISE';
const names = () => new KnownNames(['items', 'name', 'folded', 'shop', 'clerk', 'unaccent']);

describe('a value', () => {
  test.each([
    ['22P02', `invalid input syntax for type integer: "${planted}"`],
    ['22P02', `invalid input syntax for type integer: ${planted}`],
    ['22003', `value "${planted}" is out of range for type integer`],
    ['22021', `invalid byte sequence for encoding "UTF8": 0xff ${planted}`],
    ['23514', `new row for relation "${planted}" violates check constraint "${planted}"`],
    ['2200G', planted],
    ['P0001', `${planted} was raised by a trigger`],
    ['P0002', planted],
    ['42601', `syntax error at or near "${planted}"`],
    ['42601', `syntax error at or near "a"${planted}" b"`],
    ['42601', `syntax error in tsquery: ${planted}`],
    ['42703', `column '${planted}' does not exist`],
    ['42703', `column ${planted} does not exist`],
    ['42703', `la colonne « ${planted} » n'existe pas`],
    ['42883', `function ${planted}() does not exist`],
    ['42883', `function items(${planted}) does not exist`],
    ['42883', `function ${planted} does not exist`],
    ['42883', `operator does not exist: ${planted}`],
    ['42883', `operator does not exist: ${planted} = integer`],
    ['42883', `operator does not exist: text = ${planted}`],
    ['42883', `operator does not exist: text ${planted} text`],
    ['42P01', `relation "${planted}" does not exist`],
    ['42P01', `relation "shop.${planted}" does not exist`],
    ['42P01', `relation "items" does not exist" ${planted} "items" does not exist`],
    ['42704', `unrecognized configuration parameter "${planted}"`],
    ['42704', `text search configuration "${planted}" does not exist`],
    ['42704', `${planted} "items" does not exist`],
    ['42704', `type "${planted}" does not exist`],
    ['42725', `function name "${planted}" is not unique`],
    ['42501', `permission denied for table ${planted}`],
    ['42501', `permission denied for ${planted} items`],
    ['42501', `must be superuser to ${planted}`],
    ['3F000', `schema "${planted}" does not exist`],
    ['42602', `invalid name syntax: ${planted}`],
    ['54000', `index row size ${planted} exceeds maximum 8191 for index "items"`],
    ['57014', `canceling statement due to ${planted}`],
    ['58P01', `could not access file "${planted}": No such file or directory`],
    ['XX000', `cache lookup failed for ${planted}`],
    ['AB123', `${planted} with a code of its own`],
  ])('is not told of SQLSTATE %s: %s', (sqlState, message) => {
    for (const context of [
      null,
      inFunction,
      'COPY items, line 1',
      `COPY items, line 1, column name: "${planted}"`,
    ]) {
      const error = said(sqlState, message, { context });
      expect(tellServerError(error, names(), 'rows')).not.toContain(planted);
    }
  });

  test.each(['schema', 'table', 'column', 'constraint', 'dataType'] as const)(
    'is not told as the %s of an error',
    (field) => {
      for (const sqlState of ['P0001', '23514', '22P02', '42P01', '55000', 'AB123']) {
        const error = said(sqlState, planted, { [field]: planted, table: planted, context: inFunction });
        expect(tellServerError(error, names(), 'rows')).not.toContain(planted);
      }
    },
  );

  test.each(Object.entries(messageTemplates).flatMap(([code, texts]) => texts.map((text) => [code, text])))(
    'is not told in any slot of %s: %s',
    (sqlState = '', template = '') => {
      for (const value of [planted, `${planted}(integer)`, `items(${planted})`, `text = ${planted}`, '4711'])
        for (const context of [null, inFunction]) {
          const message = template.replace(/\{\w+\}/g, value);
          const told = tellServerError(said(sqlState, message, { context }), names(), 'rows');
          expect(told).not.toContain(planted);
          if (context !== null) expect(told).not.toContain('4711');
        }
    },
  );

  test('that is a number is told neither, where code may have written the message', () => {
    const message = 'index row size 5000 exceeds maximum 2704 for index "items"';
    expect(tellServerError(said('54000', message, { context: inFunction }), names(), 'rows')).toBe(
      'index row size … exceeds maximum … for index "items"',
    );
    expect(tellServerError(said('54000', message), names(), 'rows')).toBe(message);
  });

  test('cannot be assembled from a CONTEXT that pretends to be COPY', () => {
    const context = `COPY items, line 1\n${inFunction}`;
    const told = tellServerError(
      said('54011', 'tables can have at most 4711 columns', { context }),
      names(),
      'rows',
    );
    expect(told).not.toContain('4711');
  });
});

describe('a name of the dump', () => {
  test.each([
    ['42P01', 'relation "items" does not exist'],
    ['42P01', 'relation "public.items" does not exist'],
    ['42P01', 'relation "shop.items" does not exist'],
    ['42883', 'function folded(text) does not exist'],
    ['42883', 'function public.folded(character varying(20), integer[]) does not exist'],
    ['42883', 'function unaccent() does not exist'],
    ['42883', 'function folded(public.items) does not exist'],
    ['42883', 'operator does not exist: text = integer'],
    ['42883', 'operator does not exist: public.items @> jsonb'],
    ['42883', 'operator does not exist: - text'],
    ['42703', 'column "name" of relation "items" does not exist'],
    ['42703', 'column items.name does not exist'],
    ['42501', 'permission denied for table items'],
    ['42501', 'permission denied for materialized view items'],
    ['42501', 'must be owner of function folded'],
    ['42704', 'role "clerk" does not exist'],
    ['42704', 'data type json has no default operator class for access method "name"'],
    ['55000', 'materialized view "items" has not been populated'],
    ['57014', 'canceling statement due to statement timeout'],
    ['54001', 'stack depth limit exceeded'],
    ['40P01', 'deadlock detected'],
    ['42P17', 'functions in index expression must be marked IMMUTABLE'],
  ])('is shown, also where code ran: %s %s', (sqlState, message) => {
    expect(tellServerError(said(sqlState, message, { context: inFunction }), names(), 'rows')).toBe(message);
  });

  test('is shown beside what is not', () => {
    expect(
      tellServerError(said('42883', `function folded(${planted}, text) does not exist`), names(), 'rows'),
    ).toBe('function folded(…, text) does not exist');
    expect(tellServerError(said('42P01', `relation "${planted}" does not exist`), names(), 'rows')).toBe(
      'relation "…" does not exist',
    );
  });

  test('is told with an error about values', () => {
    const error = said('23505', 'duplicate key', {
      schema: 'public',
      table: 'items',
      constraint: 'items_pkey',
      context: 'COPY items, line 2',
    });
    expect(tellServerError(error, names(), 'rows')).toBe(
      'a key that must be unique is not (constraint items_pkey, table public.items)',
    );
  });
});

describe('a message that is no template', () => {
  test('is told as its condition where rows may have been read', () => {
    expect(tellServerError(said('42P13', planted), names(), 'rows')).toBe(
      'a function definition is not valid',
    );
  });

  test('is told with its quotes masked where only definitions were read', () => {
    const message = `access method "items" does not support "${planted}" columns`;
    expect(tellServerError(said('0A000', message), names(), 'definitions')).toBe(
      'access method "items" does not support "…" columns',
    );
  });

  test('is told as its condition where code ran, whatever the statement', () => {
    const error = said('0A000', planted, { context: inFunction });
    expect(tellServerError(error, names(), 'definitions')).toBe(
      'something that this server does not support',
    );
  });
});
