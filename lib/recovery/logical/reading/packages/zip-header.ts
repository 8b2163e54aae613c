/** The header in front of each member of a zip (APPNOTE 4.3.7). */
import type { ByteSource } from '../../../streams/bytes/byte-source.ts';
import { dumpError } from '../../../streams/bytes/dump-error.ts';

/** First bytes of each part of a zip, as a little-endian number. */
export const zipSignatures = {
  member: 0x04034b50,
  descriptor: 0x08074b50,
  directoryEntry: 0x02014b50,
  directorySignature: 0x05054b50,
  end64: 0x06064b50,
  end64Locator: 0x07064b50,
  end: 0x06054b50,
} as const;

export interface ZipHeader {
  path: string;
  isEncrypted: boolean;
  /** 0 stored, 8 deflate, 12 bzip2, 93 zstd, 95 xz. */
  method: number;
  crc: number;
  /** Null when it stands behind the data only. */
  storedBytes: number | null;
  contentBytes: number;
  /** A descriptor behind the data repeats checksum and sizes. */
  hasDescriptor: boolean;
}

const [encryptedFlag, descriptorFlag] = [0x0001, 0x0008];
const unknown32 = 0xffffffff;

/** @throws DrillError DUMP_TRUNCATED, DUMP_CORRUPT */
export async function readZipHeader(source: ByteSource): Promise<ZipHeader> {
  const position = source.position;
  const fixed = await source.read(30);
  const flags = fixed.readUInt16LE(6);
  const path = (await source.read(fixed.readUInt16LE(26))).toString('utf8');
  const extra = await source.read(fixed.readUInt16LE(28));
  let [storedBytes, contentBytes] = [fixed.readUInt32LE(18), fixed.readUInt32LE(22)];
  const hasDescriptor = (flags & descriptorFlag) !== 0;
  const large = zip64Field(extra);
  if (large !== null && large.length >= 16 && (storedBytes === unknown32 || contentBytes === unknown32)) {
    contentBytes = Number(large.readBigUInt64LE(0));
    storedBytes = Number(large.readBigUInt64LE(8));
  }
  if (path === '' || !Number.isSafeInteger(storedBytes) || !Number.isSafeInteger(contentBytes))
    throw dumpError('DUMP_CORRUPT', `the zip is damaged at byte ${position}: a header makes no sense`);
  return {
    path,
    isEncrypted: (flags & encryptedFlag) !== 0,
    method: fixed.readUInt16LE(8),
    crc: fixed.readUInt32LE(14),
    storedBytes: hasDescriptor && (storedBytes === 0 || storedBytes === unknown32) ? null : storedBytes,
    contentBytes,
    hasDescriptor,
  };
}

/** APPNOTE 4.5.3: sizes beyond 4 GiB. */
function zip64Field(extra: Buffer): Buffer | null {
  for (let at = 0; at + 4 <= extra.length; ) {
    const size = extra.readUInt16LE(at + 2);
    if (extra.readUInt16LE(at) === 0x0001) return extra.subarray(at + 4, at + 4 + size);
    at += 4 + size;
  }
  return null;
}
