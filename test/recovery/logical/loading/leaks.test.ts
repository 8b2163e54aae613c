import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { RestoreAccount } from '../../../../lib/domain/recovery/restore-account.ts';
import type { DumpEvent } from '../../../../lib/recovery/logical/dump/dump-stream.ts';
import { TestServer } from '../../../support/server.ts';
import { entryEvent, rowsEvents } from './support/events.ts';
import { dropDatabases, restore } from './support/restoring.ts';

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.shared('target');
});
afterEach(() => dropDatabases(server));

/** A row's value; lower case, so that it survives being taken for a name. */
const planted = 'plantedvalue';
/** As a number, for what messages tell as one. */
const plantedNumber = '7319555';

const table = (columns = 'v text, n integer'): DumpEvent =>
  entryEvent(`CREATE TABLE public.items (${columns})`, { type: 'TABLE', schema: 'public', name: 'items' });
const rows = (): DumpEvent[] => [...rowsEvents('public', 'items', [[`${planted}\t${plantedNumber}`]])];
const code = (body: string, returns = 'text'): DumpEvent =>
  entryEvent(
    `CREATE FUNCTION public.leak(v text, n integer) RETURNS ${returns} LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN ${body}; RETURN v; END $$`,
    { type: 'FUNCTION', schema: 'public', name: 'leak(text, integer)' },
  );
const index = (expression: string): DumpEvent =>
  entryEvent(`CREATE INDEX items_leak ON public.items USING btree ((${expression}))`, {
    type: 'INDEX',
    schema: 'public',
    name: 'items_leak',
  });

function expectNothingLetOut(account: RestoreAccount): void {
  const text = JSON.stringify(account);
  expect(text).not.toContain(planted);
  expect(text).not.toContain(plantedNumber);
  // It was tried indeed.
  expect(account.entries.some(({ outcome }) => outcome.status === 'failed')).toBe(true);
}

const fields = ['constraint', 'table', 'column', 'schema', 'datatype', 'detail', 'hint', 'message'];
const sqlStates = ['P0001', '23514', '42P01', '42883', '54000', '57014', '55000', 'XX000', 'AB123', '22P02'];

describe('a function that raises', () => {
  test.each(sqlStates)('lets a row out in no field of an error %s', async (sqlState) => {
    const using = [`errcode = '${sqlState}'`, ...fields.map((field) => `${field} = v || n`)].join(', ');
    expectNothingLetOut(
      await restore(server, () => [
        table(),
        ...rows(),
        code(`RAISE EXCEPTION USING ${using}`),
        index('public.leak(v, n)'),
      ]),
    );
  });

  test('lets none out as the code of its error', async () => {
    const account = await restore(server, () => [
      table(),
      ...rows(),
      code('RAISE EXCEPTION USING errcode = upper(left(v, 5))'),
      index('public.leak(v, n)'),
    ]);

    expectNothingLetOut(account);
    expect(JSON.stringify(account)).not.toContain(planted.slice(0, 5).toUpperCase());
  });

  test.each([
    ['42P01', 'relation "%" does not exist', 'v'],
    ['42883', 'function %() does not exist', 'v'],
    ['42883', 'operator does not exist: %', 'v'],
    ['54000', 'index row requires % bytes, maximum size is 8191', 'n'],
    ['42704', 'large object % does not exist', 'n'],
  ])('lets none out in the words of the server: %s %s', async (sqlState, message, value) => {
    expectNothingLetOut(
      await restore(server, () => [
        table(),
        ...rows(),
        code(`RAISE EXCEPTION '${message}', ${value} USING errcode = '${sqlState}'`),
        index('public.leak(v, n)'),
      ]),
    );
  });
});

describe('a value that is made a name', () => {
  test.each(['%I()', 'SELECT * FROM %I', 'SELECT %I', 'SELECT 1::%I', 'SET ROLE %I', 'SELECT public.%I()'])(
    'inside a function is not told: %s',
    async (statement) => {
      expectNothingLetOut(
        await restore(server, () => [
          table(),
          ...rows(),
          code(`EXECUTE format('${statement}', v)`),
          index('public.leak(v, n)'),
        ]),
      );
    },
  );

  test.each([
    'v::regclass',
    'v::regproc',
    'v::regoper',
    'v::regtype',
    'v::regrole',
    'v::regnamespace',
    'v::regconfig',
    `(v || '()')::regprocedure`,
    `(v || '(text,text)')::regoperator`,
    `to_tsquery('english', v || ' &')`,
    `set_config(v, 'x', true)`,
    'nextval(v)',
    'v::jsonpath',
    `v::jsonb`,
    'v::integer',
    `to_date(v, 'YYYY')`,
    `encode(decode(v, 'hex'), v)`,
    `format('%' || v, v)`,
    `substring(v from '(' || v)`,
    `v::uuid`,
    `current_setting(v)`,
    `has_table_privilege(v, 'select')`,
    `pg_get_serial_sequence(v, v)`,
    `convert_to(v, v)`,
    `query_to_xml('select * from ' || v, true, true, '')::text`,
  ])('is not told where only built-in functions run: %s', async (expression) => {
    const generated = `ALTER TABLE public.items ADD CONSTRAINT items_leak CHECK ((${expression}) IS NOT NULL)`;
    expectNothingLetOut(
      await restore(server, () => [
        table(),
        ...rows(),
        entryEvent(generated, { type: 'CHECK CONSTRAINT', schema: 'public', name: 'items items_leak' }),
      ]),
    );
  });
});

