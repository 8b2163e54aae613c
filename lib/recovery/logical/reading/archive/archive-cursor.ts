/** Reads an archive's records and data pieces from a byte source with one small buffer of its own. */
import type { ByteSource } from '../../../streams/bytes/byte-source.ts';
import { dumpError } from '../../../streams/bytes/dump-error.ts';
import { ArchiveFields, BeyondBuffer, type FieldSizes } from './archive-fields.ts';

/**
 * Decodes records without a promise per field: a record is parsed from the bytes at hand, and parsed again from its
 * start when it turns out to go on. A table of contents of 100,000 entries has some 5 million fields.
 */
export class ArchiveCursor {
  /** Set from the header; records before it use these sizes, which every known pg_dump writes. */
  readonly sizes: FieldSizes = { int: 4, offset: 8 };
  readonly #source: ByteSource;
  readonly #start: number;
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;
  #consumedBytes: number;

  /** @param position offset in the archive of the source's next byte */
  constructor(source: ByteSource, position = 0) {
    this.#source = source;
    this.#start = source.position - position;
    this.#consumedBytes = position;
  }

  /** Offset of the next byte from the start of the archive. */
  get position(): number {
    return this.#consumedBytes;
  }

  /** Offset of the next byte in the source that the cursor was made from. */
  get sourcePosition(): number {
    return this.#start + this.#consumedBytes;
  }

  /**
   * One record. `what` names it in errors: `table of contents`.
   * @throws DrillError DUMP_TRUNCATED when the archive ends inside it; whatever `parse` throws.
   */
  async record<T>(what: string, parse: (fields: ArchiveFields) => T): Promise<T> {
    for (;;) {
      const fields = new ArchiveFields(this.#bytes.subarray(this.#at), this.#consumedBytes, this.sizes, what);
      try {
        const value = parse(fields);
        this.#advance(fields.consumedBytes);
        return value;
      } catch (error) {
        if (!(error instanceof BeyondBuffer)) throw error;
      }
      const have = this.#bytes.length - this.#at;
      // Doubling keeps the work of parsing again below twice the record. What is at hand by then may suffice even
      // where the archive ends before twice the amount.
      await this.#fill(Math.max(1, have * 2));
      if (this.#bytes.length - this.#at === have) {
        throw dumpError(
          'DUMP_TRUNCATED',
          `the dump ends inside the ${what}, at byte ${this.#consumedBytes + have}`,
        );
      }
    }
  }

  /** Bytes at hand, at least one; null at the end of the archive. Say with `consume` how many were used. */
  async available(): Promise<Buffer | null> {
    if (this.#at === this.#bytes.length && !(await this.#fill(1))) return null;
    return this.#bytes.subarray(this.#at);
  }

  consume(bytes: number): void {
    this.#advance(bytes);
  }

  /** More bytes behind the ones at hand; false at the end of the archive. */
  async more(): Promise<boolean> {
    return this.#fill(this.#bytes.length - this.#at + 1);
  }

  #advance(bytes: number): void {
    this.#at += bytes;
    this.#consumedBytes += bytes;
  }

  async #fill(wanted: number): Promise<boolean> {
    const parts: Buffer[] = this.#at === this.#bytes.length ? [] : [this.#bytes.subarray(this.#at)];
    let size = this.#bytes.length - this.#at;
    while (size < wanted) {
      const piece = await this.#source.readPiece();
      if (piece === null) break;
      parts.push(piece);
      size += piece.length;
    }
    this.#bytes = parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts, size);
    this.#at = 0;
    return size >= wanted;
  }
}
