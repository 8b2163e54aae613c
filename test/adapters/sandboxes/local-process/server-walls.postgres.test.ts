import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { Client, type ClientConfig, DatabaseError } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createLocalSandboxHost } from '../../../../lib/adapters/sandboxes/local-process/local-sandbox-host.ts';
import type { LocalSandboxHost } from '../../../../lib/adapters/sandboxes/local-process/local-sandbox-options.ts';
import { adminRole } from '../../../../lib/adapters/sandboxes/local-process/server-settings.ts';
import type { SandboxAddress } from '../../../../lib/domain/sandbox/address.ts';
import {
  aDirectory,
  aPlan,
  processesIn,
  query,
  removeDirectories,
  runsAsRoot,
  sharedCache,
  untilSettled,
} from './sandbox-fixture.ts';

afterAll(removeDirectories);

const refusedRoles = [
  'pg_execute_server_program',
  'pg_read_server_files',
  'pg_write_server_files',
  'pg_signal_backend',
  adminRole,
];
/** Each statement is a way to gain a role, straight or by a chain. */
const waysToGain = (role: string): string[][] => [
  [`GRANT ${role} TO CURRENT_USER`],
  [`GRANT ${role} TO CURRENT_USER WITH ADMIN OPTION`],
  ['CREATE ROLE chained ROLE master', `GRANT ${role} TO chained`],
  [`CREATE ROLE chained IN ROLE ${role}`],
  [`CREATE ROLE chained IN GROUP ${role} ROLE master`],
  [`ALTER GROUP ${role} ADD USER master`],
  [`SET ROLE ${role}`],
  [`SET SESSION AUTHORIZATION ${role}`],
  [`ALTER ROLE ${role} LOGIN PASSWORD 'x'`],
  [`ALTER ROLE ${role} RENAME TO plain`],
  [`REASSIGN OWNED BY ${role} TO CURRENT_USER`],
  [`DROP ROLE ${role}`],
];
const waysToAct = [
  'ALTER ROLE CURRENT_USER SUPERUSER',
  'CREATE ROLE another SUPERUSER',
  'CREATE ROLE another REPLICATION',
  'CREATE ROLE another BYPASSRLS',
  "COPY (SELECT 1) TO PROGRAM 'id'",
  "COPY (SELECT 1) TO '/tmp/out'",
  "CREATE TABLE lines (l text); COPY lines FROM '/etc/passwd'",
  "CREATE TABLE lines (l text); COPY lines FROM PROGRAM 'id'",
  "SELECT pg_read_file('/etc/passwd')",
  "SELECT pg_read_binary_file('/etc/passwd')",
  "SELECT pg_ls_dir('/')",
  "SELECT pg_stat_file('/etc/passwd')",
  "SELECT lo_import('/etc/passwd')",
  "SELECT lo_export(1, '/tmp/out')",
  'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()',
  'SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()',
  'SELECT pg_reload_conf()',
  'SELECT pg_switch_wal()',
  'SELECT pg_promote()',
  "SELECT pg_create_restore_point('x')",
  "SELECT pg_create_physical_replication_slot('x')",
  'ALTER SYSTEM SET work_mem = 1000',
  'ALTER ROLE ALL SET statement_timeout = 1',
  "ALTER DATABASE postgres SET session_preload_libraries = 'x'",
  "SET dynamic_library_path = '/'",
  "LOAD 'auto_explain'",
  "CREATE FUNCTION f(text) RETURNS int AS 'libc.so.6', 'system' LANGUAGE c",
  "CREATE FUNCTION f() RETURNS int AS 'int4in' LANGUAGE internal",
  'CREATE LANGUAGE plpython3u',
  'CREATE EXTENSION dblink',
  'CREATE EXTENSION file_fdw',
  'CREATE EXTENSION plperlu',
  'CREATE EXTENSION adminpack',
  'CREATE FOREIGN DATA WRAPPER w',
  "CREATE SUBSCRIPTION s CONNECTION 'host=127.0.0.1' PUBLICATION p WITH (connect = false)",
  "CREATE TABLESPACE t LOCATION '/tmp'",
  'CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION suppress_redundant_updates_trigger()',
  'SELECT rolpassword FROM pg_authid',
  "UPDATE pg_authid SET rolsuper = true WHERE rolname = 'master'",
];

/** Runs statements as one role, each as a statement of its own, and takes back what they did. @returns the refusal's SQLSTATE, or `done` */
async function attempt(config: ClientConfig, statements: string[]): Promise<string> {
  const client = new Client(config);
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
    return 'done';
  } catch (error) {
    if (error instanceof DatabaseError && error.code !== undefined) return error.code;
    throw error;
  } finally {
    await client.query('RESET ROLE; DROP TABLE IF EXISTS lines; DROP ROLE IF EXISTS chained');
    await client.end();
  }
}

