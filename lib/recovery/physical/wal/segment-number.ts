/** Segments of the log by number: segment n holds the bytes from n × wal_segment_size on (`access/xlog_internal.h`). */
import type { Lsn } from '../numbers/lsn.ts';

/** Smallest and largest wal_segment_size, in bytes (WalSegMinSize, WalSegMaxSize). */
const [leastBytes, mostBytes] = [2 ** 20, 2 ** 30];

/** A power of two from 1 MiB to 1 GiB (IsValidWalSegSize). */
export function isWalSegmentSize(bytes: number): boolean {
  return (
    Number.isInteger(bytes) && bytes >= leastBytes && bytes <= mostBytes && Number.isInteger(Math.log2(bytes))
  );
}

/** Number of the segment that holds the byte (XLByteToSeg). */
export const segmentOf = (lsn: Lsn, segmentBytes: number): number => Math.floor(lsn / segmentBytes);

/** Where a segment begins. */
export const startOfSegment = (number: number, segmentBytes: number): Lsn => number * segmentBytes;

/** XLogFileName: eight hexadecimal digits each of timeline, of 4 GiB of log, and of the segment within these. */
export function segmentName(timeline: number, number: number, segmentBytes: number): string {
  const perLog = 2 ** 32 / segmentBytes;
  return [timeline, Math.floor(number / perLog), number % perLog]
    .map((part) => part.toString(16).toUpperCase().padStart(8, '0'))
    .join('');
}

/** XLogFromFileName. @returns null where segments of this size have no such name */
export function segmentNumber(
  { log, part }: { log: number; part: number },
  segmentBytes: number,
): number | null {
  const perLog = 2 ** 32 / segmentBytes;
  const number = log * perLog + part;
  return part < perLog && Number.isSafeInteger((number + 1) * segmentBytes) ? number : null;
}

/** Name of the segment that follows on the same timeline; null for what is no name of a segment of this size. */
export function nextSegmentName(name: string, segmentBytes: number): string | null {
  if (!/^[0-9A-F]{24}$/.test(name)) return null;
  const [timeline, log, part] = [0, 8, 16].map((at) => Number.parseInt(name.slice(at, at + 8), 16)) as [
    number,
    number,
    number,
  ];
  const number = segmentNumber({ log, part }, segmentBytes);
  return number === null ? null : segmentName(timeline, number + 1, segmentBytes);
}
