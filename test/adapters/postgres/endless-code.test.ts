import { afterEach, beforeAll, expect, test } from 'vitest';
import { type OpenCheckDatabase, openCheckDatabase } from '../../../lib/adapters/postgres/check-database.ts';
import { TestServer } from '../../support/server.ts';

let server: TestServer;
let database: OpenCheckDatabase;

beforeAll(async () => {
  server = await TestServer.shared('target');
  await server.masterDatabase(
    'endless',
    `create function loops() returns int language plpgsql as $$ begin loop end loop; end $$;
     create function catches() returns int language plpgsql as $$
       begin loop begin perform pg_sleep(3600); exception when query_canceled then null; end; end loop; end $$;
     create function lifts() returns int language plpgsql as $$
       begin perform set_config('statement_timeout', '0', false); loop end loop; end $$;
     create view loops_view as select loops() as one;
     create table t (id int); insert into t values (1)`,
  );
});
afterEach(() => database.close());

const opened = async () => {
  database = await openCheckDatabase(await server.access.connection(server.address, 'endless'), {
    statementTimeoutSeconds: 1,
    searchPath: 'default',
    password: () => undefined,
    answerGraceSeconds: 2,
  });
  return database;
};

test.each([
  ['loops', 'select loops()'],
  ['loops in a view', 'select one from loops_view'],
  ['lifts the timeout', 'select lifts()'],
  ['catches the cancel', 'select catches()'],
])('code that %s is ended by the statement timeout, and the next query is asked', async (_, sql) => {
  const asking = await opened();

  await expect(asking.ask(sql, 1)).rejects.toMatchObject({ code: 'CHECK_TIMED_OUT' });
  expect(await asking.query('select count(*) as n from public.t')).toEqual([{ n: '1' }]);
});
