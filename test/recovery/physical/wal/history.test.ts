import { describe, expect, test } from 'vitest';
import { parseBackupHistory } from '../../../../lib/recovery/physical/wal/backup-history.ts';
import {
  newestReachable,
  parseTimelineHistory,
  type TimelineStretch,
  timelineOf,
  withoutHistory,
} from '../../../../lib/recovery/physical/wal/timeline-history.ts';
import { compressionOf } from '../../../../lib/recovery/physical/wal/wal-file.ts';

const end = Number.POSITIVE_INFINITY;
const stretchesOf = (text: string, timeline: number): TimelineStretch[] => {
  const history = parseTimelineHistory(text, timeline);
  if ('reason' in history) throw new Error(history.reason);
  return history.stretches;
};

describe('timeline history files', () => {
  test('say which timeline a position is of', () => {
    const text = '# made by hand\n\n1\t0/3000000\tno recovery target specified\n2\t0/5000100\tbefore 2026\n';
    const stretches = stretchesOf(text, 4);
    expect(stretches).toEqual([
      { timeline: 1, begin: 0, end: 0x3000000 },
      { timeline: 2, begin: 0x3000000, end: 0x5000100 },
      { timeline: 4, begin: 0x5000100, end },
    ]);
    expect([0x2ffffff, 0x3000000, 0x5000100].map((lsn) => timelineOf(lsn, stretches))).toEqual([1, 2, 4]);
    expect(stretchesOf('', 1)).toEqual(withoutHistory(1));
  });

  test.each([
    ['1\tnowhere\n', /line 1 .* does not hold/],
    ['one 0/1 x', /does not hold/],
    ['1\n', /does not hold/],
    ['2\t0/1\tx\n1\t0/2\tx\n', /line 2 .* increasing/],
    ['1\t0/2\tx\n1\t0/2\tx\n', /increasing/],
    ['3\t0/1\tx\n', /not older than 3/],
    ['0\t0/1\tx\n', /increasing/],
    ['1\t0/2\tx\n2\t0/1\tx\n', /before the timeline began/],
    ['1\tFFFFFFFF/0\tx\n', /does not hold/],
  ])('%j is refused', (text, reason) => {
    expect(parseTimelineHistory(text, 3)).toEqual({ reason: expect.stringMatching(reason) });
  });

  test('the newest timeline that descends from the base behind its end is gone to', () => {
    const histories = new Map([
      [2, stretchesOf('1\t0/300\tx', 2)],
      [3, stretchesOf('1\t0/100\tx', 3)],
      [4, stretchesOf('1\t0/300\tx\n2\t0/500\tx', 4)],
      [5, stretchesOf('3\t0/700\tx', 5)],
    ]);
    const newest = (timeline: number, lsn: number) =>
      newestReachable({ timeline, lsn }, histories).at(-1)?.timeline;
    expect(newest(1, 0x200)).toBe(4);
    expect(newest(1, 0x50)).toBe(4);
    expect(newest(1, 0x400)).toBe(1);
    expect(newest(2, 0x400)).toBe(4);
    // Timeline 2 begins behind this position.
    expect(newest(2, 0x200)).toBe(2);
    expect(newest(3, 0x600)).toBe(5);
    expect(newest(7, 0x600)).toBe(7);
  });
});

test('backup history files', () => {
  const text = `START WAL LOCATION: 0/F00028 (file 00000001000000000000000F)
STOP WAL LOCATION: 0/F00138 (file 00000001000000000000000F)
CHECKPOINT LOCATION: 0/F00060
BACKUP METHOD: streamed
START TIME: 2026-11-18 02:15:12 UTC
STOP TIME: 2026-11-18 02:15:14 UTC
STOP TIMELINE: 1
`;
  expect(parseBackupHistory(text)).toEqual({
    start: 0xf00028,
    stop: 0xf00138,
    stopTime: new Date('2026-11-18T02:15:14Z'),
  });
  expect(parseBackupHistory(text.replaceAll('UTC', 'CET'))?.stopTime).toBeNull();
  expect(parseBackupHistory(text.replace('14 UTC', '99 UTC'))?.stopTime).toBeNull();
  expect(parseBackupHistory('')).toBeNull();
});

test('compression is known by the first bytes', () => {
  const known = {
    gzip: '1f8b08000000',
    zstd: '28b52ffd0458',
    xz: 'fd377a585a00',
    bzip2: '425a68393141',
    lz4: '04224d186440',
  };
  for (const [compression, hex] of Object.entries(known))
    expect(compressionOf(Buffer.from(hex, 'hex'))).toBe(compression);
  // A page of the log, zeros, nothing.
  for (const hex of ['10d106000100', '000000000000', '', '1f'])
    expect(compressionOf(Buffer.from(hex, 'hex'))).toBeNull();
});