/** 42501 no right · 42939 reserved name · 0A000, 58P01 not there at all · 2BP01, 55006 needed by the server or in use */
const refusal = expect.stringMatching(/^(42501|42939|0A000|58P01|2BP01|55006)$/);

describe.each([14, 15, 16, 17, 18])('the server of a sandbox of major %i', (majorVersion) => {
  let host: LocalSandboxHost;
  let address: SandboxAddress;
  let stateDirectory: string;
  let master: ClientConfig;
  let administrator: ClientConfig;
  let listener: Server;
  let heard: string[];

  beforeAll(async () => {
    stateDirectory = aDirectory();
    host = createLocalSandboxHost({ stateDirectory, cacheDirectory: sharedCache });
    const { sandboxId } = await host.provision(aPlan({ majorVersion }));
    const look = await untilSettled(host, sandboxId);
    if (look.state !== 'ready') throw new Error(`the sandbox is ${JSON.stringify(look)}`);
    address = look.address;
    master = await host.connection(address, 'postgres');
    administrator = (await host.administration?.(address)) ?? {};
    listener = createServer((socket) => {
      heard.push('somebody connected');
      socket.destroy();
    });
    await new Promise<void>((listening) => listener.listen(0, '127.0.0.1', listening));
  }, 300_000);
  beforeEach(() => {
    heard = [];
  });
  afterAll(async () => {
    listener?.close();
    if (address !== undefined) await host.remove(address.sandboxId);
  });

  const listeningPort = (): number => {
    const bound = listener.address();
    return typeof bound === 'object' && bound !== null ? bound.port : 0;
  };
  const postmaster = (): number =>
    Number.parseInt(
      readFileSync(join(stateDirectory, 'sandboxes', address.sandboxId, 'data', 'postmaster.pid'), 'utf8'),
      10,
    );

  test.each(refusedRoles)('lets its master gain %s in no way', async (role) => {
    for (const way of waysToGain(role))
      expect({ way, outcome: await attempt(master, way) }).toEqual({ way, outcome: refusal });
    const [gained] = await query<{ member: boolean }>(
      master,
      `SELECT pg_has_role('${role}', 'member') AS member`,
    );
    expect(gained?.member).toBe(false);
  });

  test('lets its master make a role that acts, read a file, run a program or touch other sessions in no way', async () => {
    for (const way of waysToAct)
      expect({ way, outcome: await attempt(master, [way]) }).toEqual({ way, outcome: refusal });
  });

  test('keeps the same from its master in a database made from template0, as every restored one is', async () => {
    await query(master, 'CREATE DATABASE restored TEMPLATE template0');
    const restored = await host.connection(address, 'restored');

    expect(await attempt(restored, ['SELECT pg_terminate_backend(1)'])).toBe('42501');
    expect(await attempt(restored, ['SELECT pg_cancel_backend(1)'])).toBe('42501');
  });

  test('still lets its master grant what dumps of clusters grant, where a server of that major does', async () => {
    await query(master, 'CREATE ROLE reader');
    const outcome = await attempt(master, ['GRANT pg_read_all_data, pg_monitor TO reader']);

    expect(outcome).toBe(majorVersion < 16 ? 'done' : '42501');
  });

  test('has foreign tables that can be made and never be read', async () => {
    await query(master, 'CREATE DATABASE foreigners TEMPLATE template0');
    const foreigners = await host.connection(address, 'foreigners');
    await host.installExtension?.(address, 'foreigners', 'CREATE EXTENSION postgres_fdw WITH SCHEMA public');
    await query(
      foreigners,
      `CREATE SERVER s FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '127.0.0.1', port '${listeningPort()}');
       CREATE USER MAPPING FOR CURRENT_USER SERVER s OPTIONS (user 'u', password 'p');
       CREATE SCHEMA mine; CREATE FOREIGN TABLE mine.f (a int) SERVER s`,
    );
    const hasNoHandler = '55000';

    expect(await attempt(foreigners, ['SELECT * FROM mine.f'])).toBe(hasNoHandler);
    expect(await attempt(foreigners, ['INSERT INTO mine.f VALUES (1)'])).toBe(hasNoHandler);
    expect(await attempt(foreigners, ['IMPORT FOREIGN SCHEMA public FROM SERVER s INTO mine'])).toBe(
      hasNoHandler,
    );
    expect(
      await attempt(foreigners, ['ALTER FOREIGN DATA WRAPPER postgres_fdw HANDLER postgres_fdw_handler']),
    ).toBe('42501');
    expect(heard).toEqual([]);
  });

  test('runs no extension script as its superuser beside functions of a dump', async () => {
    await query(master, 'CREATE DATABASE crowded TEMPLATE template0');
    const crowded = await host.connection(address, 'crowded');
    await query(
      crowded,
      'CREATE SCHEMA mine; CREATE FUNCTION mine.f() RETURNS int LANGUAGE sql AS $$SELECT 1$$',
    );

    const installing = host.installExtension?.(address, 'crowded', 'CREATE EXTENSION postgres_fdw');

    await expect(installing).rejects.toMatchObject({ code: '42501' });
    expect(await query(crowded, "SELECT 1 FROM pg_extension WHERE extname = 'postgres_fdw'")).toEqual([]);
  });

  test('knows nothing of the environment of whoever drills', () => {
    const pids = processesIn(join(stateDirectory, 'sandboxes', address.sandboxId));
    expect(pids).toContain(postmaster());
    for (const pid of pids) {
      const names = readFileSync(`/proc/${pid}/environ`, 'latin1')
        .split('\0')
        .map((line) => line.split('=')[0] ?? '');
      expect(
        names.filter((name) => !['', 'LC_ALL', 'TZ', 'LD_ORIGIN_PATH'].includes(name) && !/^PG/.test(name)),
      ).toEqual([]);
    }
  });

  test.runIf(runsAsRoot)('runs, for root, as a user id that owns nothing but its directory', () => {
    const uid = statSync(`/proc/${postmaster()}`).uid;
    const known = readFileSync('/etc/passwd', 'utf8').split('\n');

    expect(uid).toBeGreaterThan(0x7000_0000 - 1);
    expect(known.some((line) => line.split(':')[2] === String(uid))).toBe(false);
    expect(
      execFileSync('find', ['/etc', '/var/lib', '/home', '-xdev', '-uid', String(uid)], { encoding: 'utf8' }),
    ).toBe('');
  });

  describe('where this machine lets us make namespaces', () => {
    let isolated: boolean;
    beforeAll(async () => {
      isolated = (await host.describeWalls()).sharedBecause === null;
    });

    test('reaches no address, not even as its superuser', async ({ skip }) => {
      if (!isolated) skip('namespaces cannot be made here: doctor says why');
      await query(
        administrator,
        `CREATE EXTENSION postgres_fdw WITH SCHEMA public;
         CREATE SERVER out FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '127.0.0.1', port '${listeningPort()}');
         CREATE USER MAPPING FOR CURRENT_USER SERVER out OPTIONS (user 'u', password 'p')`,
      );
      const client = new Client(administrator);
      await client.connect();
      try {
        await client.query('CREATE FOREIGN TABLE pg_temp.g (a int) SERVER out');
        await expect(client.query('SELECT * FROM pg_temp.g')).rejects.toMatchObject({ code: '08001' });
      } finally {
        await client.query('DROP EXTENSION postgres_fdw CASCADE');
        await client.end();
      }
      expect(heard).toEqual([]);
    });

    test('finds no program, no home and no configuration of the machine, not even as its superuser', async ({
      skip,
    }) => {
      if (!isolated) skip('namespaces cannot be made here: doctor says why');
      const proof = `/tmp/proof-of-a-program-${process.pid}`;

      await expect(query(administrator, `COPY (SELECT 1) TO PROGRAM 'id > ${proof}'`)).rejects.toThrow(
        'could not execute command',
      );
      const seen = await query<{ name: string }>(administrator, "SELECT pg_ls_dir('/') AS name");
      expect(existsSync(proof)).toBe(false);
      rmSync(proof, { force: true });
      expect(seen.map(({ name }) => name)).not.toEqual(expect.arrayContaining(['proc']));
      for (const path of ['/home', '/root', '/proc', '/bin', '/usr/bin', '/etc/hostname', '/etc/shadow'])
        await expect(query(administrator, `SELECT (pg_stat_file('${path}')).size`)).rejects.toMatchObject({
          code: '58P01',
        });
      const [{ names = '' } = {}] = await query<{ names: string }>(
        administrator,
        "SELECT string_agg(name, ' ' ORDER BY name) AS names FROM pg_ls_dir('/etc') name",
      );
      expect(readdirSync('/etc').length).toBeGreaterThan(names.split(' ').length);
    });

    test('has no capability and cannot gain one', ({ skip }) => {
      if (!isolated) skip('namespaces cannot be made here: doctor says why');
      const status = readFileSync(`/proc/${postmaster()}/status`, 'utf8');

      expect(status).toMatch(/^NoNewPrivs:\t1$/m);
      for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'])
        expect(status).toMatch(new RegExp(`^${set}:\t0+$`, 'm'));
    });
  });
});
