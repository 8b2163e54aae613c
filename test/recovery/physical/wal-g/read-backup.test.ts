import { describe, expect, test } from 'vitest';
import { readWalGBackup } from '../../../../lib/recovery/physical/wal-g/read-backup.ts';

const name = 'base_000000020000000000000010';
const sentinel = (more: object = {}): string =>
  JSON.stringify({ LSN: 16777256, FinishLSN: 16777472, ...more }).replace(
    /\}$/,
    ',"SystemIdentifier":7713111019059914966}',
  );
const metadata = (files: Record<string, boolean> = { '/base/1/1': false }): string =>
  JSON.stringify({
    Files: Object.fromEntries(
      Object.entries(files).map(([path, IsIncremented]) => [path, { IsIncremented }]),
    ),
  });

describe('a backup of WAL-G', () => {
  test('tells its files, its WAL and every digit of its cluster', () => {
    expect(readWalGBackup(name, sentinel({ UncompressedSize: 50_000_000 }), metadata())).toEqual({
      kind: 'backup',
      names: ['base/1/1'],
      systemIdentifier: '7713111019059914966',
      walRanges: [{ timeline: 2, startLsn: '0/1000028', endLsn: '0/1000100' }],
      uncompressedBytes: 50_000_000,
    });
  });

  test('is read where its sentinel does not tell how large it is', () => {
    expect(readWalGBackup(name, sentinel(), metadata())).toMatchObject({ uncompressedBytes: null });
  });

  test.each<[string, string, string]>([
    ['names the one before', sentinel({ DeltaFrom: 'base_000000010000000000000001' }), metadata()],
    ['holds parts of files', sentinel(), metadata({ '/base/1/1': true })],
  ])('is not read where it %s', (_, told, files) => {
    expect(readWalGBackup(name, told, files)).toMatchObject({ kind: 'unread' });
  });

  test.each<[string, string, string]>([
    ['its sentinel was cut', sentinel().slice(0, 20), metadata()],
    ['the list of its files was cut', sentinel(), metadata().slice(0, -3)],
    ['it names no file', sentinel(), metadata({})],
  ])('is damaged where %s', (_, told, files) => {
    expect(readWalGBackup(name, told, files)).toMatchObject({ kind: 'damaged' });
  });
});
