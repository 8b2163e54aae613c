import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { pack } from 'tar-stream';
import { afterAll, describe, expect, test } from 'vitest';
import type { WalCoverage, WalTarget } from '../../../../lib/recovery/physical/wal/coverage.ts';
import { segmentName } from '../../../../lib/recovery/physical/wal/segment-number.ts';
import { walCoverage } from '../../../../lib/recovery/physical/wal/wal-coverage.ts';
import type { WalFile } from '../../../../lib/recovery/physical/wal/wal-file.ts';
import { cluster, commit, heap, stored, WalBuilder, walSwitch } from './wal-builder.ts';

const work = mkdtempSync(join(tmpdir(), 'drill-wal-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));

const { segmentBytes } = cluster;
const noon = Date.parse('2026-11-18T12:00:00Z');
const name = (number: number, timeline = 1) => segmentName(timeline, number, segmentBytes);

/** Segments 1 to 5 with a commit each, one an hour; the base ends in the first. */
const log = new WalBuilder();
log.add(heap(200));
const checkpoint = Buffer.alloc(88);
checkpoint.writeUInt32LE(1, 8);
checkpoint.writeUInt32LE(1, 12);
checkpoint.writeBigInt64LE(BigInt(noon / 1000 - 600), 64);
log.add({ manager: 0, info: 0x10, data: checkpoint });
const backupEnd = log.add({ manager: 0, info: 0x50, data: Buffer.from('0000100000000000', 'hex') });
const stopLsn = log.next;
const [commits, switches]: [number[], number[]] = [[], []];
for (let hour = 0; hour < 5; hour += 1) {
  commits.push(log.add(commit((noon + hour * 3_600_000) * 1000)));
  log.add(heap(20_000));
  switches.push(log.add(walSwitch));
}
const segments = log.segments();
const base = {
  ...cluster,
  timeline: 1,
  startLsn: log.start,
  stopLsn: stopLsn as number | null,
  stopTime: null,
};
const archived = (): WalFile[] => segments.map((bytes, index) => stored(name(index + 1), bytes));
const without = (...numbers: number[]) => archived().filter((_, index) => !numbers.includes(index + 1));

interface Asked {
  archive: WalFile[];
  baseWal?: WalFile[];
  target?: WalTarget;
  of?: Partial<typeof base>;
}

const covered = ({
  archive,
  baseWal = [],
  target = { kind: 'latest' },
  of = {},
}: Asked): Promise<WalCoverage> =>
  walCoverage({
    archive,
    baseWal,
    target,
    base: { ...base, ...of },
    spoolFolder: mkdtempSync(join(work, 'spool-')),
  });
const hour = (hours: number): WalTarget => ({ kind: 'time', time: new Date(noon + hours * 3_600_000) });
const problemOf = async (asked: Asked) => (await covered(asked)).problem;

async function tarball(file: string, members: Record<string, Buffer>, compress = gzipSync): Promise<WalFile> {
  const tar = pack();
  for (const [member, bytes] of Object.entries(members)) tar.entry({ name: member }, bytes);
  tar.finalize();
  const pieces: Buffer[] = [];
  for await (const piece of tar) pieces.push(piece as Buffer);
  return stored(file, compress(Buffer.concat(pieces)));
}

test('an interruption ends the reading', async () => {
  const reading = walCoverage({
    archive: archived(),
    baseWal: [],
    target: { kind: 'latest' },
    base,
    spoolFolder: mkdtempSync(join(work, 'spool-')),
    signal: AbortSignal.abort(),
  });

  await expect(reading).rejects.toMatchObject({ name: 'AbortError' });
});

describe('what is reached', () => {
  test('the end of the log, and its last commit', async () => {
    const { reached, segments: read, walBytes, problem } = await covered({ archive: archived() });
    expect(problem).toBeNull();
    expect(reached).toMatchObject({ lsn: log.start + 5 * segmentBytes, timeline: 1, records: 18 });
    const time = new Date(noon + 4 * 3_600_000);
    expect(reached.lastCommit).toEqual({ lsn: commits[4], time, micros: time.getTime() * 1000 });
    expect(walBytes).toBe(5 * segmentBytes);
    expect(read.map((each) => [each.name, each.sizeBytes, each.from])).toEqual(
      [1, 2, 3, 4, 5].map((number) => [name(number), segmentBytes, 'archive']),
    );
  });

  test('a time, before the first transaction behind it; a position, behind the record that holds it', async () => {
    const time = await covered({ archive: archived(), target: hour(2.5) });
    expect([time.problem, time.reached.lsn]).toEqual([null, commits[3]]);
    expect(time.reached.lastCommit?.lsn).toBe(commits[2]);
    const inclusive = await covered({ archive: archived(), target: hour(2) });
    expect(inclusive.reached.lastCommit?.lsn).toBe(commits[2]);
    const lsn = commits[2] as number;
    const place = await covered({ archive: archived(), target: { kind: 'lsn', lsn } });
    expect([place.problem, place.reached.lastRecord]).toEqual([null, lsn]);
  });

  test('consistency, which the log tells where the base does not', async () => {
    for (const end of [stopLsn, null]) {
      const asked: Asked = { archive: archived(), target: { kind: 'immediate' }, of: { stopLsn: end } };
      const { reached, problem } = await covered(asked);
      expect([problem, reached.lastRecord, reached.lsn]).toEqual([null, backupEnd, stopLsn]);
    }
  });

  test('with segments of the base where the archive has none, and those of the archive where it has', async () => {
    const bad = stored(name(1), Buffer.alloc(segmentBytes));
    const own = [stored(`pg_wal/${name(1)}`, segments[0] as Buffer)];
    const mixed = await covered({ archive: without(1), baseWal: own });
    expect([mixed.problem, mixed.segments[0]?.from]).toEqual([null, 'base']);
    expect(await problemOf({ archive: [bad, ...without(1)], baseWal: own })).toMatchObject({
      kind: 'damaged',
      reason: 'zero-filled',
    });
    // Of a copy of a running server: files that were made for later use.
    const later = [
      ...own,
      stored(name(2), Buffer.alloc(segmentBytes)),
      stored(name(3), segments[0] as Buffer),
    ];
    expect(await problemOf({ archive: [], baseWal: later, target: { kind: 'immediate' } })).toBeNull();
    expect(await problemOf({ archive: [], baseWal: later })).toMatchObject({ kind: 'empty archive' });
  });

  test('compressed or not, in folders, whatever the names say', async () => {
    const gz = segments.map((bytes, index) => stored(`wal_005/${name(index + 1)}`, gzipSync(bytes)));
    expect(await problemOf({ archive: gz })).toBeNull();
  });
});

describe('what is named', () => {
  test('gaps', async () => {
    const gap = { kind: 'gap', segment: name(3), after: [name(4), name(5)] };
    expect(await problemOf({ archive: without(3) })).toEqual(gap);
    expect(await problemOf({ archive: without(3), target: hour(1.5) })).toEqual(gap);
    expect(await problemOf({ archive: without(3), target: hour(0.5) })).toBeNull();
    expect(await problemOf({ archive: without(1) })).toMatchObject({ segment: name(1) });
    const early = { archive: without(2, 3, 4, 5), of: { stopLsn: log.start + segmentBytes + 100 } };
    expect(await problemOf(early)).toEqual({ kind: 'gap', segment: name(2), after: [] });
  });

  test('targets outside', async () => {
    expect(await problemOf({ archive: archived(), target: hour(5) })).toEqual({ kind: 'target after end' });
    const stopTime = new Date(noon - 1000) as never;
    expect(await problemOf({ archive: archived(), target: hour(-1), of: { stopTime } })).toEqual({
      kind: 'target before backup end',
    });
    const lsn = stopLsn - 8;
    expect(await problemOf({ archive: archived(), target: { kind: 'lsn', lsn } })).toEqual({
      kind: 'target before backup end',
    });
    // Where only the log says when the base ended.
    const of = { stopLsn: null };
    const within = { kind: 'lsn', lsn: log.start + 48 } as const;
    for (const target of [within, hour(-1)])
      expect(await problemOf({ archive: archived(), target, of })).toEqual({
        kind: 'target before backup end',
      });
    const end = { kind: 'lsn', lsn: log.start + 5 * segmentBytes } as const;
    expect(await problemOf({ archive: archived(), target: end })).toEqual({ kind: 'target after end' });
  });

  test('a last segment that is there only in part, and an archive without WAL', async () => {
    const file = `${name(5)}.partial`;
    const partial = stored(file, segments[4] as Buffer);
    expect(await problemOf({ archive: [...without(5), partial] })).toEqual({
      kind: 'only partial',
      segment: name(5),
      file,
    });
    expect(await problemOf({ archive: [] })).toMatchObject({ kind: 'empty archive' });
    expect(await problemOf({ archive: [stored('README', Buffer.from('x'))] })).toEqual({
      kind: 'empty archive',
      others: { count: 1, example: 'README' },
    });
  });

  test('files that are no segment: short, long, cut, with bytes behind, twice and not the same', async () => {
    const third = segments[2] as Buffer;
    const reasonOf = async (...bytes: Buffer[]) => {
      const copies = bytes.map((each, index) => stored(`${index}/${name(3)}`, each));
      const { problem, reached } = await covered({ archive: [...without(3), ...copies] });
      expect(problem).toMatchObject({ kind: 'damaged', segment: name(3) });
      expect(reached.lastCommit?.lsn).toBe(commits[1]);
      return problem?.kind === 'damaged' ? problem.reason : '';
    };
    expect(await reasonOf(third.subarray(0, 419430))).toBe('wrong size: 419430 bytes instead of 1048576');
    expect(await reasonOf(Buffer.alloc(0))).toMatch(/^wrong size: 0/);
    expect(await reasonOf(Buffer.concat([third, third]))).toMatch(/^wrong size: more than/);
    expect(await reasonOf(gzipSync(third).subarray(0, -9))).toMatch(/^decompression failed: .*end early/);
    expect(await reasonOf(Buffer.concat([gzipSync(third), Buffer.from('x')]))).toMatch(/other bytes follow/);
    expect(await reasonOf(third, segments[1] as Buffer)).toBe('two copies of it differ');
    expect(
      await problemOf({ archive: [...archived(), stored(`b/${name(3)}.gz`, gzipSync(third))] }),
    ).toBeNull();
  });

  test('a bomb is refused at the size of a segment', async () => {
    const bomb = gzipSync(Buffer.alloc(300 * 2 ** 20));
    const before = process.memoryUsage().rss;
    const problem = await problemOf({ archive: [...without(3), stored(`${name(3)}.gz`, bomb)] });
    expect(problem).toMatchObject({ reason: 'wrong size: more than the 1048576 bytes of a segment' });
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * 2 ** 20);
  });
});

describe('timelines', () => {
  /** The second begins in segment 3, behind its commit; the old server went on to segment 5. */
  const fork = log.start + 2 * segmentBytes + 8192;
  const promoted = new WalBuilder(3, { timeline: 2 });
  const history = stored('00000002.history.gz', gzipSync(`1\t0/${fork.toString(16)}\tno recovery target\n`));

  test('segments of a newer one are asked for its history', async () => {
    promoted.add(commit(noon * 1000));
    const strays = [3, 4].map((number) => stored(name(number, 2), promoted.segments()[0] as Buffer));
    const missing = {
      kind: 'history missing',
      timeline: 2,
      history: '00000002.history',
      segments: [name(3, 2), name(4, 2)],
    };
    expect(await problemOf({ archive: [...archived(), ...strays] })).toEqual(missing);
    expect(await problemOf({ archive: [...archived(), ...strays], target: hour(3) })).toEqual(missing);
    expect(await problemOf({ archive: [...archived(), ...strays], target: hour(0.5) })).toBeNull();
    // The old server's log ends where the new one's begins.
    expect(await problemOf({ archive: [...without(3, 4, 5), ...strays] })).toEqual(missing);
    expect(await problemOf({ archive: [...without(2, 3, 4, 5), ...strays] })).toEqual(missing);
    // A gap before it is what stops recovery first.
    expect(await problemOf({ archive: [...without(2), ...strays] })).toMatchObject({ kind: 'gap' });
  });

  test('with the history, its own segments are asked for', async () => {
    const { problem, timelines } = await covered({ archive: [...archived(), history] });
    expect(timelines).toEqual([
      { timeline: 1, begin: 0, end: fork },
      { timeline: 2, begin: fork, end: Number.POSITIVE_INFINITY },
    ]);
    expect(problem).toMatchObject({ kind: 'gap', segment: name(3, 2) });
  });

  test('a target behind the end of the newest one is not sought on the one that was left, which is told', async () => {
    const next = new WalBuilder(3, { timeline: 2 });
    next.previous = switches[1] as number;
    next.add(commit(noon * 1000));
    const own = stored(name(3, 2), next.segments()[0] as Buffer);
    const begin = (log.start + 2 * segmentBytes).toString(16);
    const archive = [...archived(), stored('00000002.history', Buffer.from(`1\t0/${begin}\tx\n`)), own];
    const target: WalTarget = { kind: 'lsn', lsn: log.start + 4 * segmentBytes };

    expect(await problemOf({ archive, target })).toMatchObject({
      kind: 'target after end',
      abandoned: { timeline: 1, segment: name(5) },
    });
    expect(await problemOf({ archive: archived(), target })).toBeNull();
    // What the old server wrote behind the fork is no gap of the new one.
    expect(await problemOf({ archive })).toBeNull();
  });

  test('a history that cannot be read is named', async () => {
    const bad = stored('00000002.history', Buffer.from('1\tnowhere\n'));
    expect(await problemOf({ archive: [...archived(), bad] })).toMatchObject({
      kind: 'damaged',
      segment: '00000002.history',
    });
  });

  test('one that forked off before the base ended is not gone to', async () => {
    const early = stored('00000002.history', Buffer.from('1\t0/100100\tx\n'));
    const { problem, reached } = await covered({ archive: [...archived(), early] });
    expect([problem, reached.timeline]).toEqual([null, 1]);
  });
});

describe('tarballs', () => {
  const members = (...numbers: number[]) =>
    Object.fromEntries(numbers.map((each) => [`wal/${name(each)}`, segments[each - 1] as Buffer]));

  test('that repeat each other are unpacked once', async () => {
    const spoolFolder = mkdtempSync(join(work, 'spool-'));
    const archive = [
      await tarball('wal_1.tar.gz', members(1, 2)),
      await tarball('wal_2.tar.gz', { ...members(1, 2, 3, 4, 5), 'wal/README': Buffer.from('x') }),
    ];
    const { problem } = await walCoverage({
      archive,
      baseWal: [],
      base,
      target: { kind: 'latest' },
      spoolFolder,
    });
    expect(problem).toBeNull();
    expect(readdirSync(spoolFolder)).toHaveLength(5);
  });

  test('that contradict each other are named', async () => {
    const other = { [name(2)]: segments[2] as Buffer };
    const archive = [await tarball('a.tgz', other), await tarball('b.tgz', members(1, 2, 3, 4, 5))];
    expect(await problemOf({ archive })).toMatchObject({
      kind: 'damaged',
      reason: 'two copies of it differ',
    });
  });

  test('that lost the block of a header, behind which tar reads nothing more, are named', async () => {
    const whole = await tarball('a.tar', members(1, 2, 3, 4, 5), (bytes) => bytes as never);
    const bytes = Buffer.concat(await (await whole.open()).toArray());
    // Each member is a header of 512 bytes and a segment; a disk loses 4096 at a time.
    for (const lost of [3, 4]) {
      const holed = Buffer.from(bytes);
      const header = lost * (512 + segmentBytes);
      holed.fill(0, header - (header % 4096), header - (header % 4096) + 4096);
      const { problem, reached } = await covered({ archive: [stored('a.tar', holed)] });
      expect(problem).toMatchObject({ kind: 'damaged', segment: 'a.tar' });
      expect(reached.lsn).toBe(log.start + lost * segmentBytes);
    }
  });

  test('that are cut, or hold what is longer than a segment, are named', async () => {
    const whole = await tarball('a.tar', members(1, 2, 3), (bytes) => bytes as never);
    const bytes = Buffer.concat(await (await whole.open()).toArray());
    const cut = stored('a.tar', bytes.subarray(0, 2.5 * segmentBytes));
    const { problem, reached } = await covered({ archive: [cut] });
    expect(problem).toMatchObject({
      kind: 'damaged',
      segment: 'a.tar',
      reason: expect.stringMatching(/ends inside/),
    });
    expect(reached.lsn).toBe(log.start + 2 * segmentBytes);
    const bomb = await tarball('b.tar.gz', { ...members(1), [name(2)]: Buffer.alloc(3 * segmentBytes) });
    expect(await problemOf({ archive: [bomb] })).toMatchObject({
      reason: expect.stringMatching(/more bytes than a segment/),
    });
  });
});

describe('the end of the log, within a segment of the archive', () => {
  /** Segment 1, filled, and the second, whose log ends on one of its first pages. */
  const long = new WalBuilder();
  long.add({ manager: 0, info: 0x50, data: Buffer.from('0000100000000000', 'hex') });
  const of = { stopLsn: long.next };
  for (let at = 0; at < 70; at += 1) {
    long.add(commit((noon + at * 60_000) * 1000));
    long.add(heap(16_000));
  }
  const lastCommit = long.add(commit((noon + 80 * 60_000) * 1000));
  const end = long.next;
  const [first, second] = long.segments() as [Buffer, Buffer];
  /** Of the log in the second. */
  const pages = Math.ceil((end - long.start - segmentBytes) / 8192);
  const with2 = (bytes: Buffer): WalFile[] => [stored(name(1), first), stored(name(2), bytes)];
  const address = (page: number): number => page * 8192 + 8;

  test('is where zeros follow, or what the file held before it was used again', async () => {
    const zeros = await covered({ archive: with2(second), of });
    expect([zeros.problem, zeros.reached.lsn, pages > 5]).toEqual([null, end, true]);
    const used = Buffer.from(second);
    for (let page = pages; page < 128; page += 1)
      first.copy(used, page * 8192, page * 8192, page * 8192 + 8192);
    expect((await covered({ archive: with2(used), of })).problem).toBeNull();
  });

  test('is not on a page whose address lost a bit, whichever bit and page', async () => {
    for (let page = 1; page < pages; page += 1) {
      const { problem } = await covered({ archive: with2(withoutBit(second, address(page))), of });
      expect(problem).toMatchObject({ kind: 'damaged', segment: name(2) });
    }
  });

  test('is not on a page that is zeros, where pages of the log follow', async () => {
    for (let page = 1; page < pages - 1; page += 1) {
      const lost = Buffer.from(second).fill(0, page * 8192, page * 8192 + 8192);
      expect((await covered({ archive: with2(lost), of })).problem).toMatchObject({
        kind: 'damaged',
        reason: `the page is filled with zeros, and the log goes on at 0/${(long.start + segmentBytes + (page + 1) * 8192).toString(16).toUpperCase()}`,
      });
    }
  });

  test('is not within a record whose length has another bit, whichever bit', async () => {
    for (let bit = 0; bit < 32; bit += 1) {
      const archive = with2(turned(second, lastCommit - long.start - segmentBytes, bit));
      expect((await covered({ archive, of })).problem).toMatchObject({ kind: 'damaged', segment: name(2) });
    }
  });

  test('is not there either where the record would go on in a segment that has not come yet', async () => {
    const full = new WalBuilder();
    full.add({ manager: 0, info: 0x50, data: Buffer.from('0000100000000000', 'hex') });
    const stop = full.next;
    while (full.next < full.start + segmentBytes - 9000) full.add(heap(500));
    full.add(heap(full.start + segmentBytes - full.next - 400));
    const lsn = full.add(commit(noon * 1000));
    const bytes = full.segments()[0] as Buffer;
    expect(full.next).toBeLessThan(full.start + segmentBytes);
    const archive = (segment: Buffer): Asked => ({
      archive: [stored(name(1), segment)],
      of: { stopLsn: stop },
    });
    const whole = await covered(archive(bytes));
    expect([whole.problem, whole.reached.lastRecord]).toEqual([null, lsn]);
    expect(await problemOf(archive(turned(bytes, lsn - full.start, 12)))).toMatchObject({
      kind: 'damaged',
      reason: expect.stringContaining('another than the one its checksum is of'),
    });
  });

  test('is within a record of which the rest has not come yet', async () => {
    const open = new WalBuilder();
    open.add({ manager: 0, info: 0x50, data: Buffer.from('0000100000000000', 'hex') });
    const stop = open.next;
    const lsn = open.add(commit(noon * 1000));
    open.add(heap(20_000));
    const received = Buffer.from(open.segments()[0] as Buffer).fill(0, 8192);
    const { problem, reached } = await covered({
      archive: [stored(name(1), received)],
      of: { stopLsn: stop },
    });
    expect([problem, reached.lastRecord]).toEqual([null, lsn]);
  });

  const turned = (bytes: Buffer, at: number, bit: number): Buffer => {
    const damaged = Buffer.from(bytes);
    damaged[at + (bit >> 3)] = (damaged[at + (bit >> 3)] as number) ^ (1 << (bit & 7));
    return damaged;
  };

  /** The highest bit that is set: the address is then of an earlier place. */
  function withoutBit(bytes: Buffer, at: number): Buffer {
    const damaged = Buffer.from(bytes);
    const low = damaged.readUInt32LE(at);
    damaged.writeUInt32LE(low & ~(1 << (31 - Math.clz32(low))), at);
    return damaged;
  }
});

describe('whatever is damaged', () => {
  const whole = log.start + 5 * segmentBytes;

  test('a bit of a plain segment: named, or without effect', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(4), fc.nat(40_000), fc.nat(7), async (segment, at, bit) => {
        const bytes = Buffer.from(segments[segment] as Buffer);
        bytes[at] = (bytes[at] as number) ^ (1 << bit);
        const archive = archived().with(segment, stored(name(segment + 1), bytes));
        const { problem, reached } = await covered({ archive });
        if (problem === null) expect(reached.lsn).toBe(whole);
        else expect(reached.lsn).toBeLessThan(whole);
      }),
      { numRuns: 150, seed: 13 },
    );
  });

  test('bytes of a compressed one: an answer, and never more than is there', async () => {
    const packed = segments.map((bytes) => gzipSync(bytes));
    await fc.assert(
      fc.asyncProperty(
        fc.nat(4),
        fc.nat(),
        fc.nat(),
        fc.uint8Array({ maxLength: 20 }),
        async (segment, from, length, put) => {
          const bytes = packed[segment] as Buffer;
          const at = from % (bytes.length + 1);
          const rest = bytes.subarray(at + (length % (bytes.length + 1 - at)));
          const broken = Buffer.concat([bytes.subarray(0, at), put, rest]);
          const archive = archived().with(segment, stored(name(segment + 1), broken));
          const { problem, reached } = await covered({ archive });
          expect(reached.lsn).toBeLessThanOrEqual(whole);
          expect(problem === null).toBe(reached.lsn === whole);
        },
      ),
      { numRuns: 150, seed: 13 },
    );
  });

  test('bytes of a tarball', async () => {
    const bytes = Buffer.concat(
      await (
        await (
          await tarball('a.tar.gz', {
            [name(1)]: segments[0] as Buffer,
            '00000002.history': Buffer.from('1 0/300000 x'),
          })
        ).open()
      ).toArray(),
    );
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.nat(255), fc.boolean(), async (at, value, cut) => {
        const broken = Buffer.from(cut ? bytes.subarray(0, at) : bytes);
        if (!cut) broken[at] = value;
        await covered({ archive: [stored('a.tar.gz', broken)] });
      }),
      { numRuns: 150, seed: 13 },
    );
  });
});
