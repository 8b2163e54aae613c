import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLocalSandboxHost } from '../../../../lib/adapters/sandboxes/local-process/local-sandbox-host.ts';
import type { LocalSandboxHost } from '../../../../lib/adapters/sandboxes/local-process/local-sandbox-options.ts';
import type { RecoveryTarget } from '../../../../lib/domain/recovery/recovery-target.ts';
import type {
  OpenedCluster,
  RecoveryEnd,
  RequiredSettings,
  WalFetch,
} from '../../../../lib/ports/recovery-place.ts';
import { type ArchivedCluster, makeArchivedCluster, segmentsIn } from '../../../support/archived-cluster.ts';
import { aDirectory, aPlan, removeDirectories, sharedCache, untilSettled } from './sandbox-fixture.ts';

const required: RequiredSettings = {
  maxConnections: 60,
  maxWorkerProcesses: 8,
  maxWalSenders: 10,
  maxPreparedTransactions: 5,
  maxLocksPerTransaction: 64,
};

let archived: ArchivedCluster;

const archiveOf = ({ wal }: ArchivedCluster, without: readonly string[] = []): WalFetch => ({
  fetch: async (name, path) => {
    const file = join(wal, name);
    if (!existsSync(file) || without.includes(name)) return false;
    copyFileSync(file, path);
    return true;
  },
  after: (name) => segmentsIn(wal).filter((other) => other > name),
});

let plainHost: LocalSandboxHost;
beforeAll(async () => {
  archived = await makeArchivedCluster('p');
  plainHost = createLocalSandboxHost({ stateDirectory: aDirectory(), cacheDirectory: sharedCache });
});
afterAll(removeDirectories);

/** At once: a server whose directory is gone notices it by itself only after many seconds. */
const processesOf = (sandboxId: string): string[] =>
  execFileSync('ps', ['-eo', 'stat,args'], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes(sandboxId) && !line.startsWith('Z'));

interface Recovered {
  end: RecoveryEnd;
  opened: OpenedCluster | null;
  /** Asks the recovered database as the drill does, or as another. */
  ask(sql: string, as?: { role: string; password: string }): Promise<unknown[][]>;
  owner(): { role: string; password: string };
  remove(): Promise<void>;
}

async function recover(
  target: RecoveryTarget,
  archive = archiveOf(archived),
  { base } = archived,
  host = plainHost,
): Promise<Recovered> {
  const { sandboxId } = await host.provision(aPlan({ needs: 'data directory' }));
  const look = await untilSettled(host, sandboxId);
  if (look.state !== 'ready') throw new Error(JSON.stringify(look));
  const place = host.recoveryPlace(sandboxId);
  execFileSync('cp', ['-R', `${base}/.`, place.dataDirectory]);
  const signal = new AbortController().signal;
  const end = await place.replay({
    ...{ archive, target, required, signal },
    timeline: null,
    timeoutSeconds: 60,
  });
  const opened = end.promoted ? await place.open(required, false) : null;
  return {
    end,
    opened,
    owner: () => host.ownerLogin(look.address),
    ask: async (sql, as) => {
      const login = as === undefined ? {} : { user: as.role, password: as.password };
      const client = new Client({ ...(await host.connection(look.address, 'shop')), ...login });
      await client.connect();
      try {
        return (await client.query({ text: sql, rowMode: 'array' })).rows;
      } finally {
        await client.end();
      }
    },
    remove: async () => {
      await host.remove(sandboxId);
      expect((await host.look(sandboxId)).state).toBe('gone');
      expect(processesOf(sandboxId)).toEqual([]);
    },
  };
}

