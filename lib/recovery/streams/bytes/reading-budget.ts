import { dumpError } from './dump-error.ts';
import { defaultReadingLimits, type ReadingLimits, unpacksTooFar } from './reading-limits.ts';
import { giveTurn } from './turns.ts';

/**
 * What the compressed parts of one archive have unpacked to so far, against its limits. A thousand blocks may each be harmless
 * and a bomb together, and one bomb may hide beside much that is honest: each part is measured, and all of them.
 */
export class ReadingBudget {
  readonly limits: ReadingLimits;
  readonly #storedBytes: () => number;
  #contentBytes = 0;
  #isClosed = false;

  /** @param storedBytes of the whole dump that were read so far; without it only the parts are measured */
  constructor(
    limits: ReadingLimits = defaultReadingLimits,
    storedBytes: () => number = () => Number.POSITIVE_INFINITY,
  ) {
    this.limits = limits;
    this.#storedBytes = storedBytes;
  }

  /** Nobody reads any more: a part under way ends, however much it still holds. */
  close(): void {
    this.#isClosed = true;
  }

  /**
   * The content of one compressed part.
   * @param unpack a decoder @throws DrillError DECOMPRESSION_LIMIT, and what input and decoder throw
   */
  async *spend(
    stored: AsyncIterable<Buffer>,
    unpack: (stored: AsyncIterable<Buffer>) => AsyncIterable<Buffer>,
  ): AsyncGenerator<Buffer, void, undefined> {
    let storedBytes = 0;
    let contentBytes = 0;
    async function* counted(): AsyncGenerator<Buffer, void, undefined> {
      for await (const piece of stored) {
        storedBytes += piece.length;
        yield piece;
      }
    }
    for await (const piece of unpack(counted())) {
      if (this.#isClosed) throw dumpError('DUMP_TRUNCATED', 'reading was given up');
      contentBytes += piece.length;
      this.#contentBytes += piece.length;
      const problem =
        unpacksTooFar(contentBytes, storedBytes, this.limits) ??
        unpacksTooFar(this.#contentBytes, this.#storedBytes(), this.limits);
      if (problem !== null) throw dumpError('DECOMPRESSION_LIMIT', problem);
      await giveTurn();
      yield piece;
    }
  }
}
