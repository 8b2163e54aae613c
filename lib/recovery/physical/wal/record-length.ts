/** A record whose length was changed seems to go on behind the page it lies on: PostgreSQL takes that for the end of the log. */

import { crc32c } from '../numbers/crc32c.ts';
import type { Lsn } from '../numbers/lsn.ts';
import { walPageBytes } from './page-header.ts';
import { recordHeaderBytes } from './record-check.ts';
import { readSegment } from './segment-reader.ts';
import type { WalFile } from './wal-file.ts';

/** Where xl_crc lies, which is of what follows the header, and then of what comes before itself. */
const crcOffset = 20;

/**
 * Whether the record that begins there is whole on its page when it is read with another length: a checksum of 32 bits that
 * fits is none by chance among the 8,192 lengths there are.
 *
 * @param start where the segment of the file lies in the log
 */
export async function isWholeOnItsPage(
  file: WalFile,
  start: Lsn,
  segmentBytes: number,
  lsn: Lsn,
): Promise<boolean> {
  let found = false;
  await readSegment(file, start, segmentBytes, ({ bytes, at, address }) => {
    if (lsn >= address + walPageBytes) return true;
    found = lsn >= address && fitsAnyLength(bytes.subarray(at + (lsn - address), at + walPageBytes));
    return false;
  });
  return found;
}

/** @param bytes from the beginning of the record to the end of its page */
function fitsAnyLength(bytes: Buffer): boolean {
  // A header that goes on on the next page is of a record that does so, too.
  if (bytes.length < recordHeaderBytes) return false;
  const header = Buffer.from(bytes.subarray(0, crcOffset));
  const expected = bytes.readUInt32LE(crcOffset);
  let ofData = 0;
  for (let length = recordHeaderBytes; length <= bytes.length; length += 1) {
    header.writeUInt32LE(length);
    if (crc32c(header, ofData) === expected) return true;
    ofData = crc32c(bytes.subarray(length, length + 1), ofData);
  }
  return false;
}
