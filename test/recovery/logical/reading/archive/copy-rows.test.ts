import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DumpEvent } from '../../../../../lib/recovery/logical/dump/dump-stream.ts';
import { copyRowEvents } from '../../../../../lib/recovery/logical/reading/archive/copy-row-events.ts';

const mebibyte = 1024 * 1024;
const end = Buffer.from('\\.\n\n\n');

async function cut(text: Buffer, pieceBytes = 64 * 1024): Promise<DumpEvent[]> {
  async function* pieces() {
    for (let at = 0; at < text.length; at += pieceBytes) yield text.subarray(at, at + pieceBytes);
  }
  const events: DumpEvent[] = [];
  for await (const event of copyRowEvents(pieces())) events.push(event);
  return events;
}

function bytesOf(events: DumpEvent[]): Buffer {
  return Buffer.concat(
    events.flatMap((event) =>
      event.kind === 'rows' ? event.pieces : event.kind === 'row-piece' ? [event.bytes] : [],
    ),
  );
}

const counted = (events: DumpEvent[]): number =>
  events.reduce(
    (sum, event) => sum + (event.kind === 'rows' || event.kind === 'row-piece' ? event.rows : 0),
    0,
  );

describe('rows of a COPY block', () => {
  test('come whole, between 512 KiB and 1 MiB at a time', async () => {
    const text = Buffer.from('some value\tanother\n'.repeat(300_000));

    const events = await cut(Buffer.concat([text, end]));

    const chunks = events.flatMap((event) =>
      event.kind === 'rows' ? [{ bytes: Buffer.concat(event.pieces) }] : [],
    );
    expect(bytesOf(events).equals(text)).toBe(true);
    expect(chunks.every(({ bytes }) => bytes.at(-1) === 10 && bytes.length <= mebibyte)).toBe(true);
    expect(chunks.slice(0, -1).every(({ bytes }) => bytes.length >= mebibyte / 2)).toBe(true);
    expect(events.at(-1)).toEqual({ kind: 'rows-end', rows: 300_000, bytes: text.length });
  });

  test.each([1, 3, 7, 9, 20])(
    'of %i MiB among small ones keep their bytes and their number',
    async (size) => {
      const text = Buffer.concat([
        Buffer.from('small\n'),
        Buffer.alloc(size * mebibyte, 'x'),
        Buffer.from('\nsmall\n\nlast\n'),
      ]);

      const events = await cut(Buffer.concat([text, end]), 200_000);

      expect(bytesOf(events).equals(text)).toBe(true);
      expect(counted(events)).toBe(5);
      expect(events.at(-1)).toEqual({ kind: 'rows-end', rows: 5, bytes: text.length });
      const largest = Math.max(
        ...events.map((event) =>
          event.kind === 'rows' || event.kind === 'row-piece' ? bytesOf([event]).length : 0,
        ),
      );
      expect(largest).toBeLessThanOrEqual(8 * mebibyte);
      expect(events.some(({ kind }) => kind === 'row-piece')).toBe(size > 8);
    },
  );

  test('are the same however the bytes arrive', async () => {
    const row = fc.stringMatching(/^[a-z\\.\t-]{0,6}$/).filter((text) => text !== '\\.');
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { maxLength: 30 }),
        fc.integer({ min: 1, max: 9 }),
        async (rows, pieceBytes) => {
          const text = Buffer.from(rows.map((each) => `${each}\n`).join(''));
          const events = await cut(Buffer.concat([text, end]), pieceBytes);
          expect(bytesOf(events).equals(text)).toBe(true);
          expect(counted(events)).toBe(rows.length);
        },
      ),
      { numRuns: 200 },
    );
  });
});
