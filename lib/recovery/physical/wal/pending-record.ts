/** A record that goes on on the next page: what is kept of it, which is little however long it is. */
import { addToCrc, crcStart } from '../numbers/crc32c.ts';
import type { Lsn } from '../numbers/lsn.ts';
import type { LogPage } from './log-page.ts';
import { pageFlags, walPageBytes } from './page-header.ts';
import { checkRecordHeader, damagedRecord, hasChecksum, recordHeaderBytes } from './record-check.ts';
import { lookedIntoBytes } from './wal-event.ts';
import type { WalkHalt } from './walk-halt.ts';

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
export function takePart(record: PendingRecord, { bytes, words }: LogPage, from: number, to: number): void {
  const headerBytes = Math.min(Math.max(0, recordHeaderBytes - record.gotBytes), to - from);
  if (headerBytes > 0) bytes.copy(record.header, record.gotBytes, from, from + headerBytes);
  const at = from + headerBytes;
  const more = Math.min(record.prefix.length - record.prefixBytes, to - at);
  if (more > 0) {
    bytes.copy(record.prefix, record.prefixBytes, at, at + more);
    record.prefixBytes += more;
  }
  // A header that is cut is cut at eight bytes, so that what follows begins at a word here as well.
  record.crc = addToCrc(record.crc, bytes, words, at, to);
  record.gotBytes += to - from;
}

/**
 * Takes what the page has of the record, which is whole when it has got all its bytes.
 * @param headerBytes of the page @param lastRecord where the record before begins; null where that is not known
 */
export function goOnWith(
  record: PendingRecord,
  page: LogPage,
  headerBytes: number,
  lastRecord: Lsn | null,
): WalkHalt | null {
  const left = record.totalBytes - record.gotBytes;
  const hadHeader = record.gotBytes >= recordHeaderBytes;
  if ((page.bytes.readUInt16LE(page.at + 2) & pageFlags.continues) === 0)
    return damagedRecord(record.lsn, 'the page after its beginning does not go on with it');
  if (page.bytes.readUInt32LE(page.at + 16) !== left)
    return damagedRecord(record.lsn, 'the page after its beginning goes on with another length');
  const from = page.at + headerBytes;
  takePart(record, page, from, Math.min(from + left, page.at + walPageBytes));
  if (!hadHeader) {
    const problem = checkRecordHeader(record.header, 0, record.lsn, lastRecord);
    if (problem !== null) return problem;
  }
  if (record.gotBytes < record.totalBytes) return null;
  const { header } = record;
  const words = new Int32Array(header.buffer, header.byteOffset, recordHeaderBytes / 4);
  return hasChecksum(record.crc, header, words, 0)
    ? null
    : damagedRecord(record.lsn, 'CRC: its content does not match its checksum');
}

/** A copy that later parts do not change. */
export const copyOfRecord = (record: PendingRecord): PendingRecord => ({
  ...record,
  header: Buffer.concat([record.header]),
  prefix: Buffer.concat([record.prefix]),
});
