import type { DrillRecord } from '../../../domain/record/drill-record.ts';
import { decodeLine, plainDigest } from './ledger-lines.ts';

/** So many records of at most so many bytes: 64 of 53 kB hold 4.4 MB. Those of thousands of tables are decoded each time. */
const mostRecords = 64;
const mostBytes = 64 * 1024;

/**
 * Records that were decoded before. A drill looks at those of its database five times, and decoding takes 0.5 to 1.5 ms each. What a line
 * decodes to is told by its hash, which is reckoned anew each time. Records are given out more than once: not to be changed.
 */
export class DecodedLines {
  readonly #records = new Map<string, DrillRecord>();

  /** The record of a line, or why it is none. */
  decode(line: Buffer): { record: DrillRecord } | { damage: string } {
    const digest = line.length > mostBytes ? null : plainDigest(line);
    const known = digest === null ? undefined : this.#records.get(digest);
    if (known !== undefined) return { record: known };
    const decoded = decodeLine(line);
    if (digest !== null && 'record' in decoded) this.#remember(digest, decoded.record);
    return decoded;
  }

  #remember(digest: string, record: DrillRecord): void {
    this.#records.set(digest, record);
    const [oldest] = this.#records.keys();
    if (this.#records.size > mostRecords && oldest !== undefined) this.#records.delete(oldest);
  }
}
