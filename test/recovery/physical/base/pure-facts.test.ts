/** What the small files of a base backup say, by cases. */

import { describe, expect, test } from 'vitest';
import { readBackupLabel } from '../../../../lib/recovery/physical/base/facts/backup-label.ts';
import { readControlFile } from '../../../../lib/recovery/physical/base/facts/read-control-file.ts';
import {
  readTablespaceMap,
  writeTablespaceMap,
} from '../../../../lib/recovery/physical/base/facts/tablespace-map.ts';
import { crc32c } from '../../../../lib/recovery/physical/numbers/crc32c.ts';
import { formatLsn, parseLsn } from '../../../../lib/recovery/physical/numbers/lsn.ts';

describe('CRC-32C', () => {
  test('is the one of RFC 3720, appendix B.4', () => {
    expect(crc32c(Buffer.alloc(32))).toBe(0x8a9136aa);
    expect(crc32c(Buffer.alloc(32, 0xff))).toBe(0x62a8ab43);
    expect(crc32c(Buffer.from(Array.from({ length: 32 }, (_, index) => index)))).toBe(0x46dd794e);
    expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
  });

  test('goes on from the bytes before, wherever they are cut', () => {
    const bytes = Buffer.from(Array.from({ length: 100 }, (_, index) => (index * 37) % 256));
    for (let cut = 0; cut <= 100; cut += 1)
      expect(crc32c(bytes.subarray(cut), crc32c(bytes.subarray(0, cut)))).toBe(crc32c(bytes));
  });
});

test('an LSN is read with and without zeros in front, and nothing else is one', () => {
  expect(parseLsn('0/F00028')).toBe(0xf00028);
  expect(parseLsn('A/00F00028')).toBe(0xa_00f0_0028);
  expect(formatLsn(0xa_00f0_0028)).toBe('A/F00028');
  for (const text of ['', '0', '0/', '/1', '0/123456789', 'G/1']) expect(parseLsn(text)).toBeNull();
});

const head =
  'START WAL LOCATION: 0/1500028 (file 000000010000000000000015)\nCHECKPOINT LOCATION: 0/1500080\n';

describe('backup_label', () => {
  test('of an incremental backup names what it builds on', () => {
    const rest =
      'BACKUP METHOD: streamed\nBACKUP FROM: primary\nSTART TIME: 2026-11-20 12:00:10 UTC\nLABEL: a: b\nSTART TIMELINE: 1\nINCREMENTAL FROM LSN: 0/1200028\nINCREMENTAL FROM TLI: 1\n';
    expect(readBackupLabel(head + rest)).toEqual({
      kind: 'label',
      label: {
        startLsn: '0/1500028',
        startSegment: '000000010000000000000015',
        checkpointLsn: '0/1500080',
        startTimeline: 1,
        method: 'streamed',
        from: 'primary',
        startTime: '2026-11-20 12:00:10 UTC',
        label: 'a: b',
        incrementalFrom: { lsn: '0/1200028', timeline: 1 },
      },
    });
  });

  test('needs no more than its first two lines', () => {
    expect(readBackupLabel(head)).toMatchObject({
      kind: 'label',
      label: { method: null, from: null, startTime: null, incrementalFrom: null, startTimeline: 1 },
    });
  });

  test.each([
    '',
    'CHECKPOINT LOCATION: 0/1500080\n',
    head.replace('(file', '(').replace('0/', '0 /'),
    `${head}START TIMELINE: 2\n`,
  ])('that PostgreSQL refuses is refused: %j', (text) => {
    expect(readBackupLabel(text).kind).toBe('damaged');
  });
});

describe('tablespace_map', () => {
  test('holds paths with blanks, newlines and backslashes', () => {
    const tablespaces = [
      { oid: '16428', path: '/mnt/fast disk' },
      { oid: '16429', path: '/mnt/a\nb\\c\rd' },
    ];
    const text = writeTablespaceMap(tablespaces);
    expect(text).toBe('16428 /mnt/fast disk\n16429 /mnt/a\\\nb\\\\c\\\rd\n');
    expect(readTablespaceMap(text)).toEqual({ kind: 'map', tablespaces });
  });

  test.each(['16428\n', '16428 \n', ' /mnt\n', '16428 /mnt', 'x /mnt\n', '16428 /mnt\\\n'])(
    'that PostgreSQL refuses is refused: %j',
    (text) => {
      expect(readTablespaceMap(text).kind).toBe('damaged');
    },
  );

  test('may be empty', () => {
    expect(readTablespaceMap('')).toEqual({ kind: 'map', tablespaces: [] });
  });
});

describe('pg_control', () => {
  /** One that a server of 15 would take, but for what is changed before its checksum is made. */
  function written(change: (bytes: Buffer) => void, checksumOffset = 288): Buffer {
    const bytes = Buffer.alloc(8192);
    bytes.writeUInt32LE(1300, 8);
    bytes.writeUInt32LE(202209061, 12);
    bytes.writeUInt32LE(8, 204);
    bytes.writeDoubleLE(1_234_567, 208);
    change(bytes);
    bytes.writeUInt32LE(crc32c(bytes.subarray(0, checksumOffset)), checksumOffset);
    return bytes;
  }

  test('of a machine that aligns otherwise, or of another word size, is named as that and not as damage', () => {
    expect(readControlFile(written(() => {})).kind).toBe('control file');
    expect(readControlFile(written((bytes) => bytes.writeUInt32LE(4, 204)))).toEqual({
      kind: 'other architecture',
      reason: 'it was written by a machine that aligns to 4 bytes',
    });
    expect(readControlFile(written((bytes) => bytes.writeDoubleBE(1_234_567, 208))).kind).toBe(
      'other architecture',
    );
    // As on i386, where every field of eight bytes may lie at a multiple of four.
    expect(readControlFile(written(() => {}, 260))).toMatchObject({
      kind: 'other architecture',
      reason: expect.stringContaining('word size'),
    });
    const flipped = written(() => {});
    flipped.writeUInt8(1, 100);
    expect(readControlFile(flipped).kind).toBe('damaged');
  });

  test('of another size, of zeros, of a big-endian machine or of an old major is told apart', () => {
    expect(readControlFile(Buffer.alloc(8191)).kind).toBe('damaged');
    expect(readControlFile(Buffer.alloc(8192)).kind).toBe('damaged');
    const bigEndian = Buffer.alloc(8192);
    bigEndian.writeUInt32BE(1300, 8);
    expect(readControlFile(bigEndian).kind).toBe('other architecture');
    const twelve = Buffer.alloc(8192);
    twelve.writeUInt32LE(1201, 8);
    expect(readControlFile(twelve).kind).toBe('other major');
  });
});
