import type { Random } from '../test/corpus/mutants/random.ts';

/** Bytes that were damaged, and where. */
export interface Harmed {
  bytes: Buffer;
  where: string;
}

/** Cuts bytes at a place that is drawn. */
export const cut = (bytes: Buffer, random: Random): Harmed => cutAt(bytes, random.below(bytes.length));

/** Keeps what comes before a place. */
export const cutAt = (bytes: Buffer, at: number): Harmed => ({
  bytes: bytes.subarray(0, at),
  where: `byte ${at} of ${bytes.length}`,
});

/** Turns a bit of a byte that is drawn. */
export const turned = (bytes: Buffer, random: Random): Harmed =>
  turnedAt(bytes, random.below(bytes.length), random);

/** Turns a bit of one byte. */
export function turnedAt(bytes: Buffer, at: number, random: Random): Harmed {
  const bit = random.below(8);
  const damaged = Buffer.from(bytes);
  damaged[at] = (damaged[at] ?? 0) ^ (1 << bit);
  return { bytes: damaged, where: `byte ${at} of ${bytes.length}, bit ${bit}` };
}

/** Fills the block around a place with zeros, as a disk that lost it gives it back. @param blockBytes to which blocks are aligned */
export function zeroedAt(bytes: Buffer, at: number, blockBytes: number): Harmed {
  const from = at - (at % blockBytes);
  const damaged = Buffer.from(bytes);
  damaged.fill(0, from, Math.min(from + blockBytes, bytes.length));
  return { bytes: damaged, where: `the ${blockBytes} bytes from ${from} of ${bytes.length}` };
}
