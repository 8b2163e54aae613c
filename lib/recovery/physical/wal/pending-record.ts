/** A record that goes on on the next page: what is kept of it, which is little however long it is. */
import { crc32c, crcStart } from './crc32c.ts';
import type { Lsn } from './lsn.ts';
import { lookedIntoBytes } from './wal-event.ts';

/** SizeOfXLogRecord, the header of each record (`access/xlogrecord.h`). */
export const recordHeaderBytes = 24;

/** The part of a record that was seen so far. */
export interface PendingRecord {
  lsn: Lsn;
  /** xl_tot_len, header included. */
  totalBytes: number;
  gotBytes: number;
  header: Buffer;
  /** The first bytes behind the header. */
  prefix: Buffer;
  prefixBytes: number;
  /** Of what came behind the header. */
  crc: number;
}

export const beginRecord = (lsn: Lsn, totalBytes: number): PendingRecord => ({
  lsn,
  totalBytes,
  gotBytes: 0,
  header: Buffer.alloc(recordHeaderBytes),
  prefix: Buffer.alloc(lookedIntoBytes),
  prefixBytes: 0,
  crc: crcStart,
});

/** Takes the bytes of the record that lie on one page. */
export function takePart(
  record: PendingRecord,
  bytes: Buffer,
  words: Int32Array,
  from: number,
  to: number,
): void {
  const headerBytes = Math.min(Math.max(0, recordHeaderBytes - record.gotBytes), to - from);
  if (headerBytes > 0) bytes.copy(record.header, record.gotBytes, from, from + headerBytes);
  const at = from + headerBytes;
  const more = Math.min(record.prefix.length - record.prefixBytes, to - at);
  if (more > 0) {
    bytes.copy(record.prefix, record.prefixBytes, at, at + more);
    record.prefixBytes += more;
  }
  // A header that is cut is cut at eight bytes, so that what follows begins at a word here as well.
  record.crc = crc32c(record.crc, bytes, words, at, to);
  record.gotBytes += to - from;
}

/** A copy that later parts do not change. */
export const copyOfRecord = (record: PendingRecord): PendingRecord => ({
  ...record,
  header: Buffer.from(record.header),
  prefix: Buffer.from(record.prefix),
});
