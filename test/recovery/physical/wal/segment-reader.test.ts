import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { readSegment } from '../../../../lib/recovery/physical/wal/segment-reader.ts';

test('a segment of 1 GiB is read in the memory of one of 1 MiB', async () => {
  const segmentBytes = 2 ** 30;
  const piece = Buffer.alloc(60_000, 1);
  function* pieces() {
    for (let left = segmentBytes; left > 0; left -= piece.length) yield piece.subarray(0, left);
  }
  const before = process.memoryUsage.rss();
  let [pages, most] = [0, 0];
  const file = { name: 'x', sizeBytes: segmentBytes, open: async () => Readable.from(pieces()) };
  const problem = await readSegment(file, 7 * segmentBytes, segmentBytes, ({ bytes, at, address }) => {
    if (bytes[at + 8191] !== 1 || address !== 7 * segmentBytes + pages * 8192) return false;
    pages += 1;
    if (pages % 10_000 === 0) most = Math.max(most, process.memoryUsage.rss());
    return true;
  });
  expect([problem, pages]).toEqual([null, 2 ** 17]);
  expect(most - before).toBeLessThan(64 * 2 ** 20);
});
