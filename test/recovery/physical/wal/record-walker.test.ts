import { describe, expect, test } from 'vitest';
import { RecordWalker } from '../../../../lib/recovery/physical/wal/record-walker.ts';
import { readSegment } from '../../../../lib/recovery/physical/wal/segment-reader.ts';
import type { WalEvent } from '../../../../lib/recovery/physical/wal/wal-event.ts';
import type { WalkHalt } from '../../../../lib/recovery/physical/wal/walk-halt.ts';
import {
  abort,
  type BuiltRecord,
  cluster,
  commit,
  heap,
  stored,
  WalBuilder,
  walSwitch,
} from './wal-builder.ts';

const { segmentBytes } = cluster;
const noon = Date.parse('2026-11-18T12:00:00Z') * 1000 + 123_456;

async function walk(segments: Buffer[], log: WalBuilder, start = log.start) {
  const events: WalEvent[] = [];
  const onEvent = (event: WalEvent) => {
    events.push(event);
    return null;
  };
  const walker = new RecordWalker({ cluster: log.of, start, onEvent });
  let halt: WalkHalt | null = null;
  for (const [index, bytes] of segments.entries()) {
    const begin = log.start + index * log.of.segmentBytes;
    await readSegment(stored('', bytes), begin, log.of.segmentBytes, (page) => {
      halt = walker.walkPage(page, 9);
      return halt === null;
    });
    if (halt !== null) break;
  }
  return { ...walker.place, events, halt: halt as WalkHalt | null };
}

function built(...records: BuiltRecord[]): { log: WalBuilder; at: number[]; segments: Buffer[] } {
  const log = new WalBuilder();
  const at = records.map((record) => log.add(record));
  return { log, at, segments: log.segments() };
}

/** A record of so many bytes in all, of which 24 are its header and 5 that of its data. */
const ofLength = (bytes: number) => heap(bytes - 29);

describe('records', () => {
  // 40 bytes of header begin the first page: the second record begins where so many bytes of it are left.
  test.each([8, 16, 24, 32, 4000])('that begin %i bytes before the end of a page', async (left) => {
    const { log, at, segments } = built(ofLength(8192 - 40 - left), ofLength(300), commit(noon));
    const found = await walk(segments, log);
    expect(found).toMatchObject({ records: 3, lastRecord: at[2], halt: { kind: 'end' } });
    expect(found.events).toEqual([{ kind: 'commit', lsn: at[2], micros: noon }]);
    expect(found.next).toBe(log.next);
  });

  test('that end with a page', async () => {
    const { log, segments } = built(ofLength(8192 - 40), commit(noon), ofLength(8192 - 24 - 40 + 8));
    expect(await walk(segments, log)).toMatchObject({ records: 3 });
  });

  test('that are longer than two segments', async () => {
    const { log, at, segments } = built(heap(100), heap(2.5 * segmentBytes), abort(noon), walSwitch);
    const found = await walk(segments, log);
    expect(found).toMatchObject({ records: 4, halt: null, lastRecord: at[3] });
    expect(found.next).toBe(log.start + 3 * segmentBytes);
  });

  test('from the middle of the log on, whose record before is not known', async () => {
    const { log, at, segments } = built(heap(50_000), heap(70_000), commit(noon));
    expect(await walk(segments, log, at[1])).toMatchObject({ records: 2, lastRecord: at[2] });
    expect((await walk(segments, log, (at[1] as number) + 8)).halt).toMatchObject({ kind: 'damaged' });
  });

  test('whose end never came are left out where the log says that it goes on without them', async () => {
    const log = new WalBuilder();
    log.add(heap(segmentBytes - 40 - 127 * 24 - 29 - 88));
    log.add(heap(5000));
    const torn = log.segments()[0] as Buffer;
    const rest = new WalBuilder(2);
    rest.previous = log.start + 40;
    const last = rest.add(commit(noon));
    const next = rest.segments()[0] as Buffer;
    expect((await walk([torn, next], log)).halt).toMatchObject({ kind: 'damaged' });
    next.writeUInt16LE(2 | 8, 2);
    expect(await walk([torn, next], log)).toMatchObject({ records: 2, lastRecord: last, pending: null });
  });
});