describe('a base backup recovered in a sandbox of this machine', () => {
  test.each<[string, () => RecoveryTarget, number[]]>([
    ['to the end of the archive', () => ({ kind: 'latest' }), [1, 2, 3, 4]],
    ['to the moment it is consistent', () => ({ kind: 'immediate' }), [1]],
    ['to a moment', () => ({ kind: 'time', time: archived.moment }), [1, 2]],
  ])('%s holds the rows of then, and a reader that is no superuser sees them all', async (_, target, ids) => {
    const { end, ask, remove } = await recover(target());

    expect(end).toMatchObject({ promoted: true, log: { fatal: null, newTimeline: 2 } });
    expect(await ask('SELECT array_agg(id ORDER BY id) FROM marker')).toEqual([[ids]]);
    expect(
      await ask(
        'SELECT usesuper, current_setting($$session_preload_libraries$$) FROM pg_user WHERE usename = current_user',
      ),
    ).toEqual([[false, '']]);
    expect(await ask('SELECT system_identifier::text FROM pg_control_system()')).toEqual([
      [archived.systemIdentifier],
    ]);
    await expect(ask('INSERT INTO marker VALUES (5)')).rejects.toThrow('permission denied');
    await expect(ask(`COPY marker TO PROGRAM 'cat'`)).rejects.toThrow('must be superuser');
    await remove();
  });

  test('is changed by hooks of the user, whoever owns it, and by nobody where there are none', async () => {
    const host = createLocalSandboxHost({
      ...{ stateDirectory: aDirectory(), cacheDirectory: sharedCache },
      hooks: true,
    });
    const hooked = await recover({ kind: 'latest' }, undefined, undefined, host);
    await hooked.ask('ALTER TABLE marker ADD COLUMN note text', hooked.owner());
    expect(await hooked.ask('SELECT count(*)::int FROM marker WHERE note IS NULL')).toEqual([[4]]);
    await hooked.remove();

    const plain = await recover({ kind: 'latest' });
    expect(() => plain.owner()).toThrow('does not exist');
    expect(await plain.ask(`SELECT rolname FROM pg_roles WHERE rolsuper AND rolname LIKE 'drill%'`)).toEqual([
      ['drill_admin'],
    ]);
    await plain.remove();
  });

  test('tells that the target was not reached in the words of the server', async () => {
    const { end, remove } = await recover({ kind: 'time', time: '2100-01-01T00:00:00Z' });

    expect(end).toMatchObject({
      promoted: false,
      log: { fatal: 'recovery ended before configured recovery target was reached' },
    });
    await remove();
  });

  test('comes up without a word when the archive ends early: what must be reached is told by our own reading', async () => {
    const last = segmentsIn(archived.wal).at(-1);
    const { end, ask, remove } = await recover({ kind: 'latest' }, archiveOf(archived, [last ?? '']));

    expect(end.promoted).toBe(true);
    expect(await ask('SELECT count(*)::int FROM marker')).toEqual([[3]]);
    await remove();
  });

  test('says what kept a segment from being fetched', async () => {
    const broken: WalFetch = {
      fetch: () => Promise.reject(new Error('the bucket is gone')),
      after: () => [],
    };
    await expect(recover({ kind: 'latest' }, broken)).rejects.toThrow('the bucket is gone');
    const { removed } = await plainHost.sweep({ dryRun: true });
    expect(removed).toEqual([]);
  });

  test('leaves nothing when it is removed while it waits for WAL', async () => {
    const { sandboxId } = await plainHost.provision(aPlan({ needs: 'data directory' }));
    await untilSettled(plainHost, sandboxId);
    const place = plainHost.recoveryPlace(sandboxId);
    execFileSync('cp', ['-R', `${archived.base}/.`, place.dataDirectory]);
    const giveUp = new AbortController();
    const archive: WalFetch = {
      fetch: () =>
        new Promise((resolve) => {
          giveUp.signal.addEventListener('abort', () => resolve(false));
          // From here on: on a busy machine it begins to wait later than half a second after the replay was asked for.
          setTimeout(() => giveUp.abort(), 500);
        }),
      after: () => [],
    };
    const replaying = place.replay({
      ...{ archive, required, target: { kind: 'latest' } as const, timeline: null },
      timeoutSeconds: 60,
      signal: giveUp.signal,
    });
    await expect(replaying).rejects.toThrow();
    await plainHost.remove(sandboxId);

    expect((await plainHost.look(sandboxId)).state).toBe('gone');
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(processesOf(sandboxId)).toEqual([]);
  });

  test('starts anew after a reset, as for an older base backup', async () => {
    const { sandboxId } = await plainHost.provision(aPlan({ needs: 'data directory' }));
    await untilSettled(plainHost, sandboxId);
    const place = plainHost.recoveryPlace(sandboxId);
    for (const target of [{ kind: 'latest' }, { kind: 'immediate' }] as const) {
      execFileSync('cp', ['-R', `${archived.base}/.`, place.dataDirectory]);
      const signal = new AbortController().signal;
      const end = await place.replay({
        ...{ archive: archiveOf(archived), target, required, signal },
        timeline: null,
        timeoutSeconds: 60,
      });
      expect(end.promoted).toBe(true);
      await place.open(required, false);
      await place.reset();
      expect(readdirSync(place.dataDirectory)).toEqual([]);
    }
    await plainHost.remove(sandboxId);
  });

  test('lets its reader compare indexes with their tables, and nobody else', async () => {
    const { opened, ask, remove } = await recover({ kind: 'latest' });

    expect(opened?.indexChecks?.databases).toContain('shop');
    expect(
      await ask(
        `SELECT count(drill_amcheck.bt_index_check(indexrelid::regclass, true))::int > 100 FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid WHERE relam = 403`,
      ),
    ).toEqual([[true]]);
    expect(
      await ask(
        `SELECT rolname FROM pg_roles WHERE rolcanlogin AND NOT rolsuper AND has_schema_privilege(rolname, 'drill_amcheck', 'USAGE')`,
      ),
    ).toEqual([['drill_reader']]);
    await remove();
  });

  test('calls nothing in a schema of that name which the cluster brought', async () => {
    const hostile = await makeArchivedCluster('p', {
      before: [
        'CREATE SCHEMA drill_amcheck',
        'GRANT USAGE ON SCHEMA drill_amcheck TO PUBLIC',
        'CREATE FUNCTION drill_amcheck.bt_index_check(index regclass, heapallindexed boolean) RETURNS void LANGUAGE sql SECURITY DEFINER AS $$ SELECT $$',
      ],
    });
    try {
      const { opened, remove } = await recover({ kind: 'latest' }, archiveOf(hostile), hostile);

      expect(opened?.indexChecks?.databases ?? []).not.toContain('shop');
      expect(opened?.notTested.join()).toContain('of shop: amcheck could not be set up there');
      await remove();
    } finally {
      rmSync(hostile.folder, { recursive: true, force: true });
    }
  });

  test('that is killed while it replays has not said why, which is no word against the backup', async () => {
    const { sandboxId } = await plainHost.provision(aPlan({ needs: 'data directory' }));
    await untilSettled(plainHost, sandboxId);
    const place = plainHost.recoveryPlace(sandboxId);
    execFileSync('cp', ['-R', `${archived.base}/.`, place.dataDirectory]);
    const killed = new AbortController();
    const asked = new AbortController();
    const archive: WalFetch = {
      fetch: async () => {
        asked.abort();
        if (!killed.signal.aborted) await once(killed.signal, 'abort');
        return false;
      },
      after: () => [],
    };
    const replaying = place.replay({
      ...{ archive, required, target: { kind: 'latest' } as const, timeline: null },
      timeoutSeconds: 60,
      signal: new AbortController().signal,
    });
    // On a busy machine the server asks for its first file only after seconds.
    if (!asked.signal.aborted) await once(asked.signal, 'abort');
    for (const line of execFileSync('ps', ['-eo', 'pid,args'], { encoding: 'utf8' }).split('\n'))
      if (line.includes(sandboxId) && line.includes('/postgres -D '))
        process.kill(Number.parseInt(line, 10), 'SIGKILL');
    killed.abort();

    expect(await replaying).toMatchObject({ promoted: false, log: { fatal: null } });
    await plainHost.remove(sandboxId);
    // A restore_command that waited looks every 20 ms whether its server lives.
    await expect.poll(() => processesOf(sandboxId), { timeout: 5000 }).toEqual([]);
  });
});
