/** WAL whose pages are compressed with zstd, before a server that was not built with it. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createFolderDumpStore } from '../../../../lib/adapters/dump-stores/folder/folder-dump-store.ts';
import { serverAccount } from '../../../../lib/adapters/sandboxes/local-process/server-account.ts';
import { replaysCompression } from '../../../../lib/adapters/sandboxes/local-process/server-compression.ts';
import type { RecoveryRequest } from '../../../../lib/ports/recovery.ts';
import type { RecoveryPlace } from '../../../../lib/ports/recovery-place.ts';
import { openArchivedWal } from '../../../../lib/recovery/physical/recovering/open-archived-wal.ts';
import { recoverBase } from '../../../../lib/recovery/physical/recovering/recover-base.ts';
import { postgresqlPrograms } from '../../../../scripts/oracle-programs.mjs';
import { fetchedPrograms } from '../../../oracle/support/fetched-programs.ts';
import { type ArchivedCluster, makeArchivedCluster } from '../../../support/archived-cluster.ts';

let archived: ArchivedCluster;
const folder = mkdtempSync(join(tmpdir(), 'restore-drill-compression-'));
beforeAll(async () => {
  archived = await makeArchivedCluster('t', {
    settings: { wal_compression: 'zstd', full_page_writes: 'on' },
  });
});
afterAll(() => {
  for (const each of [archived.folder, folder]) rmSync(each, { recursive: true, force: true });
});

describe('a server', () => {
  test.each([
    ['of Debian', () => postgresqlPrograms(15), { lz4: true, zstd: true }],
    ['of npm', () => fetchedPrograms(15), { lz4: false, zstd: false }],
  ])('%s tells what it was built with', async (_, programs, expected) => {
    const account = serverAccount();
    const directory = await programs();
    expect({
      lz4: await replaysCompression(directory, 'lz4', account),
      zstd: await replaysCompression(directory, 'zstd', account),
    }).toEqual(expected);
  });

  test('without zstd is not given WAL that needs it, and nothing is said against the backup', async () => {
    const place: RecoveryPlace = {
      dataDirectory: join(folder, 'data'),
      majorVersion: 15,
      commandRoom: () => Promise.reject(new Error('there are no commands')),
      tablespaceDirectory: join(folder, 'tablespaces'),
      replaysCompression: async () => false,
      replay: () => Promise.reject(new Error('it was given to the server')),
      open: () => Promise.reject(new Error('it was opened')),
      reset: async () => {},
    };
    for (const each of [place.dataDirectory, place.tablespaceDirectory]) mkdirSync(each);
    const request: RecoveryRequest = {
      source: {
        store: createFolderDumpStore(archived.folder),
        key: 'base/',
        walPrefix: 'wal/',
        keys: { passphrase: null },
      },
      target: { kind: 'latest' },
      fullSnapshot: false,
      sandbox: { sandboxId: 'test', host: folder, port: 5432, masterRole: 'reader', serverVersion: '15.18' },
      again: false,
      carriedOn: false,
      timeoutSeconds: 60,
      onProgress: () => {},
      signal: new AbortController().signal,
    };
    const account = await recoverBase(request, {
      place,
      openWal: (asked) => openArchivedWal(asked, place.dataDirectory, folder),
      connection: () => Promise.reject(new Error('somebody logs in')),
    });
    const grave = account.findings.filter(
      ({ severity }) => severity === 'error' || severity === 'unverified',
    );
    expect(grave).toMatchObject([{ code: 'SERVER_LACKS_COMPRESSION', severity: 'unverified' }]);
    expect(account.complete).toBe(false);
  });
});
