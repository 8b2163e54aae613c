/**
 * CRC-32C (Castagnoli, RFC 3720 appendix B.4), with which PostgreSQL checks manifests, pg_control and each record of its log
 * (`port/pg_crc32c.h`). Node has only the other CRC-32. Eight bytes at a time by eight tables (Kounavis and Berry, "slicing by
 * 8"), which lie in one array and are fed with words of the machine's memory, three times as fast as with single bytes: more
 * than a gigabyte in a second.
 */
import { endianness } from 'node:os';

/** The polynomial 0x1EDC6F41 with its bits in reverse. */
const polynomial = 0x82f63b78;

/** Table n, at n × 256, has the checksum of a byte with n bytes of zero behind it. */
const tables = makeTables();

/** On other machines the words of a page are not in the order of its bytes. */
const readsWords = endianness() === 'LE';

function makeTables(): Int32Array {
  const made = new Int32Array(8 * 256);
  for (let byte = 0; byte < 256; byte += 1) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc & 1) === 1 ? (crc >>> 1) ^ polynomial : crc >>> 1;
    made[byte] = crc;
  }
  for (let at = 256; at < made.length; at += 1) {
    const before = made[at - 256] as number;
    made[at] = (made[before & 0xff] as number) ^ (before >>> 8);
  }
  return made;
}

/** Where a checksum begins (INIT_CRC32C); at its end it is turned over (FIN_CRC32C). */
export const crcStart = -1;

/**
 * The checksum that is not turned over yet, with more bytes: those from `from` to `to`. Both views are of the same memory, and
 * `from` is a multiple of four.
 */
export function addToCrc(
  crc: number,
  bytes: Uint8Array,
  words: Int32Array,
  from: number,
  to: number,
): number {
  let at = from;
  if (readsWords) {
    let word = from >> 2;
    for (const last = to - 8; at <= last; at += 8, word += 2) {
      const low = crc ^ (words[word] as number);
      const high = words[word + 1] as number;
      crc =
        (tables[1792 | (low & 0xff)] as number) ^
        (tables[1536 | ((low >>> 8) & 0xff)] as number) ^
        (tables[1280 | ((low >>> 16) & 0xff)] as number) ^
        (tables[1024 | (low >>> 24)] as number) ^
        (tables[768 | (high & 0xff)] as number) ^
        (tables[512 | ((high >>> 8) & 0xff)] as number) ^
        (tables[256 | ((high >>> 16) & 0xff)] as number) ^
        (tables[high >>> 24] as number);
    }
  }
  return byBytes(crc, bytes, at, to);
}

/**
 * Checksum of `bytes`, going on from that of the bytes before them, wherever in memory they lie.
 * @param before 0 at the beginning @returns an unsigned number of 32 bits
 */
export function crc32c(bytes: Uint8Array, before = 0): number {
  const start = Math.min((4 - (bytes.byteOffset % 4)) % 4, bytes.length);
  const crc = byBytes(~before, bytes, 0, start);
  const aligned = bytes.subarray(start);
  if (aligned.length < 8) return ~byBytes(crc, aligned, 0, aligned.length) >>> 0;
  const words = new Int32Array(bytes.buffer, aligned.byteOffset, aligned.length >>> 2);
  return ~addToCrc(crc, aligned, words, 0, aligned.length) >>> 0;
}

function byBytes(before: number, bytes: Uint8Array, from: number, to: number): number {
  let crc = before;
  for (let at = from; at < to; at += 1)
    crc = (crc >>> 8) ^ (tables[(crc ^ (bytes[at] as number)) & 0xff] as number);
  return crc;
}
