/** Builds a log as PostgreSQL lays it out, byte by byte and in its own way: what reads it shares nothing with it. */
import { Readable } from 'node:stream';
import type { Cluster } from '../../../../lib/recovery/physical/wal/page-check.ts';
import type { WalFile } from '../../../../lib/recovery/physical/wal/wal-file.ts';

export const cluster: Cluster = { systemIdentifier: 7709311248685840412n, segmentBytes: 2 ** 20, major: 15 };
const pageBytes = 8192;

export interface BuiltRecord {
  /** Resource manager; 10 is Heap, which nobody looks into. */
  manager: number;
  info: number;
  data: Buffer;
}

export const heap = (bytes: number): BuiltRecord => ({
  manager: 10,
  info: 0,
  data: Buffer.alloc(bytes, 0x5a),
});
export const commit = (micros: number, info = 0x00): BuiltRecord => ({
  manager: 1,
  info,
  data: micros2000(micros),
});
export const abort = (micros: number): BuiltRecord => commit(micros, 0x20);
export const walSwitch: BuiltRecord = { manager: 0, info: 0x40, data: Buffer.alloc(0) };

export function micros2000(micros: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(BigInt(micros) - 946_684_800_000_000n);
  return bytes;
}

/** Bit by bit, as the polynomial is defined. */
export function slowCrc32c(...parts: Buffer[]): number {
  let crc = 0xffffffff;
  for (const byte of Buffer.concat(parts)) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc & 1) === 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return ~crc >>> 0;
}

export class WalBuilder {
  readonly of: Cluster;
  /** Where the log begins, a segment's start. */
  readonly start: number;
  timeline: number;
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;
  previous = 0;

  constructor(startSegment = 1, { of = cluster, timeline = 1 } = {}) {
    this.of = of;
    this.start = startSegment * of.segmentBytes;
    this.timeline = timeline;
    this.previous = Math.max(0, this.start - 8);
  }

  /** Where the next record would begin. */
  get next(): number {
    const at = Math.ceil(this.#at / 8) * 8;
    return this.start + at + (at % pageBytes === 0 ? headerBytes(at % this.of.segmentBytes === 0) : 0);
  }

  /** @returns where it begins */
  add({ manager, info, data }: BuiltRecord): number {
    this.#at = Math.ceil(this.#at / 8) * 8;
    const lsn = this.next;
    const main = data.length === 0 ? data : Buffer.concat([longDataHeader(data.length), data]);
    const header = Buffer.alloc(24);
    header.writeUInt32LE(24 + main.length, 0);
    header.writeUInt32LE(731, 4);
    header.writeBigUInt64LE(BigInt(this.previous), 8);
    header[16] = info;
    header[17] = manager;
    header.writeUInt32LE(slowCrc32c(main, header.subarray(0, 20)), 20);
    this.#put(Buffer.concat([header, main]));
    this.previous = lsn;
    if (manager === 0 && info === 0x40)
      this.#at = Math.ceil(this.#at / this.of.segmentBytes) * this.of.segmentBytes;
    return lsn;
  }

  #put(record: Buffer): void {
    for (let from = 0; from < record.length; ) {
      this.#need(this.#at + pageBytes);
      if (this.#at % pageBytes === 0) this.#beginPage(from === 0 ? 0 : record.length - from);
      const part = record.subarray(from, from + pageBytes - (this.#at % pageBytes));
      part.copy(this.#bytes, this.#at);
      this.#at += part.length;
      from += part.length;
    }
  }

  #beginPage(remaining: number): void {
    const { systemIdentifier, segmentBytes } = this.of;
    const isLong = this.#at % segmentBytes === 0;
    const page = this.#bytes.subarray(this.#at);
    page.writeUInt16LE(0xd110, 0);
    page.writeUInt16LE((isLong ? 2 : 0) | (remaining > 0 ? 1 : 0), 2);
    page.writeUInt32LE(this.timeline, 4);
    page.writeBigUInt64LE(BigInt(this.start + this.#at), 8);
    page.writeUInt32LE(remaining, 16);
    if (isLong) {
      page.writeBigUInt64LE(systemIdentifier, 24);
      page.writeUInt32LE(segmentBytes, 32);
      page.writeUInt32LE(pageBytes, 36);
    }
    this.#at += headerBytes(isLong);
  }

  #need(bytes: number): void {
    if (bytes <= this.#bytes.length) return;
    const whole = Math.ceil(bytes / this.of.segmentBytes) * this.of.segmentBytes;
    this.#bytes = Buffer.concat([this.#bytes], whole);
  }

  /** The segments, the last one filled up with zeros. */
  segments(): Buffer[] {
    const { segmentBytes } = this.of;
    return Array.from({ length: this.#bytes.length / segmentBytes }, (_, index) =>
      this.#bytes.subarray(index * segmentBytes, (index + 1) * segmentBytes),
    );
  }
}

const headerBytes = (isLong: boolean): number => (isLong ? 40 : 24);

function longDataHeader(length: number): Buffer {
  const header = Buffer.from([254, 0, 0, 0, 0]);
  header.writeUInt32LE(length, 1);
  return header;
}

/** A stored file of these bytes. */
export const stored = (name: string, bytes: Buffer): WalFile => ({
  name,
  sizeBytes: bytes.length,
  open: async () => Readable.from(bytes.length === 0 ? [] : [bytes]),
});
