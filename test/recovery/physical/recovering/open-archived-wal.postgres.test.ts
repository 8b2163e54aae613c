/** The WAL of a real archive, read before a server is started: what keeps a recovery from its target is told in its own words. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createFolderDumpStore } from '../../../../lib/adapters/dump-stores/folder/folder-dump-store.ts';
import { narrowedStore } from '../../../../lib/adapters/dump-stores/narrowed-store.ts';
import type { RecoveryTarget } from '../../../../lib/domain/recovery/recovery-target.ts';
import type { WalReach } from '../../../../lib/recovery/physical/recovering/archived-wal.ts';
import { openArchivedWal } from '../../../../lib/recovery/physical/recovering/open-archived-wal.ts';
import { type ArchivedCluster, makeArchivedCluster } from '../../../support/archived-cluster.ts';
import { type PromotedCluster, promoteAtMoment } from '../../../support/promoted-cluster.ts';
import { walStretchOf } from './support/wal-stretch.ts';

let archived: ArchivedCluster;
let promoted: PromotedCluster;
const folder = mkdtempSync(join(tmpdir(), 'restore-drill-archive-'));

beforeAll(async () => {
  archived = await makeArchivedCluster('p', { initdb: ['--wal-segsize=1'] });
  promoted = await promoteAtMoment(archived);
  mkdirSync(join(folder, 'without-wal', 'pg_wal'), { recursive: true });
});
afterAll(() => {
  for (const each of [archived.folder, promoted.folder, folder])
    rmSync(each, { recursive: true, force: true });
});

interface Asked {
  /** Holds `wal`. */
  archive?: string;
  target?: RecoveryTarget;
  /** Of the base, whose own WAL is looked into. */
  dataDirectory?: string;
  without?: (key: string) => boolean;
}

async function reach({
  archive = archived.folder,
  target = { kind: 'latest' },
  dataDirectory = archived.base,
  without = () => false,
}: Asked): Promise<WalReach> {
  const store = narrowedStore(createFolderDumpStore(archive), (key) => !without(key));
  const source = { store, key: 'base/', walPrefix: 'wal/', keys: { passphrase: null } };
  const { signal } = new AbortController();
  const wal = await openArchivedWal({ source, signal }, dataDirectory, folder);
  try {
    return await wal.reach(walStretchOf(archived.base, target));
  } finally {
    await wal.close();
  }
}

describe('an archive', () => {
  test('is read to its end', async () => {
    expect(await reach({})).toMatchObject({ problems: [], timelines: [1] });
  });

  test('with nothing in it, and none in the base, lacks its WAL', async () => {
    const asked = { dataDirectory: join(folder, 'without-wal'), without: () => true };
    expect((await reach(asked)).problems).toMatchObject([
      { code: 'WAL_MISSING', severity: 'error', message: expect.stringMatching(/no archived WAL at all/) },
    ]);
  });

  test('ends before a position that it does not hold', async () => {
    expect((await reach({ target: { kind: 'lsn', lsn: 'FF/0' } })).problems).toMatchObject([
      { code: 'TARGET_NOT_REACHED', severity: 'error' },
    ]);
  });
});

describe('an archive of two timelines, the first of which went on after the second began', () => {
  test('is read to the end of the second', async () => {
    expect(await reach({ archive: promoted.folder })).toMatchObject({ problems: [], timelines: [1, 2] });
  });

  test('does not lead to a position that only the first reaches, which is named', async () => {
    const target: RecoveryTarget = { kind: 'lsn', lsn: promoted.abandonedLsn };
    expect((await reach({ target })).problems).toEqual([]);
    expect((await reach({ archive: promoted.folder, target })).problems).toMatchObject([
      {
        code: 'TARGET_NOT_REACHED',
        severity: 'error',
        message: expect.stringMatching(
          /timeline 2 ends before the target, and timeline 1, which was left for it/,
        ),
      },
    ]);
  });

  test('leads nowhere where no history says where the second began', async () => {
    const asked = { archive: promoted.folder, without: (key: string) => key.endsWith('00000002.history') };
    expect((await reach(asked)).problems).toMatchObject([
      {
        code: 'TIMELINE_MISSING',
        severity: 'error',
        message: expect.stringContaining('00000002.history'),
      },
    ]);
  });
});
