/** Follows the records of the log from page to page, as PostgreSQL's own reader does (`access/transam/xlogreader.c`). */
import { crc32c, crcStart } from './crc32c.ts';
import type { Lsn } from './lsn.ts';
import { type Cluster, checkPage, isZero } from './page-check.ts';
import { longHeaderBytes, pageFlags, shortHeaderBytes, walPageBytes } from './page-header.ts';
import {
  beginRecord,
  copyOfRecord,
  type PendingRecord,
  recordHeaderBytes,
  takePart,
} from './pending-record.ts';
import { checkRecordHeader, damagedRecord } from './record-check.ts';
import { eventOf, isSwitch, type WalEvent, xactManager } from './wal-event.ts';
import type { WalkHalt } from './walk-halt.ts';

/** How far the walk came; a value, so that a walk can go back to it. */
export interface WalkPlace {
  /** Where the next record is looked for; behind a switch, the segment after. */
  next: Lsn;
  /** Where the last whole record begins; null before the first. */
  lastRecord: Lsn | null;
  /** Timeline of the last page. */
  timeline: number;
  /** Whole records so far. */
  records: number;
  pending: PendingRecord | null;
}

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
  readonly #options: WalkOptions;
  #next: Lsn;
  #last: Lsn | null = null;
  #timeline = 0;
  #records = 0;
  #pending: PendingRecord | null = null;

  constructor(options: WalkOptions) {
    this.#options = options;
    this.#next = options.start;
  }

  get place(): WalkPlace {
    const pending = this.#pending === null ? null : copyOfRecord(this.#pending);
    return {
      next: this.#next,
      lastRecord: this.#last,
      timeline: this.#timeline,
      records: this.#records,
      pending,
    };
  }

  goBack(place: WalkPlace): void {
    this.#next = place.next;
    this.#last = place.lastRecord;
    this.#timeline = place.timeline;
    this.#records = place.records;
    this.#pending = place.pending === null ? null : copyOfRecord(place.pending);
  }

  /**
   * Takes the next page. Pages are given in order, each segment from its first on; those before the start are passed over.
   *
   * @param bytes and `words` of the same memory @param at where the page lies in it @param address where in the log
   * @param most newest timeline that a page of this file may name
   */
  walkPage(bytes: Buffer, words: Int32Array, at: number, address: Lsn, most: number): WalkHalt | null {
    const { cluster } = this.#options;
    const isFirst = address % cluster.segmentBytes === 0;
    const pageEnd = address + walPageBytes;
    const isDue = this.#pending !== null || this.#next < pageEnd;
    // The first page of a file says whose it is, even where the record lies further behind.
    if (!isDue && !isFirst) return null;
    const problem = checkPage(bytes, at, address, cluster, { least: this.#timeline, most });
    if (problem !== null) return problem;
    if (!isDue) return null;
    this.#timeline = bytes.readUInt32LE(at + 4);
    const flags = bytes.readUInt16LE(at + 2);
    const headerBytes = (flags & pageFlags.isLong) === 0 ? shortHeaderBytes : longHeaderBytes;
    if (this.#pending !== null && (flags & pageFlags.overwritesContinued) !== 0) {
      this.#pending = null;
      this.#next = address;
    }
    if (this.#pending === null) {
      if (this.#next <= address) this.#next = address + headerBytes;
      if (this.#next < address + headerBytes)
        return damagedRecord(this.#next, 'it would begin within the header of a page');
      if (this.#next === address + headerBytes && (flags & pageFlags.continues) !== 0)
        return damagedRecord(this.#next, 'the page goes on with another record');
    } else {
      const halt = this.#goOn(this.#pending, bytes, words, at, headerBytes, address, flags);
      if (halt !== null || this.#pending !== null) return halt;
    }
    return this.#walkRecords(bytes, words, at, address);
  }

  #walkRecords(bytes: Buffer, words: Int32Array, at: number, address: Lsn): WalkHalt | null {
    const pageEnd = address + walPageBytes;
    const bytesEnd = at + walPageBytes;
    while (this.#next < pageEnd) {
      const lsn = this.#next;
      const from = at + (lsn - address);
      const totalBytes = bytes.readUInt32LE(from);
      if (totalBytes === 0) {
        return isZero(bytes, from, bytesEnd)
          ? { kind: 'end', lsn, reason: 'zeros follow the last record' }
          : damagedRecord(lsn, 'it has no length, and other bytes follow');
      }
      if (bytesEnd - from >= recordHeaderBytes) {
        const problem = checkRecordHeader(bytes, from, lsn, this.#last);
        if (problem !== null) return problem;
      } else if (totalBytes < recordHeaderBytes) {
        return damagedRecord(lsn, `a length of ${totalBytes} bytes is none of a record`);
      }
      const to = from + totalBytes;
      if (to > bytesEnd) {
        this.#pending = beginRecord(lsn, totalBytes);
        takePart(this.#pending, bytes, words, from, bytesEnd);
        return null;
      }
      const crc = crc32c(crcStart, bytes, words, from + recordHeaderBytes, to);
      if (~crc32c(crc, bytes, words, from, from + 20) !== bytes.readInt32LE(from + 20))
        return damagedRecord(lsn, 'CRC: its content does not match its checksum');
      const halt = this.#accept(lsn, align(lsn + totalBytes), bytes, from, from + recordHeaderBytes, to);
      if (halt !== null) return halt;
    }
    return null;
  }

  /** Takes what is left of a record, or a page of it. */
  #goOn(
    record: PendingRecord,
    bytes: Buffer,
    words: Int32Array,
    at: number,
    headerBytes: number,
    address: Lsn,
    flags: number,
  ): WalkHalt | null {
    const left = record.totalBytes - record.gotBytes;
    const hadHeader = record.gotBytes >= recordHeaderBytes;
    if ((flags & pageFlags.continues) === 0)
      return damagedRecord(record.lsn, 'the page after its beginning does not go on with it');
    if (bytes.readUInt32LE(at + 16) !== left)
      return damagedRecord(record.lsn, 'the page after its beginning goes on with another length');
    const from = at + headerBytes;
    takePart(record, bytes, words, from, Math.min(from + left, at + walPageBytes));
    if (!hadHeader) {
      const problem = checkRecordHeader(record.header, 0, record.lsn, this.#last);
      if (problem !== null) return problem;
    }
    if (record.gotBytes < record.totalBytes) return null;
    this.#pending = null;
    const words20 = new Int32Array(record.header.buffer, record.header.byteOffset, recordHeaderBytes / 4);
    if (~crc32c(record.crc, record.header, words20, 0, 20) !== record.header.readInt32LE(20))
      return damagedRecord(record.lsn, 'CRC: its content does not match its checksum');
    const end = align(address + headerBytes + left);
    return this.#accept(
      record.lsn,
      end,
      record.prefix,
      -1,
      0,
      record.prefixBytes,
      record.header[16],
      record.header[17],
    );
  }

  /** @param header where the record's header lies in the bytes, unless info and manager are given */
  #accept(
    lsn: Lsn,
    end: Lsn,
    bytes: Buffer,
    header: number,
    from: number,
    to: number,
    info: number = bytes[header + 16] as number,
    manager: number = bytes[header + 17] as number,
  ): WalkHalt | null {
    let next = end;
    let isReached = false;
    if (manager <= xactManager) {
      const event = eventOf(lsn, manager, info, bytes, from, to);
      const answer = event === null ? null : this.#options.onEvent(event, end);
      if (answer === 'stop before') return { kind: 'target' };
      isReached = answer === 'stop after';
      // A switch takes the rest of its segment.
      const { segmentBytes } = this.#options.cluster;
      if (isSwitch(manager, info)) next = Math.ceil(end / segmentBytes) * segmentBytes;
    }
    this.#next = next;
    this.#last = lsn;
    this.#records += 1;
    const { stopAtRecord, stopAtEnd } = this.#options;
    isReached ||= lsn >= (stopAtRecord ?? Number.POSITIVE_INFINITY);
    isReached ||= next >= (stopAtEnd ?? Number.POSITIVE_INFINITY);
    return isReached ? { kind: 'target' } : null;
  }
}

/** Records begin at multiples of eight (MAXALIGN). */
const align = (lsn: Lsn): Lsn => Math.ceil(lsn / 8) * 8;
