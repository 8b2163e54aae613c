/** Whether a record can stand where it does (`access/transam/xlogreader.c`: ValidXLogRecordHeader, ValidXLogRecord). */
import { addToCrc } from '../numbers/crc32c.ts';
import { formatLsn, type Lsn } from '../numbers/lsn.ts';
import type { WalkHalt } from './walk-halt.ts';

/** SizeOfXLogRecord, the header of each record (`access/xlogrecord.h`). */
export const recordHeaderBytes = 24;
/** Where its xl_crc lies, which is of all that comes before as well. */
const crcOffset = 20;

/** No server builds a longer record: 1 GiB before 16, 1020 MiB since (XLogRecordMaxSize). */
const longestBytes = 2 ** 30;
/** Highest resource manager of PostgreSQL itself (RM_LOGICALMSG_ID) and lowest one of an extension (RM_MIN_CUSTOM_ID). */
const [lastBuiltin, firstCustom] = [21, 128];

export const damagedRecord = (lsn: Lsn, reason: string): Extract<WalkHalt, { kind: 'damaged' }> => ({
  kind: 'damaged',
  lsn,
  reason: `the record at ${formatLsn(lsn)}: ${reason}`,
});

/**
 * @param at where the 24 bytes of the header lie @param lastRecord where the record before begins; null where that is not known
 */
export function checkRecordHeader(
  bytes: Buffer,
  at: number,
  lsn: Lsn,
  lastRecord: Lsn | null,
): WalkHalt | null {
  const totalBytes = bytes.readUInt32LE(at);
  if (totalBytes < recordHeaderBytes || totalBytes > longestBytes)
    return damagedRecord(lsn, `a length of ${totalBytes} bytes is none of a record`);
  const manager = bytes[at + 17] as number;
  if (manager > lastBuiltin && manager < firstCustom)
    return damagedRecord(lsn, `no resource manager has the number ${manager}`);
  const previous = bytes.readUInt32LE(at + 12) * 2 ** 32 + bytes.readUInt32LE(at + 8);
  if (lastRecord === null ? previous >= lsn : previous !== lastRecord) {
    const before = lastRecord === null ? 'one before it' : `the one before it, at ${formatLsn(lastRecord)}`;
    return damagedRecord(lsn, `prev-link: it points back to ${formatLsn(previous)}, not to ${before}`);
  }
  return null;
}

/** @param crc of what follows the header @param at where the header lies, whose checksum is of it as well */
export const hasChecksum = (crc: number, bytes: Buffer, words: Int32Array, at: number): boolean =>
  ~addToCrc(crc, bytes, words, at, at + crcOffset) === bytes.readInt32LE(at + crcOffset);
