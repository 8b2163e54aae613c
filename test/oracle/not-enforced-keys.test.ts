import { afterAll, beforeAll, expect, test } from 'vitest';
import { runKind } from '../adapters/postgres/running.ts';
import { aContext, anAccount } from '../domain/checks/builders.ts';
import { TestServer } from '../support/server.ts';
import { fetchedPrograms } from './support/fetched-programs.ts';

/** NOT ENFORCED keys are there since PostgreSQL 18. */
const keys = `create table parent (id int primary key); insert into parent values (1);
  create table loose (p int constraint loose_key references parent not enforced); insert into loose values (1), (7), (8);
  create table clean (p int constraint clean_key references parent not enforced); insert into clean values (1);
  create table strict (p int constraint strict_key references parent)`;

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start('target', { programs: await fetchedPrograms(18) });
  await server.masterDatabase('keys', keys);
  await server.sql('keys', 'set session_replication_role = replica; insert into strict values (9)');
});
afterAll(() => server?.stop());

test('orphans of a key that the source does not enforce are a warning, of any other an error', async () => {
  const account = anAccount({ databases: [{ dumpName: null, name: 'keys' }] });
  const [result] = await runKind(server, 'foreignKeysHold', aContext({ account, defaultDatabase: 'keys' }));
  const orphans = (result?.findings ?? []).filter(({ code }) => code === 'FK_ORPHANS');
  const about = (key: string) => orphans.filter(({ message }) => message.includes(key));
  expect(about('loose_key')).toMatchObject([
    { severity: 'warning', message: expect.stringContaining('2 rows') },
  ]);
  expect(about('strict_key')).toMatchObject([{ severity: 'error' }]);
  expect(about('clean_key')).toEqual([]);
});
