import { describe, expect, test } from 'vitest';
import { isTarballName } from '../../../../lib/domain/backup/dump-names.ts';
import { addToCrc, crcStart } from '../../../../lib/recovery/physical/numbers/crc32c.ts';
import { formatLsn, parseLsn } from '../../../../lib/recovery/physical/numbers/lsn.ts';
import {
  isWalSegmentSize,
  nextSegmentName,
  segmentName,
  segmentNumber,
  segmentOf,
} from '../../../../lib/recovery/physical/wal/segment-number.ts';
import { parseWalName } from '../../../../lib/recovery/physical/wal/wal-name.ts';
import { slowCrc32c } from './wal-builder.ts';

const name = '0000000200000003000000FF';

describe('names of a WAL archive', () => {
  test.each([
    name,
    `${name}.gz`,
    `wal_005/${name}.lz4`,
    `archive/main/15-1/0000000200000003/${name}-9a0364b9e99bb480dd25e1f0284c8555aa3b1c2d.zst`,
    `${name}.xz`,
    `${name}.br`,
    `${name}.bz2`,
  ])('%s is a segment', (path) => {
    expect(parseWalName(path)).toEqual({ kind: 'segment', name, timeline: 2, log: 3, part: 255 });
  });

  test.each([`${name}.partial`, `${name}.partial.gz`, `${name}.gz.partial`])(
    '%s is a part of one',
    (path) => {
      expect(parseWalName(path)).toMatchObject({ kind: 'partial', name });
    },
  );

  test('history files and those of base backups', () => {
    expect(parseWalName('x/0000000A.history.gz')).toEqual({
      kind: 'history',
      name: '0000000A.history',
      timeline: 10,
    });
    expect(parseWalName(`${name}.00000028.backup.zst`)).toMatchObject({
      kind: 'backup history',
      name: `${name}.00000028.backup`,
      offset: 0x28,
    });
  });

  test.each([
    `${name}.done`,
    `${name}.ready`,
    name.slice(1),
    name.toLowerCase(),
    `${name}0`,
    '0000000000000001000000FF',
    '00000000.history',
    `${name}.gz.gz`,
    'backup_manifest',
    '',
  ])('%s is none', (path) => expect(parseWalName(path)).toBeNull());

  test('tarballs', () => {
    expect(['a.tar', 'a.tar.gz', 'a.tgz', 'a.tar.zst', 'a.TAR.GZ'].every(isTarballName)).toBe(true);
    expect(['a.gz', 'tar', `${name}.gz`].some(isTarballName)).toBe(false);
  });
});

describe('positions and segments', () => {
  test('are written as PostgreSQL writes them', () => {
    expect(formatLsn(0xf000028)).toBe('0/F000028');
    expect(formatLsn(0x16_b374d848)).toBe('16/B374D848');
    expect(parseLsn('16/B374D848')).toBe(0x16_b374d848);
    for (const wrong of ['', '0', '0/', '/1', '0/123456789', 'G/0', 'FFFFFFFF/0', '0/0 '])
      expect(parseLsn(wrong)).toBeNull();
  });

  // Of pg_walfile_name, which knows one size per server; the rest by XLogFileName.
  test.each([
    [2 ** 20, '0/F00028', '00000001000000000000000F'],
    [2 ** 24, '0/F000028', '00000001000000000000000F'],
    [2 ** 24, '16/B374D848', '0000000100000016000000B3'],
    [2 ** 20, '1/FFFFFFFF', '000000010000000100000FFF'],
    [2 ** 30, '1/FFFFFFFF', '000000010000000100000003'],
  ])('of %i bytes: %s lies in %s', (bytes, lsn, expected) => {
    const number = segmentOf(parseLsn(lsn) as number, bytes);
    expect(segmentName(1, number, bytes)).toBe(expected);
    const parsed = parseWalName(expected);
    expect(parsed?.kind === 'segment' && segmentNumber(parsed, bytes)).toBe(number);
  });

  test('the next name carries over', () => {
    expect(nextSegmentName('0000000100000000000000FF', 2 ** 24)).toBe('000000010000000100000000');
    expect(nextSegmentName('0000000100000000000000FF', 2 ** 20)).toBe('000000010000000000000100');
    expect(nextSegmentName('000000010000000000000003', 2 ** 30)).toBe('000000010000000100000000');
    expect(nextSegmentName('000000010000000000000004', 2 ** 30)).toBeNull();
    expect(nextSegmentName('x', 2 ** 30)).toBeNull();
  });

  test('sizes', () => {
    const sizes = [2 ** 20, 2 ** 24, 2 ** 30, 2 ** 19, 2 ** 31, 3 * 2 ** 20, 0, Number.NaN];
    expect(sizes.map(isWalSegmentSize)).toEqual([true, true, true, false, false, false, false, false]);
  });
});

test('the checksum is CRC-32C, of any length from any word on', () => {
  const digits = Buffer.from(new ArrayBuffer(12));
  digits.write('123456789');
  // The check value of the polynomial.
  expect(~addToCrc(crcStart, digits, new Int32Array(digits.buffer, 0, 3), 0, 9) >>> 0).toBe(0xe3069283);
  const bytes = Buffer.from(new ArrayBuffer(256));
  for (let at = 0; at < 256; at += 1) bytes[at] = (at * 167 + 13) & 0xff;
  const words = new Int32Array(bytes.buffer, bytes.byteOffset, 64);
  for (let from = 0; from < 24; from += 4)
    for (let to = from; to < 100; to += 1)
      expect(~addToCrc(crcStart, bytes, words, from, to) >>> 0).toBe(slowCrc32c(bytes.subarray(from, to)));
});
