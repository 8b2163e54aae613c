/** Follows the records of the log from page to page, as PostgreSQL's own reader does (`access/transam/xlogreader.c`). */
import type { ImageCompression } from '../../../domain/recovery/image-compression.ts';
import { addToCrc, crcStart } from '../numbers/crc32c.ts';
import type { Lsn } from '../numbers/lsn.ts';
import { imageCompressionOf } from './image-compression.ts';
import type { LogPage } from './log-page.ts';
import { type Cluster, checkPage, isZero } from './page-check.ts';
import { longHeaderBytes, pageFlags, shortHeaderBytes, walPageBytes } from './page-header.ts';
import { beginRecord, goOnWith, takePart } from './pending-record.ts';
import { checkRecordHeader, damagedRecord, hasChecksum, recordHeaderBytes } from './record-check.ts';
import { eventOf, isSwitch, type WalEvent, xactManager } from './wal-event.ts';
import type { WalkHalt } from './walk-halt.ts';
import { copyOfPlace, type WalkPlace } from './walk-place.ts';

interface WalkOptions {
  cluster: Cluster;
  /** Where the first record begins, or the page that begins with it. */
  start: Lsn;
  /** What of the log itself is met, and where its record ends. The answer may end the walk, before this record or behind it. */
  onEvent: (event: WalEvent, end: Lsn) => 'stop before' | 'stop after' | null;
  /** The walk ends behind the first record that begins here or later (recovery_target_lsn, inclusive). */
  stopAtRecord?: Lsn;
  /** The walk ends behind the first record that ends here or later (consistency). */
  stopAtEnd?: Lsn;
}

export class RecordWalker {
  readonly #options: Required<WalkOptions>;
  #place: WalkPlace;
  readonly #imageCompressions = new Set<ImageCompression>();

  constructor(options: WalkOptions) {
    const never = Number.POSITIVE_INFINITY;
    this.#options = { stopAtRecord: never, stopAtEnd: never, ...options };
    this.#place = { next: options.start, lastRecord: null, timeline: 0, records: 0, pending: null };
  }

  /** Where the walk is, to `goBack` to. */
  get place(): WalkPlace {
    return copyOfPlace(this.#place);
  }

  /** Of the images of pages that were met, beside pglz. */
  get imageCompressions(): ImageCompression[] {
    return [...this.#imageCompressions].sort();
  }

  goBack(place: WalkPlace): void {
    this.#place = copyOfPlace(place);
  }

  /**
   * Takes the next page. Pages are given in order, each segment from its first on; those that are not due are passed over.
   *
   * @param most newest timeline that a page of this file may name
   */
  walkPage(page: LogPage, most: number): WalkHalt | null {
    const { bytes, at, address } = page;
    const { cluster } = this.#options;
    const place = this.#place;
    const isDue = place.pending !== null || place.next < address + walPageBytes;
    // The first page of a file says whose it is, even where the next record lies further behind.
    if (!isDue && address % cluster.segmentBytes !== 0) return null;
    const problem = checkPage(page, cluster, { least: place.timeline, most });
    if (problem !== null || !isDue) return problem;
    place.timeline = bytes.readUInt32LE(at + 4);
    const flags = bytes.readUInt16LE(at + 2);
    const headerBytes = (flags & pageFlags.isLong) === 0 ? shortHeaderBytes : longHeaderBytes;
    const first = address + headerBytes;
    if ((flags & pageFlags.overwritesContinued) !== 0 && place.pending !== null) {
      place.pending = null;
      place.next = address;
    }
    const { pending } = place;
    if (pending !== null) {
      const end = align(first + pending.totalBytes - pending.gotBytes);
      const halt = goOnWith(pending, page, headerBytes, place.lastRecord);
      if (halt !== null || pending.gotBytes < pending.totalBytes) return halt;
      place.pending = null;
      const { lsn, header, prefix, prefixBytes } = pending;
      const reached = this.#accept(lsn, end, header, 0, prefix, 0, prefixBytes);
      return reached ?? this.#walkRecords(page);
    }
    if (place.next <= address) place.next = first;
    if (place.next < first) return damagedRecord(place.next, 'it would begin within the header of a page');
    if (place.next === first && (flags & pageFlags.continues) !== 0)
      return damagedRecord(first, 'the page goes on with another record');
    return this.#walkRecords(page);
  }

  /** Takes the records that begin on the page. */
  #walkRecords(page: LogPage): WalkHalt | null {
    const { bytes, words, at, address } = page;
    const place = this.#place;
    const bytesEnd = at + walPageBytes;
    while (place.next < address + walPageBytes) {
      const lsn = place.next;
      const from = at + (lsn - address);
      const totalBytes = bytes.readUInt32LE(from);
      if (totalBytes === 0) {
        return isZero(bytes, from, bytesEnd)
          ? { kind: 'end', lsn, reason: 'zeros follow the last record' }
          : damagedRecord(lsn, 'it has no length, and other bytes follow');
      }
      if (bytesEnd - from >= recordHeaderBytes) {
        const problem = checkRecordHeader(bytes, from, lsn, place.lastRecord);
        if (problem !== null) return problem;
      } else if (totalBytes < recordHeaderBytes) {
        return damagedRecord(lsn, `a length of ${totalBytes} bytes is none of a record`);
      }
      const to = from + totalBytes;
      if (to > bytesEnd) {
        place.pending = beginRecord(lsn, totalBytes);
        takePart(place.pending, page, from, bytesEnd);
        return null;
      }
      const crc = addToCrc(crcStart, bytes, words, from + recordHeaderBytes, to);
      if (!hasChecksum(crc, bytes, words, from))
        return damagedRecord(lsn, 'CRC: its content does not match its checksum');
      const end = align(lsn + totalBytes);
      const halt = this.#accept(lsn, end, bytes, from, bytes, from + recordHeaderBytes, to);
      if (halt !== null) return halt;
    }
    return null;
  }

  /** Goes on behind a whole record, whose header lies at `at` in one memory and what follows it in the same or another. */
  #accept(
    lsn: Lsn,
    end: Lsn,
    header: Buffer,
    at: number,
    bytes: Buffer,
    from: number,
    to: number,
  ): WalkHalt | null {
    const [info, manager] = [header[at + 16] as number, header[at + 17] as number];
    const compression = imageCompressionOf(bytes, from, to, this.#options.cluster.major);
    if (compression !== null) this.#imageCompressions.add(compression);
    let next = end;
    let isReached = lsn >= this.#options.stopAtRecord;
    if (manager <= xactManager) {
      const event = eventOf(lsn, manager, info, bytes, from, to);
      const answer = event === null ? null : this.#options.onEvent(event, end);
      if (answer === 'stop before') return { kind: 'target' };
      if (answer === 'stop after') isReached = true;
      // A switch takes the rest of its segment.
      const { segmentBytes } = this.#options.cluster;
      if (isSwitch(manager, info)) next = Math.ceil(end / segmentBytes) * segmentBytes;
    }
    this.#place.next = next;
    this.#place.lastRecord = lsn;
    this.#place.records += 1;
    return isReached || next >= this.#options.stopAtEnd ? { kind: 'target' } : null;
  }
}

/** Records begin at multiples of eight (MAXALIGN). */
const align = (lsn: Lsn): Lsn => Math.ceil(lsn / 8) * 8;
