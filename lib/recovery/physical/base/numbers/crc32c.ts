/**
 * CRC-32C (Castagnoli, RFC 3720 appendix B.4), with which PostgreSQL checks manifests and pg_control. Node has only the other
 * CRC-32. Eight bytes at a time by eight tables (Kounavis and Berry, "slicing by 8").
 */
const polynomial = 0x82f63b78;

const tables: readonly Int32Array[] = makeTables();

function makeTables(): Int32Array[] {
  const made = Array.from({ length: 8 }, () => new Int32Array(256));
  for (let byte = 0; byte < 256; byte += 1) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc & 1) === 1 ? (crc >>> 1) ^ polynomial : crc >>> 1;
    (made[0] as Int32Array)[byte] = crc;
  }
  for (let slice = 1; slice < 8; slice += 1)
    for (let byte = 0; byte < 256; byte += 1) {
      const before = made[slice - 1]?.[byte] ?? 0;
      (made[slice] as Int32Array)[byte] = (made[0]?.[before & 0xff] ?? 0) ^ (before >>> 8);
    }
  return made;
}

/**
 * Checksum of `bytes`, going on from that of the bytes before them.
 * @param before 0 at the beginning @returns an unsigned number of 32 bits
 */
export function crc32c(bytes: Uint8Array, before = 0): number {
  const [t0, t1, t2, t3, t4, t5, t6, t7] = tables as [
    Int32Array,
    Int32Array,
    Int32Array,
    Int32Array,
    Int32Array,
    Int32Array,
    Int32Array,
    Int32Array,
  ];
  let crc = ~before;
  let at = 0;
  const wholeEnd = bytes.length - (bytes.length % 8);
  // Every index is within its array: a byte in a table of 256, and `at + 7` below the length.
  for (; at < wholeEnd; at += 8) {
    const first =
      crc ^ (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24));
    crc =
      t7[first & 0xff]! ^
      t6[(first >>> 8) & 0xff]! ^
      t5[(first >>> 16) & 0xff]! ^
      t4[first >>> 24]! ^
      t3[bytes[at + 4]!]! ^
      t2[bytes[at + 5]!]! ^
      t1[bytes[at + 6]!]! ^
      t0[bytes[at + 7]!]!;
  }
  for (; at < bytes.length; at += 1) crc = t0[(crc ^ bytes[at]!) & 0xff]! ^ (crc >>> 8);
  return ~crc >>> 0;
}
