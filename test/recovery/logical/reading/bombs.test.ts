import { execFileSync } from 'node:child_process';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { compressFrameSync } from 'lz4-napi';
import { describe, expect, test } from 'vitest';
import type { DumpEvent } from '../../../../lib/recovery/logical/dump/dump-stream.ts';
import {
  defaultReadingLimits,
  unpacksTooFar,
} from '../../../../lib/recovery/logical/reading/bytes/reading-limits.ts';
import { openDump } from '../../../../lib/recovery/logical/reading/open-dump.ts';

const mebibyte = 1024 ** 2;

/** A zstd frame (RFC 8878) that begins with `start` and goes on with newlines: four bytes for each 128 KiB of them. */
function newlinesAsZstd(start: string, mebibytes: number): Buffer {
  const block = (isLast: boolean, type: 0 | 1, size: number, content: Buffer): Buffer => {
    const header = Buffer.alloc(3);
    header.writeUIntLE((isLast ? 1 : 0) | (type << 1) | (size << 3), 0, 3);
    return Buffer.concat([header, content]);
  };
  const newlines = block(false, 1, 128 * 1024, Buffer.from('\n'));
  return Buffer.concat([
    // Magic number, then a descriptor without checksum and size, and a window of 8 MiB.
    Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x68]),
    block(false, 0, start.length, Buffer.from(start)),
    ...Array.from({ length: mebibytes * 8 }, () => newlines),
    block(true, 0, 0, Buffer.alloc(0)),
  ]);
}

const newlines = (mebibytes: number): Buffer =>
  Buffer.concat([Buffer.from('SELECT 1;\n'), Buffer.alloc(mebibytes * mebibyte, '\n')]);

function* inPieces(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += 64 * 1024) yield bytes.subarray(at, at + 64 * 1024);
}

const opened = (bytes: Buffer, limits = defaultReadingLimits) =>
  openDump(
    { kind: 'stream', open: async () => Readable.from(inPieces(bytes)), sizeBytes: bytes.length },
    { passphrase: null, limits },
  );

async function eventsOf(bytes: Buffer, limits = defaultReadingLimits): Promise<DumpEvent[]> {
  const dump = await opened(bytes, limits);
  const events: DumpEvent[] = [];
  for await (const event of dump.reader) events.push(event);
  return events;
}

/** Longest time between two turns of the event loop while work is done. */
async function longestStretchMs(work: () => Promise<unknown>): Promise<number> {
  let longest = 0;
  let last = performance.now();
  let isDone = false;
  const turn = (): void => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    if (!isDone) setImmediate(turn);
  };
  setImmediate(turn);
  await work();
  isDone = true;
  return longest;
}

describe('a small file that holds much', () => {
  test.each([
    ['zstd', () => newlinesAsZstd('SELECT 1;\n', 32)],
    ['gzip', () => gzipSync(newlines(32))],
    ['xz', () => execFileSync('xz', ['-1', '-c'], { input: newlines(32) })],
    // Its blocks are decoded whole: of 100,000 bytes, which hold 5 MB of one letter; other levels have up to nine times that.
    ['bzip2', () => execFileSync('bzip2', ['-1', '-c'], { input: newlines(32) })],
    ['lz4', () => compressFrameSync(newlines(32))],
  ])('as %s leaves signals and timers their turns', async (_, make) => {
    const bytes = make();
    const startedAt = performance.now();
    const stretch = await longestStretchMs(() => eventsOf(bytes));

    // Without turns the longest stretch is nearly all of it.
    expect(stretch).toBeLessThan(Math.max(250, (performance.now() - startedAt) / 4));
  });

  test('is let go of in the middle of what was read already', async () => {
    const dump = await opened(newlinesAsZstd('SELECT 1;\n', 4096));
    await dump.reader.next();
    const pending = dump.reader.next().then(() => dump.reader.next());
    const ended = expect(pending).rejects.toMatchObject({ code: 'DUMP_TRUNCATED' });
    dump.close();

    await ended;
  });

  test('is read no further than the configured ratio allows, once it holds more than real dumps do', async () => {
    expect(unpacksTooFar(4 * 1024 ** 3, 1, defaultReadingLimits)).toBeNull();
    expect(unpacksTooFar(5 * 1024 ** 3, 600_000, defaultReadingLimits)).toBeNull();
    expect(unpacksTooFar(5 * 1024 ** 3, 500_000, defaultReadingLimits)).toBe(
      '500000 stored bytes hold more than 5368709120 bytes, over 10000 times as much',
    );
  });
});

describe('a statement longer than the limit', () => {
  const limits = { ...defaultReadingLimits, statementBytes: mebibyte };
  const insertOf = (bytes: number): Buffer =>
    Buffer.from(`INSERT INTO public.t VALUES ('${'x'.repeat(bytes)}');\n`);

  test('is named with its line, and what stands before it was read', async () => {
    const dump = await opened(Buffer.concat([Buffer.from('SELECT 1;\n'), insertOf(2 * mebibyte)]), limits);
    const events: DumpEvent[] = [];
    const reading = (async () => {
      for await (const event of dump.reader) events.push(event);
    })();

    await expect(reading).rejects.toMatchObject({
      code: 'STATEMENT_TOO_LARGE',
      message: expect.stringMatching(/^line 2: .*1048576 bytes/),
    });
  });

  test('is one beside which a shorter one passes', async () => {
    const events = await eventsOf(insertOf(mebibyte / 2), limits);

    expect(events.map(({ kind }) => kind)).toContain('inserts');
  });
});
