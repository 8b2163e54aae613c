import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { adminRole, schemaOfDrill } from '../../../../lib/domain/text/own-objects.ts';
import { objectCountsSql, sandboxObjectCountsSql } from '../../../../lib/domain/witness/object-counts-sql.ts';
import { listRecovered } from '../../../../lib/recovery/physical/recovering/list-recovered.ts';
import { openingDamage } from '../../../../lib/recovery/physical/recovering/opening-damage.ts';
import { postgresqlPrograms } from '../../../../scripts/oracle-programs.mjs';
import { TestServer } from '../../../support/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start('source', { programs: postgresqlPrograms(15) });
  await server.createDatabase('shop');
  await server.sql('shop', 'CREATE TABLE item (id integer)');
  await server.sql('postgres', 'CREATE DATABASE closed ALLOW_CONNECTIONS false');
  await server.sql('postgres', 'CREATE DATABASE pattern IS_TEMPLATE true');
});
afterAll(() => server.stop());

describe('what a recovered cluster holds', () => {
  test('is listed by database, and those that nobody can be asked in are said by name', async () => {
    const { directory: host, port, superuser: user } = server;
    const { databases, tables, notTested } = await listRecovered(async (database) => ({
      host,
      port,
      user,
      database,
    }));

    expect(databases).toEqual(['shop']);
    expect(tables).toEqual([{ database: 'shop', schema: 'public', name: 'item' }]);
    expect(notTested).toEqual(['What is in closed, pattern: a template, or closed to connections.']);
  });

  test.each([
    ['of the drill, by its superuser', adminRole, 0],
    ['of the same name that is somebody else’s', 'somebody', 1],
  ])('counts the functions of a schema %s', async (_, owner, expected) => {
    await server.sql('shop', `CREATE ROLE ${owner}`);
    await server.sql('shop', `CREATE SCHEMA ${schemaOfDrill} AUTHORIZATION ${owner}`);
    await server.sql('shop', `CREATE FUNCTION ${schemaOfDrill}.f() RETURNS int LANGUAGE sql AS 'SELECT 1'`);
    const functions = async (sql: string): Promise<number> =>
      Number((await server.sql('shop', `SELECT objects FROM (${sql}) c WHERE kind = 'functions'`))[0]?.[0]);
    try {
      expect(await functions(sandboxObjectCountsSql)).toBe(expected);
      expect(await functions(objectCountsSql)).toBe(1);
    } finally {
      await server.sql('shop', `DROP SCHEMA ${schemaOfDrill} CASCADE`);
    }
  });
});

describe('a recovered cluster whose catalogue is damaged', () => {
  test.each([
    [
      'a page of it',
      'PAGE_CORRUPT',
      (file: string) => writeFileSync(file, Buffer.alloc(8192, 0xff), { flag: 'r+' }),
    ],
    ['a file of it that is gone', 'BASE_BACKUP_INCOMPLETE', (file: string) => rmSync(file)],
  ])('is told by %s', async (_, code, damage) => {
    const broken = await TestServer.start('source', { programs: postgresqlPrograms(15) });
    try {
      await broken.createDatabase('shop');
      await broken.sql('shop', 'CREATE TABLE item (id integer)');
      const [[path] = []] = await broken.sql('shop', "SELECT pg_relation_filepath('pg_class')");
      await broken.sql('shop', 'CHECKPOINT');
      await broken.restart('SIGINT');
      damage(join(broken.directory, 'data', String(path)));
      const { directory: host, port, superuser: user } = broken;

      const error = await listRecovered(async (database) => ({ host, port, user, database })).catch(
        (thrown: unknown) => thrown,
      );
      expect(openingDamage(error)).toMatchObject({ code, severity: 'error' });
    } finally {
      await broken.stop();
    }
  });

  test('is not confused with a server that does not answer', async () => {
    const error = await listRecovered(async () => ({
      host: '/nowhere',
      port: 1,
      user: 'u',
      database: 'd',
    })).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Error);
    expect(openingDamage(error)).toBeNull();
  });
});
