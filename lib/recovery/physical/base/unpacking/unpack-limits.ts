import { dumpError } from '../../../streams/bytes/dump-error.ts';
import { parseLsn } from '../../numbers/lsn.ts';
import type { Bounding } from '../layout/stored-content.ts';
import { type BackupManifest, bytesOfFiles } from '../manifest/backup-manifest.ts';

/** A header, an extension header and the padding of one member of a tar; of two tars when one is in the other. */
const tarOverheadBytes = 4096;
/** The largest segment that initdb makes (--wal-segsize); a backup's WAL begins and ends within one. */
const largestSegmentBytes = 1024 ** 3;
/** What no manifest tells of: the manifest itself, settings that were changed, room for rounding up to blocks. */
const slackBytes = 256 * 1024 * 1024;
/** Folders, WAL segments and their marks are no files of a manifest. */
const slackEntries = 200_000;

/**
 * Bytes of disk that a base backup takes when it is unpacked, with the WAL that lies in it.
 * @param segmentBytes of its WAL; without it the usual 16 MiB
 */
export function neededBytes(manifest: BackupManifest, segmentBytes = 16 * 1024 * 1024): number {
  return bytesOfFiles(manifest) + walBytes(manifest) + 2 * segmentBytes;
}

function walBytes({ walRanges }: BackupManifest): number {
  let sum = 0;
  for (const { startLsn, endLsn } of walRanges)
    sum += Math.max(0, (parseLsn(endLsn) ?? 0) - (parseLsn(startLsn) ?? 0));
  return sum;
}

/** How much one base may bring; a manifest, once it is known, makes it less. */
export class UnpackLimits {
  #bytes: number;
  #entries: number;
  #seenEntries = 0;
  #seenBytes = 0;
  #streamedBytes = 0;

  constructor(limitBytes: number, maxEntries: number) {
    this.#bytes = limitBytes;
    this.#entries = maxEntries;
  }

  /** The backup itself says how large it is. */
  announce(manifest: BackupManifest): void {
    this.#bytes = Math.min(this.#bytes, neededBytes(manifest, largestSegmentBytes) + slackBytes);
    this.#entries = Math.min(this.#entries, 2 * manifest.files.size + slackEntries);
  }

  /** Counts an entry by what its header says, before a byte of it is read. @throws DrillError DECOMPRESSION_LIMIT */
  enter(sizeBytes: number): void {
    this.#seenEntries += 1;
    this.#seenBytes += sizeBytes;
    if (this.#seenEntries > this.#entries)
      throw dumpError('DECOMPRESSION_LIMIT', `it holds more than ${this.#entries} files and folders`);
    if (this.#seenBytes > this.#bytes)
      throw dumpError('DECOMPRESSION_LIMIT', `it unpacks to more than ${this.#bytes} bytes`);
  }

  /**
   * Counts what is decompressed, whether anything becomes of it or not: a terabyte of zeros may follow the end of a tar. A tar
   * within a tar is counted twice.
   */
  readonly bounding: Bounding = (content) => this.#counted(content);

  async *#counted(content: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
    for await (const piece of content) {
      this.#streamedBytes += piece.length;
      const most = 2 * this.#bytes + slackBytes + tarOverheadBytes * this.#seenEntries;
      if (this.#streamedBytes > most)
        throw dumpError('DECOMPRESSION_LIMIT', `it decompresses to more than ${most} bytes`);
      yield piece;
    }
  }
}
