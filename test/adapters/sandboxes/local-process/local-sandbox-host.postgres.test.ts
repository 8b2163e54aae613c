import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { createLocalSandboxHost } from '../../../../lib/adapters/sandboxes/local-process/local-sandbox-host.ts';
import type {
  LocalSandboxHost,
  LocalSandboxOptions,
  SandboxProgress,
} from '../../../../lib/adapters/sandboxes/local-process/local-sandbox-options.ts';
import type { SandboxAddress } from '../../../../lib/domain/sandbox/address.ts';
import {
  aDirectory,
  anOwner,
  aPlan,
  endOwner,
  nobody,
  processesIn,
  query,
  removeDirectories,
  runsAsRoot,
  sharedCache,
  until,
  untilSettled,
} from './sandbox-fixture.ts';

afterAll(removeDirectories);

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function aHost(overrides: Partial<LocalSandboxOptions> = {}): {
  host: LocalSandboxHost;
  stateDirectory: string;
} {
  const stateDirectory = aDirectory();
  return {
    host: createLocalSandboxHost({ stateDirectory, cacheDirectory: sharedCache, ...overrides }),
    stateDirectory,
  };
}

async function aReadySandbox(host: LocalSandboxHost, plan = aPlan()): Promise<SandboxAddress> {
  const { sandboxId } = await host.provision(plan);
  cleanups.push(() => host.remove(sandboxId));
  const look = await untilSettled(host, sandboxId);
  if (look.state !== 'ready') throw new Error(`the sandbox is ${JSON.stringify(look)}`);
  return look.address;
}

const sandboxesIn = (stateDirectory: string) => readdirSync(join(stateDirectory, 'sandboxes'));

