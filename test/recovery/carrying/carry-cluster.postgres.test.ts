import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createFolderDumpStore } from '../../../lib/adapters/dump-stores/folder/folder-dump-store.ts';
import { createLocalSandboxHost } from '../../../lib/adapters/sandboxes/local-process/local-sandbox-host.ts';
import type { LocalSandboxHost } from '../../../lib/adapters/sandboxes/local-process/local-sandbox-options.ts';
import { parseConfig } from '../../../lib/domain/config/index.ts';
import type { RestoreAccount } from '../../../lib/domain/recovery/restore-account.ts';
import type { SandboxAddress } from '../../../lib/domain/sandbox/address.ts';
import { carryCluster } from '../../../lib/recovery/carrying/carry-cluster.ts';
import { createRestorer } from '../../../lib/recovery/logical/create-restorer.ts';
import { createRecoverer } from '../../../lib/recovery/physical/create-recoverer.ts';
import { restoreOptions } from '../../../lib/steps/restore-dump.ts';
import {
  aDirectory,
  aPlan,
  removeDirectories,
  sharedCache,
  untilSettled,
} from '../../adapters/sandboxes/local-process/sandbox-fixture.ts';
import { type ArchivedCluster, makeArchivedCluster } from '../../support/archived-cluster.ts';

let archived: ArchivedCluster;
let host: LocalSandboxHost;
beforeAll(async () => {
  archived = await makeArchivedCluster('t');
  host = createLocalSandboxHost({ stateDirectory: aDirectory(), cacheDirectory: sharedCache });
});
afterAll(removeDirectories);

async function aSandbox(plan: Parameters<typeof aPlan>[0]): Promise<SandboxAddress> {
  const { sandboxId } = await host.provision(aPlan(plan));
  const look = await untilSettled(host, sandboxId);
  if (look.state !== 'ready') throw new Error(JSON.stringify(look));
  return look.address;
}

async function ask(address: SandboxAddress, database: string, sql: string): Promise<unknown[][]> {
  // The table hides its rows from its own owner.
  const client = new Client({ ...(await host.administration?.(address)), database });
  await client.connect();
  try {
    return (await client.query({ text: sql, rowMode: 'array' })).rows;
  } finally {
    await client.end();
  }
}

async function carried(): Promise<{ account: RestoreAccount; into: SandboxAddress }> {
  const from = await aSandbox({ needs: 'data directory' });
  const into = await aSandbox({});
  const signal = new AbortController().signal;
  const onProgress = () => undefined;
  const recovered = await createRecoverer(host).recover({
    source: {
      store: createFolderDumpStore(archived.folder),
      key: 'base/',
      walPrefix: 'wal/',
      keys: { passphrase: null },
    },
    target: { kind: 'time', time: archived.moment },
    ...{
      fullSnapshot: false,
      sandbox: from,
      again: false,
      carriedOn: true,
      timeoutSeconds: 60,
      onProgress,
      signal,
    },
  });
  const parsed = parseConfig('databases: { shop: { source: { folder: . } } }');
  if (!('config' in parsed)) throw new Error('no configuration');
  const options = restoreOptions(parsed.config.databases.shop!.restore, { passphrase: null });
  const account = await carryCluster(
    recovered,
    host.carriedFrom(from),
    (text) => createRestorer(host, text),
    {
      ...{ sandbox: into, options, onProgress, signal },
    },
  );
  return { account, into };
}

describe('a recovered cluster that is carried into another server', () => {
  test('arrives with the rows of the moment it was recovered to, and tells what it was recovered from', async () => {
    const { account, into } = await carried();

    expect(account.findings.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(account).toMatchObject({
      complete: true,
      recovered: { systemIdentifier: archived.systemIdentifier },
    });
    expect(account.tables).toMatchObject([
      { database: 'shop', schema: 'public', name: 'marker', rowsLoaded: 2 },
    ]);
    expect(await ask(into, 'shop', 'SELECT id FROM public.marker ORDER BY 1')).toEqual([[1], [2]]);
  });

  test('brings no role of the drill with it', async () => {
    const { into } = await carried();

    const roles = await ask(
      into,
      'postgres',
      `SELECT rolname FROM pg_roles WHERE rolname IN ('drill_reader', 'owner_of_all')`,
    );

    expect(roles).toEqual([['owner_of_all']]);
  });
});
