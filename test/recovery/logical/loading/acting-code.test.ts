import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { DumpEvent } from '../../../../lib/recovery/logical/dump/dump-stream.ts';
import { TestServer } from '../../../support/server.ts';
import { entryEvent, rowsEvents } from './support/events.ts';
import { dropDatabases, restore } from './support/restoring.ts';

// On a server without the walls of a sandbox, as RDS is one, and without an administrator of ours: there the looks and the
// words of the server are all there is.

const notes = { type: 'TABLE', schema: 'public', name: 'notes' };
/** A dump whose CHECK runs `body` over the rows. */
const withCode = (body: string, ...more: DumpEvent[]): DumpEvent[] => [
  entryEvent('CREATE TABLE public.notes (id integer, note text)', notes),
  ...rowsEvents('public', 'notes', [['1\tMiller']]),
  ...more,
  entryEvent(
    `CREATE FUNCTION public.f(x integer) RETURNS integer LANGUAGE plpgsql AS $$ BEGIN ${body} RETURN x; END $$`,
    { type: 'FUNCTION', schema: 'public', name: 'f(integer)' },
  ),
  entryEvent('ALTER TABLE public.notes ADD CONSTRAINT c CHECK (public.f(id) = id)', {
    type: 'CHECK CONSTRAINT',
    schema: 'public',
    name: 'notes c',
  }),
];

describe('code of a dump', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start('target');
  });
  afterEach(async () => {
    await server.sql('postgres', 'ALTER ROLE master LOGIN; ALTER ROLE master RESET ALL');
    await server.sql('postgres', 'REVOKE pg_monitor FROM master');
    await dropDatabases(server);
  });
  afterAll(() => server?.stop());

  const actsOf = async (events: DumpEvent[]) => {
    const account = await restore(server, () => events);
    return account.findings.filter(({ code }) => code === 'DUMP_TRIED_TO_ACT').map(({ message }) => message);
  };

  test('that is refused a program of the server is told by the entry that called it', async () => {
    expect(await actsOf(withCode(`EXECUTE 'COPY (SELECT 1) TO PROGRAM ''id''';`))).toEqual([
      'check constraint public.notes c: code of the dump tried to run a program of the server, and the server refused it',
    ]);
  });

  test('that forbids the master to log in ends in the finding that says so', async () => {
    expect(await actsOf(withCode(`EXECUTE 'ALTER ROLE CURRENT_USER NOLOGIN';`))).toEqual([
      expect.stringContaining('NOLOGIN'),
    ]);
  });

  test('that makes a role, a setting and a membership is told each, without names that it gave', async () => {
    const messages = await actsOf(
      withCode(
        `EXECUTE 'CREATE ROLE "Miller"'; EXECUTE 'GRANT pg_monitor TO CURRENT_USER';
         EXECUTE 'ALTER ROLE CURRENT_USER SET work_mem = 1000';`,
      ),
    );

    expect(messages.sort()).toEqual([
      'code of the dump changed the setting work_mem of the role that restores',
      'code of the dump granted pg_monitor to the role that restores',
      'code of the dump made a role that the dump does not announce',
    ]);
  });

  test('that closes its database is told, and the checks find it open', async () => {
    const closing = withCode(
      `EXECUTE format('ALTER DATABASE %I CONNECTION LIMIT 0', current_database());
       EXECUTE format('REVOKE CONNECT ON DATABASE %I FROM PUBLIC, CURRENT_USER', current_database());`,
    );

    expect((await actsOf(closing)).sort()).toEqual([
      'code of the dump limited the connections of a database of the dump',
      'code of the dump took from the role that restores the right to connect to a database of the dump',
    ]);
    const rows = await server.sql(
      'postgres',
      `SELECT datconnlimit, has_database_privilege('master', oid, 'CONNECT') FROM pg_database WHERE oid >= 16384`,
    );
    expect(rows.length).toBeGreaterThan(0);
    expect(new Set(rows.map((row) => JSON.stringify(Object.values(row))))).toEqual(new Set(['[-1,true]']));
  });

  test('that ends the other sessions again and again is told, and not called a lost sandbox', async () => {
    const killing = withCode(
      'PERFORM pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND usename = current_user;',
    );

    await expect(restore(server, () => killing)).rejects.toMatchObject({ code: 'DUMP_TRIED_TO_ACT' });
  });

  test('is not blamed for what the dump announces, nor for roles that the restore makes', async () => {
    const announced = [
      entryEvent('CREATE ROLE app', { type: 'STATEMENT' }),
      entryEvent('GRANT pg_monitor TO app', { type: 'STATEMENT' }),
      entryEvent('ALTER ROLE app SET work_mem = 1000', { type: 'STATEMENT' }),
      entryEvent("ALTER DATABASE main SET TIME ZONE 'UTC'", { type: 'DATABASE PROPERTIES', name: 'main' }),
      entryEvent('ALTER TABLE public.notes OWNER TO somebody', notes),
    ];

    expect(await actsOf(withCode('', ...announced))).toEqual([]);
  });
});
