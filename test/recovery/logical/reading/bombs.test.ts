import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import type { DumpEvent } from '../../../../lib/recovery/logical/dump/dump-stream.ts';
import { openDump } from '../../../../lib/recovery/logical/reading/open-dump.ts';
import {
  defaultReadingLimits,
  unpacksTooFar,
} from '../../../../lib/recovery/streams/bytes/reading-limits.ts';
import { bomb } from './support/bombs.ts';

const mebibyte = 1024 ** 2;

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

/**
 * Turns of the event loop while work is done, and the longest time between two. Of this process's processors, not of the clock: what
 * else the machine does makes neither longer.
 */
async function turnsDuring(
  work: () => Promise<unknown>,
): Promise<{ turns: number; longestMs: number; allMs: number }> {
  const now = (): number => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  };
  const startedAt = now();
  let [turns, longestMs, last] = [0, 0, startedAt];
  let isDone = false;
  const turn = (): void => {
    turns++;
    longestMs = Math.max(longestMs, now() - last);
    last = now();
    if (!isDone) setImmediate(turn);
  };
  setImmediate(turn);
  await work();
  isDone = true;
  return { turns, longestMs, allMs: now() - startedAt };
}

describe('a small file that holds much', () => {
  test.each(['zstd', 'gzip', 'xz', 'bzip2', 'lz4'] as const)(
    'as %s leaves signals and timers their turns',
    async (format) => {
      const bytes = bomb(format, 32);

      const { turns, longestMs, allMs } = await turnsDuring(() => eventsOf(bytes));

      // Without turns the longest stretch is nearly all of it, and xz, bzip2 and lz4 have three turns at the most.
      expect(longestMs).toBeLessThan(Math.max(250, allMs / 4));
      expect(turns).toBeGreaterThan(32);
    },
  );

  test('is let go of in the middle of what was read already', async () => {
    const dump = await opened(bomb('zstd', 4096));
    await dump.reader.next();
    const pending = dump.reader.next().then(() => dump.reader.next());
    const ended = expect(pending).rejects.toMatchObject({ code: 'DUMP_TRUNCATED' });
    dump.close();

    await ended;
  });

  test.each(['gzip', 'lz4'] as const)(
    'as %s is let go of, also what one piece of it holds',
    async (format) => {
      // 64 KiB of either hold 64 or 16 MiB of newlines, which a parser would count.
      const dump = await opened(bomb(format, 32, 64));
      await dump.reader.next();
      const pending = dump.reader.next().then(() => dump.reader.next());
      const ended = expect(pending).rejects.toMatchObject({ code: 'DUMP_TRUNCATED' });
      await new Promise((resolve) => setTimeout(resolve, 100));
      const closedAt = performance.now();
      dump.close();

      await ended;
      expect(performance.now() - closedAt).toBeLessThan(3000);
    },
  );

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
