/** Pull reading over a pushed stream: what every format reader of this folder reads from. */
import type { DrillError } from '../../../domain/findings/errors.ts';
import { dumpError } from './dump-error.ts';
import { giveTurn } from './turns.ts';

/**
 * Reads a byte stream by pulling, in order and once, holding no more than what was asked for plus one piece of the
 * stream. Errors of the stream (damaged compression, a lost connection) are thrown by the call that meets them.
 *
 * Buffers that it returns may share memory with the stream's own pieces: read them, do not write into them.
 */
export class ByteSource {
  readonly #stream: AsyncIterator<Uint8Array>;
  /** Pieces that arrived and were not consumed yet; the first one from `#offset` on. */
  #queue: Buffer[] = [];
  #offset = 0;
  #buffered = 0;
  #ended = false;
  #isCanceled = false;
  #position = 0;

  constructor(stream: AsyncIterable<Uint8Array>) {
    this.#stream = stream[Symbol.asyncIterator]();
  }

  /** Number of bytes consumed so far, which is the offset of the next byte. */
  get position(): number {
    return this.#position;
  }

  /** Number of bytes that can be read without waiting for the stream. */
  get bufferedBytes(): number {
    return this.#buffered;
  }

  /**
   * Exactly `n` bytes.
   * @throws DrillError DUMP_TRUNCATED when the stream ends earlier.
   */
  async read(n: number): Promise<Buffer> {
    if (this.#buffered < n && !(await this.#fill(n))) throw this.#endedEarly();
    return this.#take(n);
  }

  /** Exactly `n` bytes when they have already arrived, else null: spares small fields the cost of a promise. */
  readBuffered(n: number): Buffer | null {
    return this.#buffered < n ? null : this.#take(n);
  }

  /** At most `n` bytes; fewer only at the end of the stream, none when it has ended. */
  async readUpTo(n: number): Promise<Buffer> {
    if (this.#buffered < n) await this.#fill(n);
    return this.#take(Math.min(n, this.#buffered));
  }

  /** The next piece as it arrived, of any size above zero; null at the end of the stream. Copies nothing. */
  async readPiece(): Promise<Buffer | null> {
    if (this.#buffered === 0 && !(await this.#fill(1))) return null;
    return this.#take((this.#queue[0] as Buffer).length - this.#offset);
  }

  /** All pieces that are left, as they arrive. */
  async *pieces(): AsyncGenerator<Buffer, void, undefined> {
    for (let piece = await this.readPiece(); piece !== null; piece = await this.readPiece()) yield piece;
  }

  /** The next `n` bytes without consuming them; fewer only at the end of the stream. */
  async peek(n: number): Promise<Buffer> {
    if (this.#buffered < n) await this.#fill(n);
    const size = Math.min(n, this.#buffered);
    this.#joinFirst(size);
    return this.#queue[0]?.subarray(this.#offset, this.#offset + size) ?? Buffer.alloc(0);
  }

  /**
   * Passes over `n` bytes in bounded memory.
   * @throws DrillError DUMP_TRUNCATED when the stream ends earlier.
   */
  async skip(n: number): Promise<void> {
    for await (const _ of this.chunks(n));
  }

  /** True when no byte is left. */
  async atEnd(): Promise<boolean> {
    return this.#buffered === 0 && !(await this.#fill(1));
  }

  /**
   * The next `n` bytes in pieces as they arrive, never empty, copying nothing. Consume it to its end: what is left
   * unread stays in the source.
   * @throws DrillError DUMP_TRUNCATED when the stream ends earlier.
   */
  async *chunks(n: number): AsyncGenerator<Buffer, void, undefined> {
    for (let left = n; left > 0; ) {
      if (this.#buffered === 0 && !(await this.#fill(1))) throw this.#endedEarly();
      const piece = this.#take(Math.min(left, (this.#queue[0] as Buffer).length - this.#offset));
      left -= piece.length;
      yield piece;
    }
  }

  /** Gives bytes back that were read last, so that the next read begins with them. */
  unread(bytes: Buffer): void {
    if (bytes.length === 0) return;
    const first = this.#queue[0];
    if (first !== undefined && this.#offset > 0) this.#queue[0] = first.subarray(this.#offset);
    this.#offset = 0;
    this.#queue.unshift(bytes);
    this.#buffered += bytes.length;
    this.#position -= bytes.length;
  }

  /** Lets go of the stream without reading on; its resources are freed. Whoever still reads is told DUMP_TRUNCATED, never an end. */
  async cancel(): Promise<void> {
    this.#isCanceled = true;
    this.#ended = true;
    this.#queue = [];
    this.#buffered = 0;
    await this.#stream.return?.();
  }

  /** Waits until `n` bytes are buffered; false when the stream ended before. */
  async #fill(n: number): Promise<boolean> {
    while (this.#buffered < n && !this.#ended) {
      await giveTurn();
      const { done, value } = await this.#stream.next();
      if (this.#isCanceled) break;
      if (done === true) this.#ended = true;
      else if (value.length > 0) {
        this.#queue.push(
          Buffer.isBuffer(value) ? value : Buffer.from(value.buffer, value.byteOffset, value.length),
        );
        this.#buffered += value.length;
      }
    }
    if (this.#isCanceled) throw dumpError('DUMP_TRUNCATED', 'reading was given up');
    return this.#buffered >= n;
  }

  /** Makes the first queued piece hold at least `n` bytes from the offset, copying only when it does not yet. */
  #joinFirst(n: number): void {
    if (this.#queue.length < 2 || (this.#queue[0] as Buffer).length - this.#offset >= n) return;
    const parts: Buffer[] = [(this.#queue[0] as Buffer).subarray(this.#offset)];
    let size = (parts[0] as Buffer).length;
    while (size < n) {
      const next = this.#queue[parts.length] as Buffer;
      parts.push(next);
      size += next.length;
    }
    this.#queue.splice(0, parts.length, Buffer.concat(parts, size));
    this.#offset = 0;
  }

  #take(n: number): Buffer {
    if (n === 0) return Buffer.alloc(0);
    this.#joinFirst(n);
    const first = this.#queue[0] as Buffer;
    const taken = first.subarray(this.#offset, this.#offset + n);
    this.#offset += n;
    if (this.#offset === first.length) {
      this.#queue.shift();
      this.#offset = 0;
    }
    this.#buffered -= n;
    this.#position += n;
    return taken;
  }

  #endedEarly(): DrillError {
    const at = this.#position + this.#buffered;
    return dumpError('DUMP_TRUNCATED', `the dump ends at byte ${at}, where more was due`);
  }
}

/** Members of a directory-format dump that lie as files or objects of their own. */
export interface DirectorySource {
  /** Names relative to the directory, such as `toc.dat`, `3431.dat.gz`. */
  names: string[];
  /** Bytes of a member as it is stored, where that is known. */
  sizeOf?(name: string): number | null;
  /** Raw bytes of one member. @throws DrillError DUMP_TRUNCATED or DUMP_UNREADABLE when it cannot be read. */
  open(name: string): Promise<AsyncIterable<Uint8Array>>;
}
