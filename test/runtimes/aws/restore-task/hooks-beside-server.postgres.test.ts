import { connect } from 'node:net';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLocalSandboxHost } from '../../../../lib/adapters/sandboxes/local-process/local-sandbox-host.ts';
import type { LocalSandboxHost } from '../../../../lib/adapters/sandboxes/local-process/local-sandbox-options.ts';
import { tunnelPort } from '../../../../lib/contract/names.ts';
import type { SandboxAddress } from '../../../../lib/domain/sandbox/address.ts';
import type { HookRun } from '../../../../lib/domain/sandbox/rds/tasks.ts';
import type { HookTaskRequest, HookTasks } from '../../../../lib/ports/hook-tasks.ts';
import { tunnelledAccess } from '../../../../lib/runtimes/aws/restore-task/hook-access.ts';
import { hooksBesideServer } from '../../../../lib/runtimes/aws/restore-task/hooks-beside-server.ts';
import { systemClock } from '../../../../lib/runtimes/system-clock.ts';
import {
  aDirectory,
  aPlan,
  removeDirectories,
  sharedCache,
  untilSettled,
} from '../../../adapters/sandboxes/local-process/sandbox-fixture.ts';

/** An address that nothing else of this machine listens at. */
const ownAddress = '127.61.5.7';
const exited = (ExitCode: number) => ({ Containers: [{ Name: 'hook', ExitCode }] });
const aRun: HookRun = {
  taskDefinition: 'hook',
  environment: [{ Name: 'PGDATABASE', Value: 'postgres' }],
  timeoutSeconds: 60,
};

let host: LocalSandboxHost;
let server: SandboxAddress;
beforeAll(async () => {
  host = createLocalSandboxHost({ stateDirectory: aDirectory(), cacheDirectory: sharedCache });
  const { sandboxId } = await host.provision(aPlan());
  const look = await untilSettled(host, sandboxId);
  if (look.state !== 'ready') throw new Error(JSON.stringify(look));
  server = look.address;
});
afterAll(async () => {
  await host.remove(server.sandboxId);
  removeDirectories();
});

/** Hooks whose task is `task`; it is at 127.0.0.1, as everything that calls from this machine. */
function besideServer(
  task: HookTasks['run'],
  hooks: { migrate: HookRun | null; smokeTest: HookRun | null } = { migrate: aRun, smokeTest: null },
  signal = new AbortController().signal,
) {
  return hooksBesideServer({
    ...{ drillId: 'drill-1', attempt: 1, hooks, server, signal },
    place: { taskDefinition: 't', subnets: ['s'], securityGroups: ['g'], assignPublicIp: 'DISABLED' },
    login: () => host.ownerLogin(server),
    tasks: () => ({ run: task }),
    ownAddress: async () => ownAddress,
  });
}

/** What our container in the task of a hook does, and then a program of the user's. */
async function inTask({ tunnel, run }: HookTaskRequest, role?: string) {
  const end = { host: tunnel.host, port: tunnelPort, publicKey: tunnel.publicKey };
  const ended = new AbortController().signal;
  const { address, password } = await tunnelledAccess(end, systemClock, ended, {
    host: '127.0.0.1',
    port: 0,
  });
  const variable = (name: string) => run.environment.find(({ Name }) => Name === name)?.Value ?? '';
  const client = new Client({
    ...{ host: address.host, port: address.port, database: variable('PGDATABASE') },
    ...{ user: role ?? variable('PGUSER'), password: await password() },
  });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

const listens = () =>
  new Promise<boolean>((resolve) => {
    const socket = connect(tunnelPort, ownAddress);
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('close', () => socket.destroy());
  });

describe('a hook beside a server inside the restore task', () => {
  test('changes what was restored, as the master, and its end is kept', async () => {
    const hooks = besideServer(async (request) => {
      request.onAddress('127.0.0.1');
      const client = await inTask(request);
      const { rows } = await client
        .query('create table migrated as select session_user as by; table migrated')
        .then((results) => (results as unknown as { rows: unknown[] }[])[1] ?? { rows: [] });
      await client.end();
      expect(rows).toEqual([{ by: server.masterRole }]);
      return exited(0);
    });

    await hooks.run('migrate');
    await hooks.run('smokeTest');

    expect(hooks.ended()).toMatchObject({
      runs: {
        migrate: { environment: expect.arrayContaining([{ Name: 'PGUSER', Value: server.masterRole }]) },
      },
      outcomes: { migrate: exited(0) },
    });
    expect(hooks.ended()?.outcomes).not.toHaveProperty('smokeTest');
  });

  test('is nobody whom the server lets in without a password', async () => {
    let refused = '';
    const hooks = besideServer(async (request) => {
      request.onAddress('127.0.0.1');
      refused = await inTask(request, 'drill_admin').then(
        () => 'let in',
        (error: { code: string }) => error.code,
      );
      return exited(0);
    });

    await hooks.run('migrate');

    expect(refused).toBe('28000');
  });

  test('is answered while it runs, and by then only', async () => {
    let answered = false;
    const hooks = besideServer(async () => {
      answered = await listens();
      return exited(0);
    });

    expect(await listens()).toBe(false);
    await hooks.run('migrate');

    expect(answered).toBe(true);
    expect(await listens()).toBe(false);
  });

  test('that was stopped for its time holds no session any more', async () => {
    let client: Client | undefined;
    const hooks = besideServer(async (request) => {
      request.onAddress('127.0.0.1');
      client = await inTask(request);
      return { Error: 'States.Timeout', Cause: '' };
    });

    await hooks.run('migrate');

    await expect(client?.query('select 1')).rejects.toThrow();
  });

  test('that cannot be started says why, and the drill goes on', async () => {
    const hooks = besideServer(async () => {
      throw new Error('no task today');
    });

    await hooks.run('migrate');

    expect(hooks.ended()?.outcomes).toEqual({ migrate: { Error: 'Error', Cause: 'no task today' } });
  });

  test('ends the drill with it when that is told to stop', async () => {
    const stop = new AbortController();
    const hooks = besideServer(
      async () => {
        stop.abort(new Error('SIGTERM'));
        throw new Error('stopped');
      },
      undefined,
      stop.signal,
    );

    await expect(hooks.run('migrate')).rejects.toThrow('SIGTERM');
    expect(await listens()).toBe(false);
  });

  test('that is not there makes no listener and no result', async () => {
    const none = besideServer(
      async () => {
        throw new Error('nobody asked for this');
      },
      { migrate: null, smokeTest: null },
    );

    await none.run('migrate');
    await none.run('smokeTest');

    expect(none.ended()).toBeNull();
  });
});
