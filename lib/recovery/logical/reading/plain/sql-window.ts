import { DrillError, isDrillError } from '../../../../domain/findings/errors.ts';
import type { ByteSource } from '../../../streams/bytes/byte-source.ts';
import { dumpError } from '../../../streams/bytes/dump-error.ts';
import { defaultReadingLimits } from '../../../streams/bytes/reading-limits.ts';
import { byte } from '../text/byte-kinds.ts';

/** After a newline this many bytes are looked at one by one: a search costs as much as looking at some fifty. */
const shortLine = 64;

function countNewlines(bytes: Buffer, start: number, end: number): number {
  let count = 0;
  for (let at = bytes.indexOf(byte.lineFeed, start); at >= 0 && at < end; ) {
    count++;
    at++;
    for (let until = at + shortLine; at < end && at < until; at++) {
      if (bytes[at] !== byte.lineFeed) continue;
      count++;
      until = at + shortLine;
    }
    at = at < end ? bytes.indexOf(byte.lineFeed, at) : -1;
  }
  return count;
}

/** The part of the text that is at hand: from the start of the current statement to the last piece that arrived. */
export class SqlWindow {
  /** Exactly the bytes at hand; those before `start` are done with. */
  bytes: Buffer = Buffer.alloc(0);
  start = 0;
  /** True when no more bytes will come than those at hand. */
  ended = false;
  /** 1-based line of `start`. */
  line = 1;

  readonly #source: ByteSource;
  readonly #maxStatementBytes: number;
  #storage: Buffer | null = null;
  #decode: ((piece: Buffer | null) => Buffer) | null = null;

  /** @param maxStatementBytes longest statement that is held. Rows of COPY do not count: they are never held */
  constructor(source: ByteSource, maxStatementBytes = defaultReadingLimits.statementBytes) {
    this.#source = source;
    this.#maxStatementBytes = maxStatementBytes;
  }

  /** Next piece of the text, past what is at hand; null at the end. Never empty. */
  async readPiece(): Promise<Buffer | null> {
    while (!this.ended) {
      const raw = await this.#source.readPiece().catch((error) => {
        throw this.#located(error);
      });
      if (raw === null) this.ended = true;
      const piece = this.#decode === null ? raw : this.#decode(raw);
      if (piece !== null && piece.length > 0) return piece;
    }
    return null;
  }

  /** Damage met beneath the text, with the line that the text had come to. */
  #located(error: unknown): unknown {
    if (!isDrillError(error) || (error.code !== 'DUMP_CORRUPT' && error.code !== 'DUMP_TRUNCATED'))
      return error;
    const line = this.line + countNewlines(this.bytes, this.start, this.bytes.length);
    return new DrillError(error.code, `${error.message}, at line ${line} of the text`, {
      hint: error.hint,
      cause: error,
    });
  }

  /**
   * Adds the next piece to what is at hand; false at the end of the text.
   * @throws DrillError STATEMENT_TOO_LARGE when one statement is longer than can be held.
   */
  async more(): Promise<boolean> {
    const piece = await this.readPiece();
    if (piece === null) return false;
    const live = this.bytes.length - this.start;
    if (live === 0) {
      this.resume(piece, 0);
      return true;
    }
    const needed = live + piece.length;
    if (needed > this.#maxStatementBytes) {
      throw dumpError(
        'STATEMENT_TOO_LARGE',
        `line ${this.line}: a statement longer than ${this.#maxStatementBytes} bytes`,
      );
    }
    if (this.#storage === null || this.bytes.length + piece.length > this.#storage.length) {
      // Doubling for statements that span many pieces keeps the copying linear.
      const doubled = Math.min(needed * 2, this.#maxStatementBytes);
      const storage = Buffer.allocUnsafeSlow(live > piece.length ? doubled : needed);
      this.bytes.copy(storage, 0, this.start);
      this.start = 0;
      this.#storage = storage;
      this.bytes = storage.subarray(0, live);
    }
    piece.copy(this.#storage, this.bytes.length);
    this.bytes = this.#storage.subarray(0, this.bytes.length + piece.length);
    return true;
  }

  /** Moves the start on, counting lines. */
  advanceTo(end: number): void {
    this.line += countNewlines(this.bytes, this.start, end);
    this.start = end;
  }

  /** Gives away everything at hand, for readers of rows, who count the lines themselves. */
  takeAll(): Buffer {
    const taken = this.bytes.subarray(this.start);
    this.resume(Buffer.alloc(0), 0);
    return taken;
  }

  /** Goes on with these bytes from `start`. */
  resume(bytes: Buffer, start: number): void {
    this.bytes = bytes;
    this.start = start;
    this.#storage = null;
  }

  /** Takes `from` to `to` out of the bytes at hand, as psql takes a meta-command out of a statement. */
  cut(from: number, to: number): void {
    this.resume(Buffer.concat([this.bytes.subarray(this.start, from), this.bytes.subarray(to)]), 0);
  }

  /** Puts back, before what is at hand, the rest of a line that was counted already. */
  prependLine(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.line--;
    this.resume(Buffer.concat([bytes, this.bytes.subarray(this.start)]), 0);
  }

  /** Passes everything from `start` on through a decoder; it is called with null at the end of the text. */
  decodeWith(decode: (piece: Buffer | null) => Buffer): void {
    this.#decode = decode;
    this.resume(decode(this.bytes.subarray(this.start)), 0);
  }
}
