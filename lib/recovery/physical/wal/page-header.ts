/** The header of each page of the log: XLogPageHeaderData and XLogLongPageHeaderData of `access/xlog_internal.h`. */
import type { Lsn } from '../numbers/lsn.ts';

/** Bytes of a page: XLOG_BLCKSZ, which only a server that was built otherwise has otherwise. */
export const walPageBytes = 8192;
/** SizeOfXLogShortPHD and, on the first page of a segment, SizeOfXLogLongPHD. */
export const [shortHeaderBytes, longHeaderBytes] = [24, 40] as const;

/** Bits of xlp_info. */
export const pageFlags = {
  /** The page begins with what is left of a record (XLP_FIRST_IS_CONTRECORD). */
  continues: 0x0001,
  /** The header is a long one (XLP_LONG_HEADER). */
  isLong: 0x0002,
  /** What was to be left of a record never came: the server crashed within it (XLP_FIRST_IS_OVERWRITE_CONTRECORD). */
  overwritesContinued: 0x0008,
  /** XLP_ALL_FLAGS */
  all: 0x000f,
} as const;

/** XLOG_PAGE_MAGIC of each major version, as its branch has it and its servers write it. */
const majors = new Map([
  [0xd106, 13],
  [0xd10d, 14],
  [0xd110, 15],
  [0xd113, 16],
  [0xd116, 17],
  [0xd118, 18],
]);

/** The major version whose log has this number on its pages; null for none that is known. */
export const majorOfMagic = (magic: number): number | null => majors.get(magic) ?? null;

export interface PageHeader {
  magic: number;
  flags: number;
  /** Timeline of the first record of the page. */
  timeline: number;
  /** Position of the page in the log. */
  address: Lsn;
  /** Bytes of the record that goes on here, where one does. */
  remainingBytes: number;
}

/** What the first page of a segment says of its cluster. */
export interface SegmentHeader extends PageHeader {
  systemIdentifier: bigint;
  segmentBytes: number;
  /** Bytes of a page. */
  blockBytes: number;
}

/** @param at where the page begins in the bytes, which hold 24 from there */
export function readPageHeader(bytes: Buffer, at = 0): PageHeader {
  return {
    magic: bytes.readUInt16LE(at),
    flags: bytes.readUInt16LE(at + 2),
    timeline: bytes.readUInt32LE(at + 4),
    address: bytes.readUInt32LE(at + 12) * 2 ** 32 + bytes.readUInt32LE(at + 8),
    remainingBytes: bytes.readUInt32LE(at + 16),
  };
}

/** @param bytes of a segment from its beginning, 40 or more @returns null where no long header begins them */
export function readSegmentHeader(bytes: Buffer, at = 0): SegmentHeader | null {
  if (bytes.length < at + longHeaderBytes) return null;
  const header = readPageHeader(bytes, at);
  if ((header.flags & pageFlags.isLong) === 0) return null;
  return {
    ...header,
    systemIdentifier: bytes.readBigUInt64LE(at + 24),
    segmentBytes: bytes.readUInt32LE(at + 32),
    blockBytes: bytes.readUInt32LE(at + 36),
  };
}
