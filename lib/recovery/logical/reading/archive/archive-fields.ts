/** The primitive fields of pg_dump's archive header and table of contents: bytes, signed integers, strings, offsets. */
import type { DrillError } from '../../../../domain/findings/errors.ts';
import { dumpError } from '../../../streams/bytes/dump-error.ts';

/** Bytes per integer and per file offset, both named in the archive's header. */
export interface FieldSizes {
  int: number;
  offset: number;
}

/** Where pg_dump says a data block lies. `unknown`: written to a pipe, so the offset could not be filled in. */
export type DataOffset = { state: 'unknown' | 'none' } | { state: 'known'; position: bigint };

/** K_OFFSET_POS_NOT_SET, K_OFFSET_POS_SET, K_OFFSET_NO_DATA of pg_backup_archiver.h. */
const offsetStates: Record<number, DataOffset['state']> = { 1: 'unknown', 2: 'known', 3: 'none' };

/** A string longer than 1 GiB cannot come out of PostgreSQL, whose values end there. */
const longestStringBytes = 2 ** 30;

/** Thrown by a field that goes beyond the bytes at hand; ArchiveCursor answers it with more bytes. */
export class BeyondBuffer extends Error {}
const beyondBuffer = new BeyondBuffer('field goes beyond the buffered bytes');

/** Decodes fields one after the other from bytes at hand. Strings come as one character per byte ('binary'). */
export class ArchiveFields {
  readonly sizes: FieldSizes;
  readonly #bytes: Buffer;
  readonly #what: string;
  /** Position of `bytes[0]` in the archive, for messages. */
  readonly #origin: number;
  #at = 0;

  constructor(bytes: Buffer, origin: number, sizes: FieldSizes, what: string) {
    this.#bytes = bytes;
    this.#origin = origin;
    this.sizes = sizes;
    this.#what = what;
  }

  get consumedBytes(): number {
    return this.#at;
  }

  byte(): number {
    const value = this.#bytes[this.#at];
    if (value === undefined) throw beyondBuffer;
    this.#at += 1;
    return value;
  }

  /** ReadInt: a sign byte, then the magnitude, lowest byte first. */
  int(): number {
    const { int: bytes } = this.sizes;
    if (this.#at + 1 + bytes > this.#bytes.length) throw beyondBuffer;
    const sign = this.byte();
    if (sign > 1) throw this.damaged(`a number has the sign byte ${sign}`);
    let magnitude = 0;
    if (bytes === 4) magnitude = this.#bytes.readUInt32LE(this.#at);
    else
      for (let index = 0; index < bytes; index += 1)
        magnitude += (this.#bytes[this.#at + index] as number) * 2 ** (8 * index);
    this.#at += bytes;
    if (magnitude > 2 ** 31) throw this.damaged('a number is larger than 32 bits');
    return sign === 1 ? -magnitude : magnitude;
  }

  /** ReadStr: null where pg_dump wrote a null pointer. */
  string(): string | null {
    const length = this.int();
    if (length === -1) return null;
    if (length < 0 || length > longestStringBytes) throw this.damaged(`a text claims ${length} bytes`);
    const end = this.#at + length;
    // C strings hold no zero byte, and every number after a text holds some: a damaged length shows at once, before
    // anything is buffered on its word.
    const zero = this.#bytes.indexOf(0, this.#at);
    if (zero !== -1 && zero < end) throw this.damaged('a text holds a zero byte');
    if (end > this.#bytes.length) throw beyondBuffer;
    const text = this.#bytes.toString('latin1', this.#at, end);
    this.#at = end;
    return text;
  }

  /** ReadOffset: a state byte, then the position, lowest byte first. */
  offset(): DataOffset {
    const flag = this.byte();
    const state = offsetStates[flag];
    if (state === undefined) throw this.damaged(`a data offset has the state ${flag}`);
    let position = 0n;
    for (let index = 0; index < this.sizes.offset; index += 1) {
      position |= BigInt(this.byte()) << BigInt(8 * index);
    }
    return state === 'known' ? { state, position } : { state };
  }

  /** The error of a field that cannot be what pg_dump wrote. */
  damaged(reason: string): DrillError {
    return dumpError(
      'DUMP_CORRUPT',
      `the ${this.#what} is damaged at byte ${this.#origin + this.#at}: ${reason}`,
    );
  }
}
