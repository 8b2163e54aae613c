import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type CheckSession, OpenCheckDatabase } from '../../../lib/adapters/postgres/check-database.ts';
import { TestServer } from '../../support/server.ts';

let server: TestServer;
let databases = 0;
const opened: OpenCheckDatabase[] = [];

beforeAll(async () => {
  server = await TestServer.shared('target');
});
afterEach(async () => {
  for (const database of opened.splice(0)) await database.close();
});

/** An index whose function calls another by its name alone: it works only under a path that has both. */
const namesWithoutSchema = `
  create schema geo;
  create function geo.inner_part(n int) returns int language sql immutable as 'select n';
  set search_path = geo, public;
  create function geo.outer_part(n int) returns int language sql immutable as 'select inner_part(n)';
  create table geo.spot (id int);
  insert into geo.spot values (1), (2);
  create index spot_part on geo.spot (geo.outer_part(id));`;
const counting = 'select pg_catalog.count(*) as rows from only geo.spot where id > 0';

async function opening(sql: string, searchPath: CheckSession['searchPath'] = 'none') {
  const name = `paths_${databases++}`;
  await server.masterDatabase(name, sql);
  const database = new OpenCheckDatabase(await server.access.connection(server.address, name), {
    statementTimeoutSeconds: 20,
    searchPath,
    password: () => undefined,
  });
  opened.push(database);
  await database.open();
  return database;
}

describe('a query of ours over an index whose function names another without its schema', () => {
  test('is answered under a path with every schema', async () => {
    const database = await opening(namesWithoutSchema);
    expect(await database.query(counting)).toEqual([{ rows: '2' }]);
  });

  test('leaves no path to the next query', async () => {
    const database = await opening(namesWithoutSchema);
    await database.query(counting);
    expect(await database.query("select pg_catalog.current_setting('search_path') as path")).toEqual([
      { path: '""' },
    ]);
    await expect(database.query('select id from spot')).rejects.toMatchObject({
      code: 'CHECK_COULD_NOT_RUN',
    });
  });

  test('fails with its first error where no path helps, and the next query is answered', async () => {
    const database = await opening(`${namesWithoutSchema} drop function geo.inner_part;`);
    await expect(database.query(counting)).rejects.toThrow(/42883/);
    expect(await database.query('select 1 as one')).toEqual([{ one: '1' }]);
  });

  test('stays read-only when it is asked again', async () => {
    const database = await opening(namesWithoutSchema);
    await database.query(counting);
    await expect(database.query('insert into geo.spot values (3)')).rejects.toThrow(/read-only/);
  });
});

test('a query of the user is not asked again under another path than the one its database has', async () => {
  const database = await opening(namesWithoutSchema, 'default');
  await expect(database.query(counting)).rejects.toMatchObject({ code: 'CHECK_COULD_NOT_RUN' });
});
