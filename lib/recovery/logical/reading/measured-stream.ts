import { createHash, type Hash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { DrillError, isDrillError } from '../../../domain/findings/errors.ts';
import { DamageClues } from './damage-clues.ts';

/**
 * The stored bytes of a dump as they come in: counts and hashes them. However the readers above it end, the rest can
 * still be read for the digest.
 */
export class MeasuredStream implements AsyncIterable<Buffer> {
  /** Number of bytes that came in so far. */
  bytesRead = 0;
  /** What was seen in them that explains damage. */
  readonly clues = new DamageClues();
  readonly #stream: Readable;
  readonly #pieces: AsyncIterator<Buffer>;
  readonly #sizeBytes: number | null;
  readonly #hash: Hash | null;
  #digest: string | null = null;
  #failure: unknown = null;
  /** Reads are made one after the other, whoever asks. */
  #last: Promise<unknown> = Promise.resolve();

  /**
   * `sizeBytes` as the store announced it, null when it did not. An aborted signal ends the stream. `digest` false for a part
   * of a file, whose digest nobody asks for.
   */
  constructor(
    stream: Readable,
    sizeBytes: number | null,
    signal: AbortSignal | undefined,
    { digest = true }: { digest?: boolean } = {},
  ) {
    this.#hash = digest ? createHash('sha256') : null;
    this.#stream = stream;
    this.#sizeBytes = sizeBytes;
    this.#pieces = stream[Symbol.asyncIterator]();
    // Whoever reads is told; one that fails before anybody does must not end the process.
    stream.on('error', () => {});
    const abort = (): void => {
      stream.destroy(new DrillError('INTERRUPTED', 'reading the dump was interrupted'));
    };
    if (signal?.aborted === true) abort();
    else {
      signal?.addEventListener('abort', abort, { once: true });
      stream.once('close', () => signal?.removeEventListener('abort', abort));
    }
  }

  /** Ending the iteration does not end the stream: see `sha256` and `close`. */
  [Symbol.asyncIterator](): AsyncIterator<Buffer> {
    return { next: () => this.#next(), return: async () => ({ done: true, value: undefined }) };
  }

  /** Reads what is left and gives the digest in hex; null when the stream failed or was closed. */
  async sha256(): Promise<string | null> {
    try {
      while ((await this.#next()).done !== true);
    } catch {
      return null;
    }
    return this.#digest;
  }

  /** Frees the connection or file. */
  close(): void {
    this.#stream.destroy();
  }

  #next(): Promise<IteratorResult<Buffer, undefined>> {
    const next = this.#last.then(() => this.#pull());
    this.#last = next.catch(() => {});
    return next;
  }

  async #pull(): Promise<IteratorResult<Buffer, undefined>> {
    if (this.#failure !== null) throw this.#failure;
    if (this.#digest !== null) return { done: true, value: undefined };
    try {
      const { done, value } = await this.#pieces.next();
      if (done !== true) {
        this.bytesRead += value.length;
        this.#hash?.update(value);
        this.clues.see(value);
        return { done: false, value };
      }
      this.#checkSize();
      this.#digest = this.#hash?.digest('hex') ?? '';
      return { done: true, value: undefined };
    } catch (error) {
      this.#failure = isDrillError(error) ? error : unreadable(error, this.bytesRead);
      throw this.#failure;
    }
  }

  #checkSize(): void {
    const size = this.#sizeBytes;
    if (size === null || this.bytesRead === size) return;
    if (this.bytesRead < size) throw unreadable(undefined, this.bytesRead, ` of ${size}`);
    throw new DrillError(
      'DUMP_CHANGED',
      `the dump has more bytes than the ${size} it had when it was selected`,
    );
  }
}

/** A connection or disk that failed: the dump itself may be whole. */
function unreadable(cause: unknown, bytesRead: number, ofAll = ''): DrillError {
  return new DrillError('DUMP_UNREADABLE', `reading the dump failed after ${bytesRead} bytes${ofAll}`, {
    fault: 'service',
    retryable: true,
    cause,
  });
}
