import { describe, expect, test } from 'vitest';
import { groupDirectoryDumps } from '../../../lib/domain/backup/directory-dumps.ts';
import { groupSplitDumps, partsOf } from '../../../lib/domain/backup/split-dumps.ts';

const object = (key: string, sizeBytes = 1000, modifiedAt = '2026-11-20T02:10:00Z') => ({
  key,
  sizeBytes,
  modifiedAt,
});
const grouped = (...objects: ReturnType<typeof object>[]) => groupSplitDumps(groupDirectoryDumps(objects));

describe('parts of a cut dump', () => {
  test.each([
    ['split', ['shop.sql.gz.aa', 'shop.sql.gz.ab', 'shop.sql.gz.ac']],
    ['split -a 3', ['shop.sql.gz.aaa', 'shop.sql.gz.aab']],
    ['split -d', ['shop.sql.gz.00', 'shop.sql.gz.01']],
    ['a splitter that begins with 1', ['shop.sql.gz.001', 'shop.sql.gz.002']],
    ['numbered words', ['shop.sql.gz.part-1', 'shop.sql.gz.part-2', 'shop.sql.gz.part-10'].slice(0, 2)],
    ['words without a dash', ['shop.sql.gz.part00', 'shop.sql.gz.part01']],
    ['lettered words', ['shop.sql.gz.part_aa', 'shop.sql.gz.part_ab']],
    ['a prefix with a dash', ['shop.sql.gz-part-aa', 'shop.sql.gz-part-ab']],
  ])('of %s are one dump', (_, keys) => {
    expect(grouped(...keys.toReversed().map((key) => object(key)))).toEqual([
      {
        key: 'shop.sql.gz',
        sizeBytes: keys.length * 1000,
        modifiedAt: '2026-11-20T02:10:00Z',
        directory: false,
        parts: keys.length,
        unfinished: null,
      },
    ]);
  });

  test('end with the last upload, and one archived part makes all archived', () => {
    const late = { ...object('shop.dump.ab', 5, '2026-11-20T03:00:00Z'), archivedIn: 'GLACIER' };
    expect(grouped(object('shop.dump.aa'), late)[0]).toMatchObject({
      modifiedAt: '2026-11-20T03:00:00Z',
      archivedIn: 'GLACIER',
      sizeBytes: 1005,
    });
  });

  test.each([
    [['shop.sql.gz.aa', 'shop.sql.gz.ac'], '.ab'],
    [['shop.sql.gz.ab'], '.aa'],
    [['shop.sql.gz.part-1', 'shop.sql.gz.part-3'], '.part-2'],
    [['shop.sql.gz.000', 'shop.sql.gz.002'], '.001'],
  ])('%j lack %s by name', (keys, missing) => {
    expect(grouped(...keys.map((key) => object(key)))[0]?.unfinished).toContain(`part ${missing} is missing`);
  });

  test('come in the order of their numbers, not of their names', () => {
    const keys = ['d.sql.part10', 'd.sql.part2', 'd.sql.part1'].map((key) => object(key));
    expect(partsOf(keys, 'd.sql').map(({ key }) => key)).toEqual([
      'd.sql.part1',
      'd.sql.part2',
      'd.sql.part10',
    ]);
  });

  test.each([
    ['formats of one name', ['shop.sql.gz', 'shop.sql.xz', 'shop.sql.zst']],
    ['rotated files', ['shop.sql.gz.1', 'shop.sql.gz.2']],
    ['an unfinished upload', ['shop.sql.gz.part']],
    ['an upload that is called partial', ['shop.sql.gz.partial']],
    ['an encrypted and an armored one', ['shop.dump.age', 'shop.dump.asc']],
    ['no dumps', ['photo.aa', 'photo.ab']],
  ])('are not %s', (_, keys) => {
    expect(grouped(...keys.map((key) => object(key))).map(({ key }) => key)).toEqual(keys);
  });

  test('are not files whose numbers count days: their sizes differ', () => {
    const days = [object('shop.sql.01', 500), object('shop.sql.02', 700), object('shop.sql.03', 600)];
    expect(grouped(...days)).toHaveLength(3);
  });
});