describe('a sandbox on this machine', () => {
  test.each([15, 18])(
    'is a PostgreSQL %i server whose master role has the rights of the RDS master',
    async (majorVersion) => {
      const { host } = aHost();

      const address = await aReadySandbox(host, aPlan({ majorVersion }));

      const [role] = await query(
        await host.connection(address, 'postgres'),
        `select rolname, rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls,
              pg_has_role('pg_signal_backend', 'member') as signals, current_setting('server_version_num')::int / 10000 as major
         from pg_roles where rolname = current_user`,
      );
      expect(role).toEqual({
        rolname: 'master',
        rolsuper: false,
        rolcreatedb: true,
        rolcreaterole: true,
        rolreplication: false,
        rolbypassrls: false,
        signals: false,
        major: majorVersion,
      });
      expect(address.serverVersion).toMatch(new RegExp(`^${majorVersion}\\.\\d+$`));
    },
  );

  test.each([15, 18])(
    'of major %i takes databases of another locale and is set for a drill',
    async (majorVersion) => {
      const { host } = aHost();
      const address = await aReadySandbox(host, aPlan({ majorVersion }));

      await query(
        await host.connection(address, 'postgres'),
        `create database other template template0 lc_collate 'C' lc_ctype 'C'`,
      );
      const [settings] = await query(
        await host.connection(address, 'other'),
        `select current_setting('fsync') as fsync, current_setting('autovacuum') as autovacuum, current_setting('wal_level') as wal,
              current_setting('log_min_messages') as log, current_setting('lc_messages') as messages,
              current_setting('server_encoding') as encoding, current_setting('timezone') as timezone`,
      );

      expect(settings).toEqual({
        fsync: 'off',
        autovacuum: 'off',
        wal: 'minimal',
        log: 'fatal',
        messages: 'C',
        encoding: 'UTF8',
        timezone: 'UTC',
      });
    },
  );

  test('leaves no process and no file behind when it is removed, and removing again succeeds', async () => {
    const { host, stateDirectory } = aHost();
    const { sandboxId } = await aReadySandbox(host);
    expect(sandboxesIn(stateDirectory)).toEqual([sandboxId]);

    await host.remove(sandboxId);
    await host.remove(sandboxId);

    expect(await host.look(sandboxId)).toEqual({ state: 'gone' });
    expect(sandboxesIn(stateDirectory)).toEqual([]);
    expect(processesIn(stateDirectory)).toEqual([]);
  });

  test('is removed also while it is still being made', async () => {
    const { host, stateDirectory } = aHost();
    const { sandboxId } = await host.provision(aPlan());

    await host.remove(sandboxId);

    expect(sandboxesIn(stateDirectory)).toEqual([]);
    expect(processesIn(stateDirectory)).toEqual([]);
  });

  test('is the same one when the same drill asks again', async () => {
    const { host, stateDirectory } = aHost();
    const plan = aPlan();
    const { sandboxId } = await aReadySandbox(host, plan);

    expect(await host.provision(plan)).toEqual({ sandboxId });

    expect(host.sandboxIdFor(plan.drillId)).toBe(sandboxId);
    expect(sandboxesIn(stateDirectory)).toHaveLength(1);
  });

  test('lives beside another one', async () => {
    const { host } = aHost();

    const [one, two] = await Promise.all([aReadySandbox(host), aReadySandbox(host)]);

    expect(one.host).not.toBe(two.host);
    await query(await host.connection(one, 'postgres'), 'create table only_here ()');
    const found = await query(
      await host.connection(two, 'postgres'),
      `select to_regclass('only_here') as name`,
    );
    expect(found).toEqual([{ name: null }]);
  });

  test('works where its directory is too deep for a socket', async () => {
    const stateDirectory = join(aDirectory(), 'd'.repeat(60), 'e'.repeat(60));
    const { host } = aHost({ stateDirectory });

    const address = await aReadySandbox(host);
    await query(await host.connection(address, 'postgres'), 'select 1');
    await host.remove(address.sandboxId);

    expect(Buffer.byteLength(address.host)).toBeLessThan(80);
    expect(() => statSync(address.host)).toThrow('ENOENT');
  });

  test('lets nobody in as its superuser over TCP, nor as the master with a wrong password', async () => {
    const { host } = aHost({ transport: 'tcp' });
    const address = await aReadySandbox(host);
    const connection = await host.connection(address, 'postgres');

    expect(address.host).toBe('127.0.0.1');
    expect(await query(connection, 'select current_user as me')).toEqual([{ me: 'master' }]);
    await expect(query({ ...connection, user: 'drill_admin' }, 'select 1')).rejects.toThrow(
      /rejects connection/,
    );
    await expect(query({ ...connection, password: 'wrong' }, 'select 1')).rejects.toThrow(
      /password authentication failed/,
    );
  });

  test('refuses a fixed port that is taken, and says so', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await new Promise((listening) => taken.once('listening', listening));
    cleanups.push(() => void taken.close());
    const bound = taken.address();
    const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
    const { host } = aHost({ transport: 'tcp', port });
    const { sandboxId } = await host.provision(aPlan());
    cleanups.push(() => host.remove(sandboxId));

    expect(await untilSettled(host, sandboxId)).toMatchObject({
      state: 'broken',
      code: 'SANDBOX_UNAVAILABLE',
      reason: `port ${port} of 127.0.0.1 is taken`,
    });
  });

  test('refuses a plan that the disk cannot hold before it makes a cluster', async () => {
    const { host } = aHost();
    const { sandboxId } = await host.provision(aPlan({ storageBytes: 1e18 }));
    cleanups.push(() => host.remove(sandboxId));

    const look = await untilSettled(host, sandboxId);

    expect(look).toMatchObject({ state: 'broken', code: 'SANDBOX_DISK_FULL' });
    expect(look).toHaveProperty('reason', expect.stringContaining('may need 1000000000.0 GB'));
  });

  test('refuses a major that no server exists for, and says which do', async () => {
    const { host } = aHost();
    const { sandboxId } = await host.provision(aPlan({ majorVersion: 99 }));
    cleanups.push(() => host.remove(sandboxId));

    expect(await untilSettled(host, sandboxId)).toMatchObject({
      state: 'broken',
      code: 'SERVER_VERSION_UNSUPPORTED',
    });
  });

  test('refuses to take over a directory that is not a sandbox', async () => {
    const { host, stateDirectory } = aHost();
    const plan = aPlan();
    const foreign = join(stateDirectory, 'sandboxes', host.sandboxIdFor(plan.drillId));
    mkdirSync(foreign, { recursive: true });
    writeFileSync(join(foreign, 'thesis.txt'), 'mine');

    await expect(host.provision(plan)).rejects.toThrow('exists and is not a sandbox of restore-drill');
    await host.remove(host.sandboxIdFor(plan.drillId));

    expect(readFileSync(join(foreign, 'thesis.txt'), 'utf8')).toBe('mine');
  });

  test('is broken once somebody kills its server, and still goes without a trace', async () => {
    const { host, stateDirectory } = aHost();
    const { sandboxId } = await aReadySandbox(host);
    const pid = Number.parseInt(
      readFileSync(join(stateDirectory, 'sandboxes', sandboxId, 'data', 'postmaster.pid'), 'utf8'),
      10,
    );

    process.kill(pid, 'SIGKILL');
    await expect.poll(() => host.look(sandboxId)).toMatchObject({ state: 'broken', code: 'SANDBOX_LOST' });
    expect(await host.look(sandboxId)).toHaveProperty('reason', 'the server process ended (signal SIGKILL)');
    await host.remove(sandboxId);

    expect(sandboxesIn(stateDirectory)).toEqual([]);
    expect(processesIn(stateDirectory)).toEqual([]);
  });

  test('ends within seconds although a backend is busy and its postmaster was killed', async () => {
    const { host, stateDirectory } = aHost();
    const address = await aReadySandbox(host);
    const busy = query(
      await host.connection(address, 'postgres'),
      'select count(*) from generate_series(1, 1e12::bigint)',
    ).catch((error: unknown) => error);
    // The postmaster and its three companions, and the busy one.
    await until('the backend runs', () => processesIn(stateDirectory).length >= 5);
    const pidFile = join(stateDirectory, 'sandboxes', address.sandboxId, 'data', 'postmaster.pid');
    process.kill(Number.parseInt(readFileSync(pidFile, 'utf8'), 10), 'SIGKILL');

    await host.remove(address.sandboxId);

    expect(processesIn(stateDirectory)).toEqual([]);
    expect(await busy).toBeInstanceOf(Error);
  });

  test('writes no row value into any file beside its data, whatever fails', async () => {
    const { host, stateDirectory } = aHost();
    const address = await aReadySandbox(host);
    const connection = await host.connection(address, 'postgres');
    const planted = 'Plantagenet-4711';
    const failures = [
      `create table people (name text primary key); insert into people values ('${planted}'), ('${planted}')`,
      `select '${planted}'::int`,
      `select 1/0 as "${planted}"`,
      `do $$ begin raise exception '${planted}'; end $$`,
      `do $$ begin raise warning '${planted}'; end $$`,
      `do $$ begin raise log '${planted}'; end $$`,
    ];
    for (const sql of failures) await query(connection, sql).catch(() => undefined);
    // The statement of a backend that crashed is what a server's log tells by default.
    await query(connection, `select pg_backend_pid(), set_config('application_name', '${planted}', false)`);
    const before = processesIn(stateDirectory);
    const crashing = query(connection, `select pg_sleep(60), '${planted}'`).catch((error: unknown) => error);
    await until('the statement runs', () => processesIn(stateDirectory).some((pid) => !before.includes(pid)));
    for (const pid of processesIn(stateDirectory)) if (!before.includes(pid)) process.kill(pid, 'SIGKILL');
    expect(await crashing).toBeInstanceOf(Error);

    const directory = join(stateDirectory, 'sandboxes', address.sandboxId);
    const files = readdirSync(directory).filter((name) => statSync(join(directory, name)).isFile());
    expect(files).toContain('server.log');
    for (const name of files)
      expect(readFileSync(join(directory, name), 'utf8'), name).not.toContain(planted);
  });

  test('tells what it is doing while it is made', async () => {
    const steps: SandboxProgress['step'][] = [];
    const { host } = aHost({ onProgress: (_sandboxId, { step }) => steps.push(step) });

    await aReadySandbox(host);

    expect(steps).toEqual(['find', 'initialise', 'start']);
  });
});

