import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ByteSource } from '../../../../lib/recovery/streams/bytes/byte-source.ts';
import { sourceOf } from '../../logical/reading/support/reading.ts';

describe('pulling bytes from a stream', () => {
  test('any order of reads gives the bytes of the stream, however it arrives', async () => {
    const steps = fc.array(
      fc.tuple(fc.constantFrom('read', 'readUpTo', 'peek', 'chunks', 'unread'), fc.nat(12)),
      { maxLength: 20 },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 60 }),
        fc.integer({ min: 1, max: 20 }),
        steps,
        async (content, pieceBytes, plan) => {
          const all = Buffer.from(content);
          const source = sourceOf(all, pieceBytes);
          for (const [step, n] of plan) {
            const at = source.position;
            const there = all.subarray(at, at + n);
            if (step === 'peek') expect((await source.peek(n)).equals(there)).toBe(true);
            else if (step === 'unread') {
              const taken = await source.readUpTo(n);
              source.unread(taken);
              expect(source.position).toBe(at);
            } else if (step === 'readUpTo' || there.length < n)
              expect((await source.readUpTo(n)).equals(there)).toBe(true);
            else if (step === 'read') expect((await source.read(n)).equals(there)).toBe(true);
            else {
              const parts: Buffer[] = [];
              for await (const part of source.chunks(n)) parts.push(part);
              expect(Buffer.concat(parts).equals(there)).toBe(true);
            }
          }
          const rest = all.subarray(source.position);
          expect(await source.atEnd()).toBe(rest.length === 0);
          expect((await source.readUpTo(1000)).equals(rest)).toBe(true);
        },
      ),
    );
  });

  test.each([
    ['read', (source: ByteSource) => source.read(4)],
    ['skip', (source: ByteSource) => source.skip(4)],
  ])('%s beyond the end is a truncated dump, with the position', async (_name, act) => {
    await expect(act(sourceOf('abc', 1))).rejects.toMatchObject({
      name: 'DUMP_TRUNCATED',
      message: expect.stringContaining('byte 3'),
    });
  });

  test('an error of the stream comes out of the read that meets it', async () => {
    const failing = new ByteSource(
      (async function* () {
        yield Buffer.from('ab');
        throw new Error('connection lost');
      })(),
    );
    expect((await failing.read(2)).toString()).toBe('ab');
    await expect(failing.read(1)).rejects.toThrow('connection lost');
  });

  test('ten megabytes in single bytes are peeked at without copying them again and again', async () => {
    const startedAt = performance.now();
    const source = sourceOf(Buffer.alloc(200_000), 1);
    expect(await source.peek(200_000)).toHaveLength(200_000);
    expect(performance.now() - startedAt).toBeLessThan(20_000);
  });
});
