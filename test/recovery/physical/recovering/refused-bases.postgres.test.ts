/** Base backups and WAL with which no server is started, and what is said of each. */
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createFolderDumpStore } from '../../../../lib/adapters/dump-stores/folder/folder-dump-store.ts';
import type { FindingCode, Severity } from '../../../../lib/domain/findings/findings.ts';
import type { RecoveryTarget } from '../../../../lib/domain/recovery/recovery-target.ts';
import type { BaseBackupSource } from '../../../../lib/ports/recovery.ts';
import { inspectBase } from '../../../../lib/recovery/physical/recovering/inspect-base.ts';
import { opensslProgram } from '../../../../scripts/oracle-programs.mjs';
import { type ArchivedCluster, makeArchivedCluster, segmentsIn } from '../../../support/archived-cluster.ts';
import { writePgBackRestOf } from '../../../support/pgbackrest-of-cluster.ts';
import { brotli, type WalGBackup, writeWalGBackup } from '../../../support/wal-g-backup.ts';
import { placed, recovered } from './support/handed-over.ts';

let archived: ArchivedCluster;
let folder: string;
/** Of the test: the cluster's own, or copies of them. */
let base: string;
let wal: string;
beforeAll(async () => {
  archived = await makeArchivedCluster('t');
});
afterAll(() => rmSync(archived.folder, { recursive: true, force: true }));
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'restore-drill-refused-'));
  [base, wal] = [archived.base, archived.wal];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const path = (...names: string[]): string => join(folder, ...names);
/** Copies what a test changes: a hundred megabytes of WAL is too much to copy for each. */
const copied = (from: string, name: string): string => {
  cpSync(from, path(name), { recursive: true });
  return path(name);
};
const both = (passphrase: string | null = null): Promise<BaseBackupSource> =>
  placed(base, wal, { passphrase });

/** No server is started, and exactly this is said against the backup. */
async function expectRefused(
  source: BaseBackupSource,
  code: FindingCode,
  said: { severity?: Severity; message?: string; hint?: string; target?: RecoveryTarget } = {},
): Promise<void> {
  const { severity = 'error', message = '', hint = '', target } = said;
  expect(await recovered(source, target)).toMatchObject({
    handedOver: null,
    grave: [
      {
        ...{ code, severity },
        message: expect.stringContaining(message),
        hint: expect.stringContaining(hint),
      },
    ],
  });
}

describe('an archive that does not hold what it must', () => {
  beforeEach(() => {
    wal = copied(archived.wal, 'wal');
  });
  const last = (): string => join(wal, segmentsIn(wal).at(-1) ?? '');

  test('has a segment that was cut', async () => {
    truncateSync(last(), 4 * 1024 ** 2);
    await expectRefused(await both(), 'WAL_DAMAGED');
  });

  test('has a segment with one bit flipped, in the middle of a record', async () => {
    const bytes = readFileSync(last());
    // Behind the header of the page, 40 bytes, stands the first record.
    bytes[60] = (bytes[60] as number) ^ 1;
    writeFileSync(last(), bytes);
    await expectRefused(await both(), 'WAL_DAMAGED');
  });

  test('ends before the moment', async () => {
    for (const name of segmentsIn(wal).slice(-2)) rmSync(join(wal, name));
    const target = { kind: 'time', time: archived.moment } as const;
    await expectRefused(await both(), 'TARGET_NOT_REACHED', { target });
  });
});

describe('a base backup that is not whole', () => {
  beforeEach(() => {
    base = copied(archived.base, 'base');
  });
  const repackWithout = (name: string): void => {
    const [packed, unpacked] = [join(base, 'base.tar.gz'), path('repacked')];
    mkdirSync(unpacked);
    execFileSync('tar', ['-xzf', packed, '-C', unpacked]);
    rmSync(join(unpacked, name));
    execFileSync('tar', ['-I', 'gzip -1', '-cf', packed, '-C', unpacked, ...readdirSync(unpacked)]);
  };

  test('was cut off', async () => {
    truncateSync(join(base, 'base.tar.gz'), 100_000);
    await expectRefused(await both(), 'BASE_BACKUP_INCOMPLETE');
  });

  test('lacks its label', async () => {
    rmSync(join(base, 'backup_manifest'));
    repackWithout('backup_label');
    await expectRefused(await both(), 'BASE_BACKUP_REFUSED');
  });
});

