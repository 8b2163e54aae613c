/** Streaming bzip2, block by block, over the block decoder of unbzip2-stream. */
import bzip2 from 'unbzip2-stream/lib/bzip2.js';
import type { ByteSource } from '../bytes/byte-source.ts';
import { dumpError } from '../bytes/dump-error.ts';

/** A block holds up to 900,000 bytes and is stored in hardly more; its tables take the rest. */
const storedBytesOf = (level: number): number => 25_000 + 100_000 * level;
/** Content is handed on in pieces of this size. */
const pieceBytes = 256 * 1024;
/** `BZh` and the level. */
const headerBytes = 4;

/**
 * Content of all bzip2 streams, one after the other. A block is held whole: 900,000 bytes, or up to 47 MB where they are all
 * alike. The stream of unbzip2-stream itself would decode every block it has at once, and 64 KiB may hold 60 GB. Block and
 * stream checksums are verified by the decoder.
 * @throws DrillError DUMP_TRUNCATED when the data end early, DUMP_CORRUPT when they are damaged.
 */
export async function* decompressBzip2(source: ByteSource): AsyncGenerator<Buffer, void, undefined> {
  let total = 0;
  while (!(await source.atEnd())) {
    const start = new BitReader(await source.peek(headerBytes), 0);
    const level = decoded(total, () => bzip2.header(start.read));
    await source.skip(start.wholeBytes);
    const work = new Int32Array(100_000 * level);
    let bitsOfByte = 0;
    for (let checksum: number | null = 0; checksum !== null; ) {
      const bits: BitReader = new BitReader(await source.peek(storedBytesOf(level)), bitsOfByte);
      const content = new Content();
      const before: number = checksum;
      checksum = decoded(total, () => bzip2.decompress(bits.read, content.add, work, work.length, before));
      await source.skip(bits.wholeBytes);
      bitsOfByte = bits.bitsOfByte;
      content.end();
      total += content.length;
      yield* content.pieces;
    }
  }
}

/** Bits of a buffer, the highest of each byte first. */
class BitReader {
  readonly #bytes: Buffer;
  #at: number;

  /** @param startBit where in the first byte to begin */
  constructor(bytes: Buffer, startBit: number) {
    this.#bytes = bytes;
    this.#at = startBit;
  }

  /** Bytes of which every bit was read. */
  get wholeBytes(): number {
    return this.#at >> 3;
  }

  /** Bits read of the byte after those. */
  get bitsOfByte(): number {
    return this.#at & 7;
  }

  /** The next bits, at most 32; null goes on to the next whole byte. @throws BitsEnded */
  readonly read = (count: number | null): number => {
    if (count === null) {
      this.#at = (this.#at + 7) & ~7;
      return 0;
    }
    let bits = 0;
    for (let left = count; left > 0; ) {
      const byte = this.#bytes[this.#at >> 3];
      if (byte === undefined) throw new BitsEnded();
      const here = 8 - (this.#at & 7);
      const taken = Math.min(left, here);
      bits = (bits << taken) | ((byte >> (here - taken)) & (2 ** taken - 1));
      this.#at += taken;
      left -= taken;
    }
    return bits;
  };
}

class BitsEnded extends Error {}

/** Bytes that come one by one, in pieces. */
class Content {
  readonly pieces: Buffer[] = [];
  length = 0;
  #last = Buffer.alloc(0);
  #used = 0;

  readonly add = (byte: number): void => {
    if (this.#used === this.#last.length) this.#begin();
    this.#last[this.#used] = byte;
    this.#used += 1;
  };

  /** No more will come. */
  end(): void {
    this.length += this.#used;
    if (this.#used > 0) this.pieces.push(this.#last.subarray(0, this.#used));
  }

  #begin(): void {
    this.end();
    this.#last = Buffer.allocUnsafeSlow(pieceBytes);
    this.#used = 0;
  }
}

/** @throws DrillError DUMP_TRUNCATED, DUMP_CORRUPT */
function decoded<T>(total: number, decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    // No block is as long as what was looked at, so that the bits can only end where the data do.
    throw error instanceof BitsEnded
      ? dumpError('DUMP_TRUNCATED', `the bzip2 data end early, after ${total} bytes of content`, error)
      : dumpError('DUMP_CORRUPT', `the bzip2 data are damaged after ${total} bytes of content`, error);
  }
}
