/** WAL whose pages are compressed with zstd, before a server that was not built with it. */
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { serverAccount } from '../../../../lib/adapters/sandboxes/local-process/server-account.ts';
import { replaysCompression } from '../../../../lib/adapters/sandboxes/local-process/server-compression.ts';
import { postgresqlPrograms } from '../../../../scripts/oracle-programs.mjs';
import { fetchedPrograms } from '../../../oracle/support/fetched-programs.ts';
import { type ArchivedCluster, makeArchivedCluster } from '../../../support/archived-cluster.ts';
import { placed, recovered } from './support/handed-over.ts';

let archived: ArchivedCluster;
beforeAll(async () => {
  archived = await makeArchivedCluster('t', {
    settings: { wal_compression: 'zstd', full_page_writes: 'on' },
  });
});
afterAll(() => rmSync(archived.folder, { recursive: true, force: true }));

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
    const source = await placed(archived.base, archived.wal);
    const { handedOver, grave } = await recovered(source, { kind: 'latest' }, async () => false);

    expect(grave).toMatchObject([{ code: 'SERVER_LACKS_COMPRESSION', severity: 'unverified' }]);
    expect(handedOver).toBeNull();
  });
});