describe('a base backup whose files are encrypted, and its WAL', () => {
  /** As a job does that pipes each file through openssl. */
  const encrypt = (where: string): void => {
    for (const { name } of readdirSync(where, { withFileTypes: true }).filter((entry) => entry.isFile())) {
      const words = ['-aes-256-cbc', '-pbkdf2', '-pass', 'pass:right', '-in', join(where, name)];
      execFileSync(opensslProgram(), ['enc', ...words, '-out', join(where, `${name}.enc`)]);
      rmSync(join(where, name));
    }
  };

  test('cannot be opened without a passphrase or with another, the WAL as little as the base', async () => {
    const outcomes = [
      [null, 'DUMP_ENCRYPTED'],
      ['wrong', 'DECRYPTION_FAILED'],
    ] as const;
    wal = copied(archived.wal, 'wal');
    encrypt(wal);
    for (const [passphrase, code] of outcomes)
      await expect(recovered(await both(passphrase))).rejects.toMatchObject({ code });

    base = copied(archived.base, 'base');
    encrypt(base);
    for (const [passphrase, code] of outcomes) {
      await expect(recovered(await both(passphrase))).rejects.toMatchObject({ code });
      await expect(inspectBase(await both(passphrase))).rejects.toMatchObject({ code });
    }
  });

  test('cannot be read where a data directory was encrypted file by file, and the hint names commands', async () => {
    const directory = path('directory');
    for (const [where, name] of [
      ['', 'PG_VERSION'],
      ['', 'backup_label'],
      ['global', 'pg_control'],
      ['base/1', '1259'],
    ] as const) {
      mkdirSync(join(directory, where), { recursive: true });
      writeFileSync(join(directory, where, name), Buffer.alloc(8192, 7));
    }
    for (const where of ['', 'global', 'base/1']) encrypt(join(directory, where));
    await expectRefused(await placed(directory, wal), 'BASE_BACKUP_UNREAD', {
      severity: 'unverified',
      message: 'encrypted one by one (pg_control by openssl)',
      hint: 'source.physical.commands',
    });
  });
});

test('a repository of pgBackRest without a segment, without a file of its manifest, or with another passphrase', async () => {
  const { folder: repository, labels, segments } = writePgBackRestOf(folder, archived);
  const source = (passphrase: string): BaseBackupSource => ({
    ...{ store: createFolderDumpStore(repository), keys: { passphrase } },
    ...{ key: `backup/main/${labels[1]}/`, walPrefix: 'archive/main/' },
  });
  await expect(recovered(source('wrong'))).rejects.toMatchObject({ code: 'DECRYPTION_FAILED' });
  rmSync(join(segments, readdirSync(segments).sort().at(-2) ?? ''));
  await expectRefused(source('right'), 'WAL_MISSING');
  rmSync(join(repository, `backup/main/${labels[0]}/pg_data/global/1262.gz`));
  await expectRefused(source('right'), 'BASE_BACKUP_INCOMPLETE');
});

describe('a backup of WAL-G', () => {
  let backup: WalGBackup;
  beforeEach(() => {
    backup = writeWalGBackup(folder, archived);
  });
  const source = (named = backup.folder): Promise<BaseBackupSource> => placed(named, wal);

  /** Refused as soon as somebody looks, before it is unpacked. */
  async function expectUnopened(
    code: FindingCode,
    said: Parameters<typeof expectRefused>[2] = {},
  ): Promise<void> {
    await expectRefused(await source(), code, said);
    await expect(inspectBase(await source())).rejects.toMatchObject({ code });
  }

  test('lacks a file that it names', async () => {
    backup.repack(['./base/1/1259']);
    await expectRefused(await source(), 'BASE_BACKUP_INCOMPLETE', { message: 'base/1/1259' });
  });

  test('was cut, in brotli', async () => {
    const tar = join(backup.tars, 'part_001.tar');
    writeFileSync(`${tar}.br`, brotli(gunzipSync(readFileSync(`${tar}.gz`))).subarray(0, 50_000));
    rmSync(`${tar}.gz`);
    await expectRefused(await source(), 'BASE_BACKUP_INCOMPLETE');
  });

  test('was not finished without its sentinel, where others have one', async () => {
    renameSync(backup.sentinel, backup.sentinel.replace(/2_backup/, '1_backup'));
    await expectUnopened('BASE_BACKUP_INCOMPLETE');
  });

  test.each<[string, object, string]>([
    ['is a delta', { DeltaFrom: 'base_000000010000000000000001' }, 'it is a delta backup'],
    [
      'was made without a list of its files',
      { FilesMetadataDisabled: true },
      'made without files_metadata.json',
    ],
  ])('cannot be read where it %s, and the hint names commands', async (_, more, message) => {
    const told = readFileSync(backup.sentinel, 'utf8');
    writeFileSync(backup.sentinel, told.replace(/\}$/, `,${JSON.stringify(more).slice(1)}`));
    if ('FilesMetadataDisabled' in more) rmSync(backup.metadata);
    await expectUnopened('BASE_BACKUP_UNREAD', {
      ...{ severity: 'unverified', message },
      hint: 'source.physical.commands',
    });
  });

  test('lacks its list of files without a word of its sentinel', async () => {
    rmSync(backup.metadata);
    await expectUnopened('BASE_BACKUP_INCOMPLETE');
  });

  test('cannot be read from its folder alone, where no sentinel is', async () => {
    await expectRefused(await source(join(backup.folder, backup.name)), 'BASE_BACKUP_UNREAD', {
      severity: 'unverified',
    });
  });
});