describe('who runs the server', () => {
  test.runIf(runsAsRoot)(
    'as root: an unprivileged user, who can read neither the lease nor the password',
    async () => {
      const { host, stateDirectory } = aHost();
      const { sandboxId } = await aReadySandbox(host);
      const directory = join(stateDirectory, 'sandboxes', sandboxId);

      const owner = statSync(join(directory, 'data')).uid;

      expect(owner).toBeGreaterThan(0);
      for (const name of ['lease.json', 'pgpass', 'server.log']) {
        expect({
          name,
          uid: statSync(join(directory, name)).uid,
          mode: statSync(join(directory, name)).mode & 0o777,
        }).toEqual({
          name,
          uid: 0,
          mode: 0o600,
        });
      }
    },
  );

  test.runIf(runsAsRoot).each([15, 18])(
    'a normal user runs a PostgreSQL %i server as itself',
    async (majorVersion) => {
      const stateDirectory = aDirectory(nobody);
      const cacheDirectory = aDirectory(nobody);
      const { drillId, leaseExpiresAt } = aPlan();
      const options = { stateDirectory, cacheDirectory, majorVersion, drillId, leaseExpiresAt };

      const owner = await anOwner(options, nobody);
      cleanups.push(() => endOwner(owner, options));

      expect(owner.report).toMatchObject({ uid: nobody.uid, look: { state: 'ready' } });
      expect(await query(owner.report.connection, 'select current_user as me')).toEqual([{ me: 'master' }]);
      expect(statSync(join(stateDirectory, 'sandboxes', `sandbox-${drillId}`)).uid).toBe(nobody.uid);
    },
  );

  test('is tested as root and as a normal user only when the tests run as root', ({ annotate }) => {
    if (!runsAsRoot) return annotate('not run: the tests about root, because this is not root');
    expect(process.getuid?.()).toBe(0);
  });

  test.runIf(runsAsRoot)(
    "uses a place of the system when root's own directory is closed to the server's user",
    async () => {
      const closed = aDirectory();
      const { chmodSync } = await import('node:fs');
      chmodSync(closed, 0o700);
      const { host } = aHost({
        stateDirectory: join(closed, 'state'),
        cacheDirectory: join(closed, 'cache'),
      });

      const address = await aReadySandbox(host);

      expect(address.host.startsWith(closed)).toBe(false);
      await query(await host.connection(address, 'postgres'), 'select 1');
    },
  );
});