describe('code of the dump lets nothing out', () => {
  const raising = `RAISE EXCEPTION '%', v USING errcode = '42P01', constraint = v, table = v`;

  test('from a CHECK that rows meet while they are loaded', async () => {
    expectNothingLetOut(
      await restore(server, () => [
        code(raising),
        table('v text, n integer, CHECK (public.leak(v, n) IS NOT NULL)'),
        ...rows(),
      ]),
    );
  });

  test('from a generated column', async () => {
    expectNothingLetOut(
      await restore(server, () => [
        code(raising),
        table('v text, n integer, g text GENERATED ALWAYS AS (public.leak(v, n)) STORED'),
        ...[...rowsEvents('public', 'items', [[`${planted}\t${plantedNumber}`]])].map((event) =>
          event.kind === 'rows-begin'
            ? { ...event, copy: { ...event.copy, sql: 'COPY public.items (v, n) FROM stdin;' } }
            : event,
        ),
      ]),
    );
  });

  test('from a trigger', async () => {
    expectNothingLetOut(
      await restore(server, () => [
        table(),
        entryEvent(
          `CREATE FUNCTION public.fire() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '%', NEW.v USING errcode = '55000', table = NEW.v; END $$`,
        ),
        entryEvent(
          'CREATE TRIGGER items_fire BEFORE INSERT ON public.items FOR EACH ROW EXECUTE FUNCTION public.fire()',
        ),
        ...rows(),
      ]),
    );
  });

  test.each(['public.leak(v, n)', 'v::regoper'])('from a materialized view of %s', async (expression) => {
    expectNothingLetOut(
      await restore(server, () => [
        table(),
        code(raising),
        ...rows(),
        entryEvent(
          `CREATE MATERIALIZED VIEW public.seen AS SELECT ${expression} AS x FROM public.items WITH NO DATA`,
          { type: 'MATERIALIZED VIEW', schema: 'public', name: 'seen' },
        ),
        entryEvent('REFRESH MATERIALIZED VIEW public.seen', {
          type: 'MATERIALIZED VIEW DATA',
          schema: 'public',
          name: 'seen',
        }),
      ]),
    );
  });

  // FORCE ROW LEVEL SECURITY comes last, but a refresh runs as the view's owner, who may be another than the table's.
  test.each(['public.leak(v, n) IS NOT NULL', 'v::regoper IS NOT NULL'])(
    'from a row-level security policy that asks %s',
    async (condition) => {
      const view = { type: 'MATERIALIZED VIEW', schema: 'public', name: 'seen' };
      const account = await restore(server, () => [
        code(raising),
        table(),
        ...rows(),
        entryEvent('GRANT SELECT ON TABLE public.items TO reader'),
        entryEvent(`CREATE POLICY seen ON public.items USING (${condition})`, {
          type: 'POLICY',
          schema: 'public',
          name: 'items seen',
        }),
        entryEvent('ALTER TABLE public.items ENABLE ROW LEVEL SECURITY'),
        entryEvent('CREATE MATERIALIZED VIEW public.seen AS SELECT * FROM public.items WITH NO DATA', view),
        entryEvent('ALTER TABLE public.seen OWNER TO reader', view),
        entryEvent('REFRESH MATERIALIZED VIEW public.seen', { ...view, type: 'MATERIALIZED VIEW DATA' }),
      ]);
      expectNothingLetOut(account);
      const failed = account.entries.filter(({ outcome }) => outcome.status === 'failed');
      expect(failed).toMatchObject([{ type: 'MATERIALIZED VIEW DATA' }]);
    },
  );

  test('from a domain that is checked later', async () => {
    expectNothingLetOut(
      await restore(server, () => [
        entryEvent('CREATE DOMAIN public.word AS text', { type: 'DOMAIN', schema: 'public', name: 'word' }),
        table('v public.word, n integer'),
        ...rows(),
        entryEvent('ALTER DOMAIN public.word ADD CONSTRAINT known CHECK (VALUE::regoper IS NOT NULL)'),
      ]),
    );
  });

  test('from the bound of a partition that a query of another table gives', async () => {
    expectNothingLetOut(
      await restore(server, () => [
        table(),
        ...rows(),
        entryEvent('CREATE TABLE public.parts (v text) PARTITION BY LIST (v)'),
        entryEvent(
          `CREATE TABLE public.part PARTITION OF public.parts FOR VALUES IN ((((xpath('//v/text()', query_to_xml('select v from public.items', true, false, '')))[1])::text::regoper::text))`,
        ),
      ]),
    );
  });
});

describe('names of the dump are told where code ran', () => {
  test('a function of its own, and one that only the body of a function names', async () => {
    const account = await restore(server, () => [
      table(),
      ...rows(),
      code('PERFORM unaccent(v)'),
      index('public.leak(v, n)'),
    ]);
    expect(account.findings).toMatchObject([
      {
        code: 'ENTRY_FAILED',
        message: expect.stringContaining('function unaccent(text) does not exist'),
      },
    ]);
  });

  test('table, column and constraint of rows that break it', async () => {
    const account = await restore(server, () => [
      table('v text, n integer CHECK (n < 5)'),
      ...rows(),
      ...[...rowsEvents('public', 'items', [[`${planted}\tx`]])],
    ]);
    const messages = account.findings.map(({ message }) => message);
    expect(messages).toContainEqual(
      expect.stringContaining(
        'a row breaks a check constraint (constraint items_n_check, table public.items)',
      ),
    );
    expect(messages).toContainEqual(
      expect.stringMatching(/a value cannot be read as its type at .*column n/),
    );
  });
});
