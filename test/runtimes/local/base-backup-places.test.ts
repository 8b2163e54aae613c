import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ListRange } from '../../../lib/ports/dump-store.ts';
import { openBaseBackupPlaces, placeOf } from '../../../lib/runtimes/local/base-backup-places.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'places-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(...names: string[]): void {
  for (const name of names) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), '');
  }
}

async function listed(base: string, wal: string, range?: ListRange): Promise<string[]> {
  const places = { base: placeOf(join(folder, base)), wal: placeOf(join(folder, wal)) };
  const keys: string[] = [];
  for await (const { key } of (await openBaseBackupPlaces(places, {})).list(range)) keys.push(key);
  return keys.sort();
}

describe('the places of base backups and WAL', () => {
  test('lie below prefixes of their own, and what is beside the base below another', async () => {
    write('full/base.tar', 'last/base.tar', 'wal/000000010000000000000001');
    expect(await listed('last', 'wal')).toEqual([
      'base/last/base.tar',
      'beside/full/base.tar',
      'beside/wal/000000010000000000000001',
      'wal/wal/000000010000000000000001',
    ]);
  });

  test('are walked through only where somebody asks for what lies there', async () => {
    write('full/base.tar', 'last/base.tar', 'wal/000000010000000000000001');
    expect(await listed('last', 'wal', { beginning: 'base/', after: null })).toEqual(['base/last/base.tar']);
    expect(await listed('last', 'wal', { beginning: 'beside/full/', after: null })).toContain(
      'beside/full/base.tar',
    );
  });

  test.each(['night/wal_archive', 'night/wal_archive_2.tar.gz'])(
    'may be one within the other: %s is no base backup',
    async (wal) => {
      write('night/base_1.tar.gz', 'night/wal_archive_2.tar.gz');
      expect(await listed('night', wal, { beginning: 'base/', after: null })).toEqual([
        'base/night/base_1.tar.gz',
      ]);
      expect(await listed('night', wal, { beginning: 'wal/', after: null })).toEqual([
        'wal/wal_archive_2.tar.gz',
      ]);
    },
  );

  test('may be the other way around', async () => {
    write('night/base_1.tar.gz', 'night/wal_archive_2.tar.gz');
    expect(await listed('night/base_1.tar.gz', 'night', { beginning: 'base/', after: null })).toEqual([
      'base/base_1.tar.gz',
    ]);
  });

  test('are told from those whose names begin alike', async () => {
    write('last/base.tar', 'last_full/base.tar', 'wal/000000010000000000000001');
    expect(await listed('last', 'wal', { beginning: 'beside/', after: null })).toEqual([
      'beside/last_full/base.tar',
      'beside/wal/000000010000000000000001',
    ]);
    write('night/wal/000000010000000000000001', 'night/wallet/base.tar');
    expect(await listed('night', 'night/wal', { beginning: 'base/', after: null })).toEqual([
      'base/night/wallet/base.tar',
    ]);
  });

  test('may be one folder', async () => {
    write('night/base.tar', 'night/000000010000000000000001');
    const both = ['night/000000010000000000000001', 'night/base.tar'];
    expect(await listed('night', 'night', { beginning: 'base/', after: null })).toEqual(
      both.map((key) => `base/${key}`),
    );
    expect(await listed('night', 'night', { beginning: 'wal/', after: null })).toEqual(
      both.map((key) => `wal/${key}`),
    );
  });

  test('must be there', async () => {
    write('base/base.tar');
    await expect(listed('base', 'wal')).rejects.toMatchObject({ code: 'DUMP_NOT_FOUND' });
  });
});
