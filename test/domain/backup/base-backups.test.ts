import { describe, expect, test } from 'vitest';
import { groupBaseBackups, momentNameOf } from '../../../lib/domain/backup/base-backups.ts';

const at = '2026-11-20T02:15:12Z';
const object = (key: string, sizeBytes = 10, modifiedAt = at) => ({ key, sizeBytes, modifiedAt });
const keys = (...objects: string[]): string[] =>
  groupBaseBackups(
    objects.map((key) => object(key)),
    'wal/',
  )
    .map(({ key }) => key)
    .sort();

describe('the base backups of a listing', () => {
  test('are folders of pg_basebackup, with all that lies in them', () => {
    const [backup, ...others] = groupBaseBackups(
      [
        object('basebackup/20261120T021500Z/base.tar.gz', 100),
        object('basebackup/20261120T021500Z/16428.tar.gz', 20, '2026-11-20T02:16:00Z'),
        object('basebackup/20261120T021500Z/backup_manifest', 3),
      ],
      'wal/',
    );
    expect(backup).toMatchObject({
      key: 'basebackup/20261120T021500Z/',
      directory: true,
      sizeBytes: 123,
      modifiedAt: '2026-11-20T02:16:00Z',
    });
    expect(others).toEqual([]);
  });

  test('are data directories, as one whatever lies below', () => {
    expect(keys('a/PG_VERSION', 'a/base/1/PG_VERSION', 'a/global/pg_control')).toEqual(['a/']);
  });

  test('are tarballs beside each other', () => {
    expect(keys('base_20261120.tar.gz', 'base_20261121.tgz', 'LAST.txt')).toEqual([
      'base_20261120.tar.gz',
      'base_20261121.tgz',
    ]);
  });

  test('are files of pg_basebackup that were renamed, known by their base.tar', () => {
    const renamed = [
      'night/20261118T021500Z_base.tar.gz',
      'night/20261118T021500Z_pg_wal.tar.gz',
      'night/20261118T021500Z_16428.tar.gz',
      'night/20261118T021500Z_backup_manifest',
      'night/base-2026-11-19.tar',
      'night/pg_wal-2026-11-19.tar',
      'night/backup_manifest-2026-11-19',
    ];
    expect(keys(...renamed, 'night/shop_20261120.tar.gz')).toEqual([
      'night/20261118T021500Z_base.tar.gz',
      'night/base-2026-11-19.tar',
      'night/shop_20261120.tar.gz',
    ]);
    const [first] = groupBaseBackups(
      renamed.map((key) => object(key)),
      'wal/',
    );
    expect(first).toMatchObject({ directory: true, sizeBytes: 40 });
  });

  test('are no tars of WAL and no manifests without their base.tar', () => {
    expect(keys('20261118_pg_wal.tar.gz', 'pg_wal_20261118.tar', '20261118_backup_manifest')).toEqual([]);
  });

  test('are tarballs that were cut', () => {
    const cut = ['b_20261118.tar.gz.ab', 'b_20261118.tar.gz.aa', 'b_20261118.tar.gz.ac'];
    expect(
      groupBaseBackups(
        cut.map((key) => object(key)),
        'wal/',
      ),
    ).toMatchObject([{ key: 'b_20261118.tar.gz', parts: 3, sizeBytes: 30, unfinished: null }]);
    expect(
      groupBaseBackups(
        cut.slice(1).map((key) => object(key)),
        'wal/',
      ),
    ).toMatchObject([{ unfinished: 'its part .ab is missing among 2 parts' }]);
  });

  test.each(['b.tzst', 'b.txz', 'b.tbz2', 'b.tar.br', 'b.tar.Z'])(
    'are tarballs by other names: %s',
    (name) => {
      expect(keys(name, `${name}.sha256`, 'b.tar.sha256')).toEqual([name]);
    },
  );

  test.each(['b.zip', 'b.7z', 'b.cpio.gz'])('are no other archives, which are told: %s', (name) => {
    expect(groupBaseBackups([object(name)], 'wal/')).toMatchObject([
      { key: name, unfinished: 'it is no tar: base backups are read from tars and folders' },
    ]);
  });

  test('are not archives of WAL below its prefix', () => {
    expect(keys('wal/archive.tar.gz', 'wal/00000001000000000000000F', 'base/base.tar')).toEqual(['base/']);
  });

  test('are the same when their files are encrypted one by one', () => {
    expect(
      keys('a/base.tar.gz.age', 'a/backup_manifest.age', 'b_20261120.tar.zst.gpg', 'c/PG_VERSION.enc'),
    ).toEqual(['a/', 'b_20261120.tar.zst.gpg', 'c/']);
  });

  test("are pgBackRest's folders, which begin when the last of their moments says", () => {
    const labels = ['20261120-021503F', '20261120-021503F_20261120-090000I'];
    expect(keys(...labels.map((label) => `backup/main/${label}/backup.manifest`))).toEqual(
      labels.map((label) => `backup/main/${label}/`),
    );
    expect(labels.map((label) => momentNameOf(`backup/main/${label}/`))).toEqual([
      'backup/main/20261120-021503/',
      'backup/main/20261120-090000/',
    ]);
    expect(momentNameOf('base_20261120-021503/')).toBe('base_20261120-021503/');
  });

  test("are WAL-G's folders, with or without a list of their files", () => {
    const tars = ['tar_partitions/part_001.tar.br', 'tar_partitions/pg_control.tar.br'];
    const files = tars.map((tar) => `basebackups_005/base_000000010000000000000002/${tar}`);
    expect(keys(...files)).toEqual(['basebackups_005/base_000000010000000000000002/']);
  });

  test('are archived when one of their files is', () => {
    const [backup] = groupBaseBackups(
      [object('b/base.tar'), { ...object('b/backup_manifest'), archivedIn: 'GLACIER' }],
      'wal/',
    );
    expect(backup?.archivedIn).toBe('GLACIER');
  });
});
