/** CRC-32C (Castagnoli), with which PostgreSQL protects each record (`port/pg_crc32c.h`), eight bytes at a time. */
import { endianness } from 'node:os';

/** The polynomial 0x1EDC6F41 with its bits in reverse. */
const polynomial = 0x82f63b78;

/** Eight tables of 256: what a byte does to the checksum with none to seven bytes behind it. */
const tables = makeTables();

function makeTables(): Int32Array {
  const made = new Int32Array(8 * 256);
  for (let byte = 0; byte < 256; byte += 1) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc & 1) === 1 ? (crc >>> 1) ^ polynomial : crc >>> 1;
    made[byte] = crc;
  }
  for (let at = 256; at < made.length; at += 1) {
    const before = made[at - 256] as number;
    made[at] = (before >>> 8) ^ (made[before & 0xff] as number);
  }
  return made;
}

/** Where a checksum begins (INIT_CRC32C), and with what it is turned over at its end (FIN_CRC32C). */
export const crcStart = -1;

/** On other machines the words of a page are not in the order of its bytes. */
const readsWords = endianness() === 'LE';

/**
 * The checksum with more bytes: those from `from` to `to`. Both views are of the same memory, and `from` is a multiple of four,
 * as every part of a record begins on its page.
 */
export function crc32c(crc: number, bytes: Uint8Array, words: Int32Array, from: number, to: number): number {
  let at = from;
  if (readsWords) {
    let word = from >> 2;
    for (const last = to - 8; at <= last; at += 8, word += 2) {
      const low = crc ^ (words[word] as number);
      const high = words[word + 1] as number;
      crc =
        (tables[1792 + (low & 0xff)] as number) ^
        (tables[1536 + ((low >>> 8) & 0xff)] as number) ^
        (tables[1280 + ((low >>> 16) & 0xff)] as number) ^
        (tables[1024 + (low >>> 24)] as number) ^
        (tables[768 + (high & 0xff)] as number) ^
        (tables[512 + ((high >>> 8) & 0xff)] as number) ^
        (tables[256 + ((high >>> 16) & 0xff)] as number) ^
        (tables[high >>> 24] as number);
    }
  }
  for (; at < to; at += 1) crc = (crc >>> 8) ^ (tables[(crc ^ (bytes[at] as number)) & 0xff] as number);
  return crc;
}
