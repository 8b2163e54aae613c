/** How bases lie: told by names where PostgreSQL gives them, and by bytes. */
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { BaseFile } from '../../../../lib/recovery/physical/base/layout/base-file.ts';
import { recogniseBase } from '../../../../lib/recovery/physical/base/layout/recognise-base.ts';
import { fileOf } from './support/folder-files.ts';
import { dataDirectory, type TarEntry, tarOf } from './support/tar-of.ts';

const named = (...names: string[]): BaseFile[] => names.map((name) => fileOf(name, Buffer.alloc(1024, 'x')));
const packed = async (name: string, entries: TarEntry[]) => fileOf(name, gzipSync(await tarOf(entries)));

describe('a base', () => {
  test('of tars is told by its names, whatever compresses them', async () => {
    const files = named('base.tar.zst', '16428.tar.lz4', 'pg_wal.tar', 'backup_manifest.gz', 'DONE');
    expect(await recogniseBase(files)).toEqual({
      kind: 'tars',
      base: files[0],
      tablespaces: [{ oid: '16428', file: files[1] }],
      wal: files[2],
      manifest: files[3],
    });
  });

  test('of two base.tar is not one', async () => {
    const files = named('a/base.tar.gz', 'b/base.tar.gz', 'a/pg_wal.tar.gz');
    expect(await recogniseBase(files)).toMatchObject({
      kind: 'unknown',
      reason: expect.stringMatching(/more than one/),
    });
  });

  test.each([
    ['', ''],
    ['./', ''],
    ['pgdata/', 'pgdata/'],
    ['./var/lib/postgresql/15/main/', 'var/lib/postgresql/15/main/'],
    ['base/', 'base/'],
  ])('that is a data directory below %j in a tar', async (top, folder) => {
    const entries = [
      { name: 'base/5/1259', content: 'x' },
      { name: 'base/5/PG_VERSION', content: '15' },
      ...dataDirectory,
    ];
    const below = entries.map((entry) => ({ ...entry, name: `${top}${entry.name}` }));
    for (const name of ['base.tar.gz', 'whatever.bin'])
      expect(await recogniseBase([await packed(name, below)])).toMatchObject({
        kind: 'packed data directory',
        folder,
      });
  });

  test.each(['', 'backup/'])('that is tars in a tar, below %j', async (folder) => {
    const entries = ['backup_manifest', 'base.tar.gz'].map((name) => ({ name: folder + name, content: 'x' }));
    expect(await recogniseBase([await packed('all.tgz', entries)])).toMatchObject({
      kind: 'packed tars',
      folder,
    });
  });

  test('is no tar of WAL, and none of anything else', async () => {
    const wal = [{ name: 'wal/00000001000000000000000F', content: 'x' }];
    expect(await recogniseBase([await packed('wal.tar.gz', wal)])).toMatchObject({ kind: 'packed wal' });
    const own = wal.map((entry) => ({ ...entry, name: entry.name.replace('wal/', 'pg_wal/') }));
    expect(await recogniseBase([await packed('pg_wal.tgz', own)])).toMatchObject({ kind: 'packed wal' });
    expect(await recogniseBase([await packed('all.tgz', [...own, ...dataDirectory])])).toMatchObject({
      kind: 'packed data directory',
    });
    const uploads = [{ name: 'uploads/a.jpg', content: 'x' }];
    expect(await recogniseBase([await packed('base.tar.gz', uploads)])).toMatchObject({ kind: 'unknown' });
    expect(await recogniseBase(named('base.tar.gz'))).toMatchObject({ kind: 'unknown' });
    expect(await recogniseBase([])).toMatchObject({ kind: 'unknown' });
  });

  test('that lies as files is a data directory, below a folder or not', async () => {
    for (const folder of ['', 'main/'])
      expect(
        await recogniseBase(
          named(`${folder}base/5/PG_VERSION`, `${folder}PG_VERSION`, `${folder}global/pg_control`),
        ),
      ).toMatchObject({ kind: 'data directory', folder });
  });

  test.each([
    ['pgBackRest', ['backup/main/backup.info', 'archive/main/archive.info']],
    ['WAL-G', ['basebackups_005/base_000000010000000000000010_backup_stop_sentinel.json']],
    ['Barman', ['db/base/20261120T021500/backup.info', 'db/base/20261120T021500/data.tar.gz']],
  ] as const)('in a repository of %s is named', async (tool, names) => {
    expect(await recogniseBase(named(...names))).toEqual({ kind: 'repository', tool });
  });
});