describe('the end of the log', () => {
  test('is where zeros begin, or pages of an earlier use of the file', async () => {
    const { log, segments } = built(ofLength(8192 - 40), commit(noon));
    const [segment] = segments as [Buffer];
    expect((await walk(segments, log)).halt).toEqual({
      kind: 'end',
      lsn: log.next,
      reason: 'zeros follow the last record',
    });
    const old = new WalBuilder(0);
    old.add(heap(60_000));
    (old.segments()[0] as Buffer).copy(segment, 8192, 8192, 32768);
    expect((await walk(segments, log)).halt).toEqual({
      kind: 'end',
      lsn: log.start + 8192,
      reason: 'holds the page of 0/2000',
    });
  });

  test('is not where a length is missing and bytes follow', async () => {
    const { log, at, segments } = built(heap(100), heap(100), commit(noon));
    (segments[0] as Buffer).writeUInt32LE(0, (at[1] as number) - log.start);
    expect((await walk(segments, log)).halt).toMatchObject({ kind: 'damaged', lsn: at[1] });
  });
});

describe('damage', () => {
  const page = 3 * 8192;
  test.each([
    ['another magic', (bytes: Buffer) => bytes.writeUInt16LE(0xd099, page), /^header: no page/],
    ['the other byte order', (bytes: Buffer) => bytes.writeUInt16BE(0xd110, page), /byte order/],
    ['flags that do not exist', (bytes: Buffer) => bytes.writeUInt16LE(0x11, page + 2), /flags 0x0011/],
    [
      'an address further on',
      (bytes: Buffer) => bytes.writeUInt32LE(9, page + 12),
      /^header: holds the page/,
    ],
    ['a newer timeline', (bytes: Buffer) => bytes.writeUInt32LE(10, page + 4), /timeline 10, in a file of/],
    ['an older timeline', (bytes: Buffer) => bytes.writeUInt32LE(0, page + 4), /timeline 0, after one of/],
    ['no flag that it goes on', (bytes: Buffer) => bytes.writeUInt16LE(0, page + 2), /does not go on/],
    ['another length left', (bytes: Buffer) => bytes.writeUInt32LE(7, page + 16), /another length/],
    ['a bit of the content', (bytes: Buffer) => bytes.writeUInt8(0x5b, page + 999), /CRC/],
    ['a link back', (bytes: Buffer) => bytes.writeUInt8(1, 40 + 8), /prev-link/],
    ['a resource manager', (bytes: Buffer) => bytes.writeUInt8(99, 40 + 17), /number 99/],
    ['a length of the record', (bytes: Buffer) => bytes.writeUInt32LE(23, 40), /23 bytes/],
    ['no header of a segment', (bytes: Buffer) => bytes.writeUInt16LE(0, 2), /one of a segment is missing/],
    ['segments of another size', (bytes: Buffer) => bytes.writeUInt32LE(2 ** 24, 32), /16777216/],
    ['pages of another size', (bytes: Buffer) => bytes.writeUInt32LE(4096, 36), /4096/],
  ])('%s is named', async (_, damage, reason) => {
    const { log, segments } = built(heap(60_000), commit(noon));
    damage(segments[0] as Buffer);
    if (reason.source === 'prev-link') (segments[0] as Buffer).writeUInt8(0xff, 40 + 15);
    const { halt } = await walk(segments, log);
    expect(halt).toMatchObject({ kind: 'damaged', reason: expect.stringMatching(reason) });
  });

  test('another cluster and another major are told from damage', async () => {
    const { log, segments } = built(heap(100));
    const [segment] = segments as [Buffer];
    segment.writeBigUInt64LE(5n, 24);
    expect((await walk(segments, log)).halt).toEqual({ kind: 'other cluster', systemIdentifier: 5n });
    for (const [magic, major] of [
      [0xd106, 13],
      [0xd10d, 14],
      [0xd113, 16],
      [0xd116, 17],
      [0xd118, 18],
    ] as const) {
      segment.writeUInt16LE(magic, 0);
      expect((await walk(segments, log)).halt).toEqual({ kind: 'other major', major });
    }
  });
});
