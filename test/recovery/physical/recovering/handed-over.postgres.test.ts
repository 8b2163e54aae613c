/** However a base backup and its WAL lie, the server gets the same files: each variant against the plain one, byte for byte. */
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { BaseBackupSource } from '../../../../lib/ports/recovery.ts';
import { startS3Server } from '../../../e2e/support/s3-server.ts';
import { type ArchivedCluster, makeArchivedCluster, segmentsIn } from '../../../support/archived-cluster.ts';
import { brotli, writeWalGBackup } from '../../../support/wal-g-backup.ts';
import { digestsBelow, placed, recovered, sha256, withoutOwnWal } from './support/handed-over.ts';

let archived: ArchivedCluster;
let plain: NonNullable<Awaited<ReturnType<typeof recovered>>['handedOver']>;
let folder: string;
beforeAll(async () => {
  archived = await makeArchivedCluster('t');
  const { handedOver } = await recovered(await placed(archived.base, archived.wal));
  if (handedOver === null) throw new Error('the plain one is not recovered');
  plain = handedOver;
});
afterAll(() => rmSync(archived.folder, { recursive: true, force: true }));
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'restore-drill-lying-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

const path = (...names: string[]): string => join(folder, ...names);
const tar = (...words: string[]): unknown => execFileSync('tar', words);

/** Unpacks the base backup as its owner would. */
function unpack(to: string): void {
  mkdirSync(join(to, 'pg_wal'), { recursive: true });
  tar('-xzf', join(archived.base, 'base.tar.gz'), '-C', to);
  tar('-xzf', join(archived.base, 'pg_wal.tar.gz'), '-C', join(to, 'pg_wal'));
}

async function expectTheSame(source: BaseBackupSource): Promise<string[]> {
  const { handedOver, grave, codes } = await recovered(source);
  expect(grave).toEqual([]);
  expect(handedOver).toEqual(plain);
  return codes;
}

describe('the server gets what the backup holds', () => {
  test('when it lies as pg_basebackup left it: all but what would act, and every segment from its beginning', () => {
    unpack(path('unpacked'));
    const whole = digestsBelow(path('unpacked'));
    const left = Object.keys(whole).filter((name) => !(name in plain.cluster));
    expect(left.toSorted()).toEqual([
      'pg_hba.conf',
      'pg_ident.conf',
      'postgresql.auto.conf',
      'postgresql.conf',
    ]);
    for (const name of left) delete whole[name];
    expect(plain.cluster).toEqual(whole);

    const [, start = ''] =
      /file ([0-9A-F]{24})/.exec(readFileSync(path('unpacked/backup_label'), 'utf8')) ?? [];
    const names = segmentsIn(archived.wal).filter((name) => name >= start);
    const digests = names.map((name) => [name, sha256(readFileSync(join(archived.wal, name)))]);
    expect(names.length).toBeGreaterThan(2);
    expect(plain.wal).toEqual(Object.fromEntries(digests));
  });

  test('from segments that are compressed, whatever their names say', async () => {
    mkdirSync(path('wal'));
    for (const [index, name] of segmentsIn(archived.wal).entries())
      writeFileSync(
        path('wal', index % 2 === 0 ? `${name}.gz` : name),
        gzipSync(readFileSync(join(archived.wal, name)), { level: 1 }),
      );
    await expectTheSame(await placed(archived.base, path('wal')));
  });

  test('from one tarball of a data directory, and WAL from a tarball of segments, apart or in one folder', async () => {
    unpack(path('top/pgdata'));
    cpSync(join(archived.base, 'backup_manifest'), path('top/pgdata/backup_manifest'));
    const [base, wal] = [path('base_20260101T000000Z.tar.gz'), path('wal_archive.tar.gz')];
    tar('-I', 'gzip -1', '-cf', base, '-C', path('top'), 'pgdata');
    tar('-I', 'gzip -1', '-cf', wal, '-C', archived.wal, '.');
    await expectTheSame(await placed(base, wal));

    // The same by the beginning of the archive's names, from a folder that holds both.
    mkdirSync(path('night'));
    renameSync(base, path('night/base_20260101T000000Z.tar.gz'));
    renameSync(wal, path('night/wal_archive_20260101T120000Z.tar.gz'));
    await expectTheSame(await placed(path('night'), path('night/wal_archive')));
  });

  test('from one folder where each file was renamed, its own manifest beside it', async () => {
    for (const name of ['base.tar.gz', 'pg_wal.tar.gz', 'backup_manifest'])
      cpSync(join(archived.base, name), path('night', `20260101T000000Z_${name}`));
    const source = await placed(path('night'), archived.wal);
    expect(source.key).toContain('20260101T000000Z_base.tar.gz');

    expect(await expectTheSame(source)).not.toContain('BASE_BACKUP_UNVERIFIED');
  });

  test('from a tarball that was cut', async () => {
    mkdirSync(path('cut'));
    const begin = path('cut/base_20260101T000000Z.tar.');
    execFileSync('sh', ['-c', `tar -cf - -C ${archived.base} . | split -b 2000000 - ${begin}`]);
    expect(readdirSync(path('cut')).length).toBeGreaterThan(1);

    await expectTheSame(await placed(path('cut'), archived.wal));
  });

  test('from buckets, the name of whose folder is no beginning of another, and with the WAL alone in one', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'key');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
    mkdirSync(path('backups'));
    // Nothing of them is changed.
    const link = (from: string, name: string): unknown =>
      execFileSync('cp', ['-Rl', from, path('backups', name)]);
    for (const name of ['base', 'base-other']) link(archived.base, name);
    link(archived.wal, 'wal');
    const s3 = await startS3Server(folder);
    try {
      const at = { endpointUrl: s3.url };
      await expectTheSame(await placed('s3://backups/base', 's3://backups/wal', at));
      await expectTheSame(await placed(archived.base, 's3://backups/wal/', at));
      expect(s3.read.filter((key) => key.startsWith('base-other'))).toEqual([]);
    } finally {
      s3.close();
    }
  });

  test('from tars of WAL-G by brotli, and segments by brotli', async () => {
    const backup = writeWalGBackup(folder, archived);
    for (const name of readdirSync(backup.tars)) {
      const content = gunzipSync(readFileSync(join(backup.tars, name)));
      writeFileSync(join(backup.tars, name.replace(/gz$/, 'br')), brotli(content));
      rmSync(join(backup.tars, name));
    }
    mkdirSync(path('wal'));
    for (const name of segmentsIn(archived.wal))
      writeFileSync(path('wal', `${name}.br`), brotli(readFileSync(join(archived.wal, name))));
    const { handedOver, grave } = await recovered(await placed(backup.folder, path('wal')));

    expect(grave).toEqual([]);
    expect(withoutOwnWal(handedOver?.cluster ?? {})).toEqual(withoutOwnWal(plain.cluster));
    expect(handedOver?.wal).toEqual(plain.wal);
  });
});
