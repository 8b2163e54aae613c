import { Client } from 'pg';
import { beforeAll, describe, expect, test } from 'vitest';
import { createCheckRunner, runCheck } from '../../../lib/adapters/postgres/check-runner.ts';
import {
  liftForcedRowSecurity,
  restoreForcedRowSecurity,
} from '../../../lib/adapters/postgres/row-security.ts';
import type { PlannedCheck } from '../../../lib/domain/checks/asking/check.ts';
import { planChecks } from '../../../lib/domain/checks/registry.ts';
import { aContext, anAccount, aTable, configured } from '../../domain/checks/builders.ts';
import { TestServer } from '../../support/server.ts';
import { outcome, passed, runKind } from './running.ts';

let server: TestServer;
let databases = 0;

beforeAll(async () => {
  server = await TestServer.shared('target');
  await server.sql('postgres', 'create role owner_role; grant owner_role to master; create role stranger');
});

/** Two rows in a table of owner_role, of which the policy shows none. */
async function forcedDatabase(): Promise<string> {
  const name = `forced_${databases++}`;
  await server.masterDatabase(
    name,
    `create table secretive (id int); insert into secretive values (1), (2);
     alter table secretive enable row level security; alter table secretive force row level security;
     create policy none on secretive using (false);
     grant create on schema public to owner_role; alter table secretive owner to owner_role`,
  );
  return name;
}

const counting = (name: string) =>
  aContext({
    account: anAccount({
      databases: [{ dumpName: null, name }],
      tables: [aTable('secretive', 2, { database: name })],
    }),
    defaultDatabase: name,
  });

const connected = async <Result>(
  database: string,
  act: (client: Client) => Promise<Result>,
): Promise<Result> => {
  const client = new Client(await server.access.connection(server.address, database));
  await client.connect();
  try {
    return await act(client);
  } finally {
    await client.end();
  }
};

describe('forced row security', () => {
  test('makes a count fail to run instead of giving a filtered number', async () => {
    const [result] = await runKind(server, 'rowCounts', counting(await forcedDatabase()));

    expect(outcome(result)).toEqual({ status: 'could not run', codes: ['CHECK_COULD_NOT_RUN'] });
    expect(result?.measured.tables).toEqual([]);
  });

  test('makes a configured query fail to run too', async () => {
    const name = await forcedDatabase();
    const context = aContext({
      configured: [configured({ sql: { name: 'q', query: 'select count(*) from secretive', expect: 0 } })],
      defaultDatabase: name,
    });

    expect(outcome((await runKind(server, 'sql', context))[0])).toEqual({
      status: 'could not run',
      codes: ['CHECK_COULD_NOT_RUN'],
    });
  });

  test('lifted by the runner, every row is counted', async () => {
    const name = await forcedDatabase();

    await createCheckRunner(server.access).prepare(server.address, [name]);

    expect(outcome((await runKind(server, 'rowCounts', counting(name)))[0])).toEqual(passed);
    expect(outcome((await runKind(server, 'dataPresent', counting(name)))[0])).toEqual(passed);
  });

  test('is put back exactly where it was', async () => {
    const name = await forcedDatabase();
    const forced = 'select relname from pg_class where relforcerowsecurity';

    const [during, after] = await connected(name, async (client) => {
      const lifted = await liftForcedRowSecurity(client);
      const between = await client.query(forced);
      expect(await restoreForcedRowSecurity(client, lifted)).toEqual([]);
      return [between.rows, (await client.query(forced)).rows];
    });

    expect(during).toEqual([]);
    expect(after).toEqual([{ relname: 'secretive' }]);
  });

  test('of a stranger’s table stays, and its count could not run', async () => {
    const name = await forcedDatabase();
    await server.sql(name, 'alter table secretive owner to stranger; grant select on secretive to master');

    const lifted = await connected(name, liftForcedRowSecurity);

    expect(lifted).toEqual([{ schema: 'public', name: 'secretive', lifted: false, sqlState: '42501' }]);
    expect(outcome((await runKind(server, 'rowCounts', counting(name)))[0])).toEqual({
      status: 'could not run',
      codes: ['CHECK_COULD_NOT_RUN'],
    });
  });
});

describe('the runner', () => {
  const aCheck = (overrides: Partial<PlannedCheck> = {}): PlannedCheck => ({
    id: 'q',
    kind: 'sql',
    name: 'q',
    database: 'postgres',
    statementTimeoutSeconds: 20,
    params: { sql: { name: 'q', query: 'select 1', expect: 1 } },
    ...overrides,
  });

  test('runs checks side by side', async () => {
    const results = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        runCheck(aCheck({ id: `q${index}` }), server.access, server.address),
      ),
    );

    expect(results.map(({ id, status }) => [id, status])).toEqual(
      results.map((_, index) => [`q${index}`, 'passed']),
    );
  });

  test('says that a check of a missing database could not run', async () => {
    expect(outcome(await runCheck(aCheck({ database: 'nowhere' }), server.access, server.address))).toEqual({
      status: 'could not run',
      codes: ['CHECK_COULD_NOT_RUN'],
    });
  });

  test.each([
    ['an unknown kind', { kind: 'astrology' }],
    ['params that are none', { params: { sql: 1 } }],
  ])('says that a check with %s could not run', async (_what, overrides) => {
    expect(outcome(await runCheck(aCheck(overrides), server.access, server.address))).toEqual({
      status: 'could not run',
      codes: ['INTERNAL_ERROR'],
    });
  });

  test('throws SANDBOX_LOST when nobody answers', async () => {
    const nobody = {
      connection: async () => ({ host: '/nonexistent', port: 5432, user: 'master', database: 'postgres' }),
    };

    await expect(runCheck(aCheck(), nobody, server.address)).rejects.toMatchObject({ name: 'SANDBOX_LOST' });
  });

  test('throws SANDBOX_LOST when the server drops the connection in the middle of a query', async () => {
    const running = runCheck(
      aCheck({ params: { sql: { name: 'q', query: `select 'dropme' from pg_sleep(30)`, expect: 'x' } } }),
      server.access,
      server.address,
    );
    const lost = expect(running).rejects.toMatchObject({ name: 'SANDBOX_LOST' });
    // The cursor's query sleeps inside FETCH.
    const kill = `do $$ begin for i in 1..200 loop
      perform pg_terminate_backend(pid) from pg_stat_activity where application_name = 'restore-drill check' and query like 'fetch%' and state = 'active';
      exit when found; perform pg_sleep(0.05); perform pg_stat_clear_snapshot(); end loop; end $$`;

    await server.sql('postgres', kill);

    await lost;
  });

  test('leaves no connection behind', async () => {
    await runCheck(aCheck(), server.access, server.address);

    const planned = planChecks(
      aContext({
        defaultDatabase: 'postgres',
        configured: [
          configured({
            sql: {
              name: 'open',
              query: `select count(*) from pg_stat_activity where application_name = 'restore-drill check' and pid <> pg_backend_pid()`,
              expect: { atMost: 1 },
            },
          }),
        ],
      }),
    );
    const own = planned.find(({ kind }) => kind === 'sql');
    expect(own === undefined ? null : outcome(await runCheck(own, server.access, server.address))).toEqual(
      passed,
    );
  });
});
