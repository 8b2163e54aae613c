import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { type OpenCheckDatabase, openCheckDatabase } from '../../../lib/adapters/postgres/check-database.ts';
import { TestServer } from '../../support/server.ts';

let server: TestServer;
let database: OpenCheckDatabase;

beforeAll(async () => {
  server = await TestServer.shared('target');
  await server.masterDatabase('cancelled', 'create table t (id int); insert into t values (1)');
});
afterEach(() => database.close());

const slowly = 'select 7 as n from pg_sleep(0.6)';

/** Cancels the query of a check as often as it is met, at most so many times. */
async function cancel(times: number): Promise<number> {
  let cancelled = 0;
  for (let looks = 0; looks < 500 && cancelled < times; looks += 1) {
    const met = await server.sql(
      'postgres',
      "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE datname = 'cancelled' AND state = 'active' AND query LIKE '%pg_sleep(0.6)%'",
    );
    cancelled += met.length;
    await sleep(met.length > 0 ? 200 : 5);
  }
  return cancelled;
}

const opened = async () => {
  database = await openCheckDatabase(await server.access.connection(server.address, 'cancelled'), {
    statementTimeoutSeconds: 30,
    searchPath: 'default',
    password: () => undefined,
  });
  return database;
};

test('a check whose query somebody cancels asks it again', async () => {
  const asking = await opened();
  const [rows, cancelled] = await Promise.all([asking.query(slowly), cancel(1)]);

  expect(cancelled).toBe(1);
  expect(rows).toEqual([{ n: '7' }]);
});

test('a check whose query is cancelled twice could not run, and did not run into its time', async () => {
  const asking = await opened();
  const cancelling = cancel(2);

  await expect(asking.query(slowly)).rejects.toMatchObject({
    code: 'CHECK_COULD_NOT_RUN',
    message: expect.stringMatching(/^somebody cancelled a statement after \d+\.\d of its 30 s/),
  });
  expect(await cancelling).toBe(2);
  expect(await asking.query('select count(*) as n from public.t')).toEqual([{ n: '1' }]);
});
