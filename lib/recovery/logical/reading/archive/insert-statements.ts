/** Cuts the data block of an INSERT-style dump (--inserts, --column-inserts, --rows-per-insert) into statements. */
import { dumpError } from '../../../streams/bytes/dump-error.ts';

const quote = 39;
const doubleQuote = 34;
const backslash = 92;
const semicolon = 59;
const newline = 10;

/** What the next byte belongs to. `escaped`: a string in which a backslash takes the next byte along. */
type Lexical = 'code' | 'string' | 'escaped' | 'identifier';

/**
 * Statements without their semicolons. pg_dump writes nothing but INSERT statements here, whose only tokens with free
 * text are strings and quoted names (dumpTableData_insert of pg_dump.c), and two empty lines at the end.
 * @throws DrillError DUMP_TRUNCATED when the text ends inside a statement or without those lines, STATEMENT_TOO_LARGE when one is
 * longer than `longestBytes`.
 */
export async function* insertStatements(
  chunks: AsyncIterable<Buffer>,
  standardStrings: boolean,
  longestBytes: number,
): AsyncGenerator<Buffer, void, undefined> {
  const text = new StatementBuffer(standardStrings, longestBytes);
  for await (const chunk of chunks) {
    text.append(chunk);
    for (let next = text.next(); next !== null; next = text.next()) yield next;
  }
  text.assertEnded();
}

class StatementBuffer {
  readonly #standardStrings: boolean;
  readonly #longestBytes: number;
  #buffer: Buffer = Buffer.allocUnsafeSlow(64 * 1024);
  #used = 0;
  #start = 0;
  #scanned = 0;
  #lexical: Lexical = 'code';
  #any = false;

  constructor(standardStrings: boolean, longestBytes: number) {
    this.#standardStrings = standardStrings;
    this.#longestBytes = longestBytes;
  }

  append(chunk: Buffer): void {
    const left = this.#used - this.#start;
    if (left + chunk.length > this.#longestBytes)
      throw dumpError('STATEMENT_TOO_LARGE', `an INSERT statement longer than ${this.#longestBytes} bytes`);
    if (this.#used + chunk.length > this.#buffer.length) {
      // Statements that were handed on share the old buffer, so that it is left alone.
      const larger = Buffer.allocUnsafeSlow(Math.max(64 * 1024, (left + chunk.length) * 2));
      this.#buffer.copy(larger, 0, this.#start, this.#used);
      this.#buffer = larger;
      this.#scanned -= this.#start;
      this.#used = left;
      this.#start = 0;
    }
    chunk.copy(this.#buffer, this.#used);
    this.#used += chunk.length;
  }

  /** The next whole statement at hand, or null. */
  next(): Buffer | null {
    for (; this.#scanned < this.#used; this.#scanned += 1) {
      const byte = this.#buffer[this.#scanned] as number;
      if (this.#lexical === 'code') {
        if (byte === semicolon) return this.#cut();
        if (byte === quote) this.#lexical = this.#opensEscapedString() ? 'escaped' : 'string';
        else if (byte === doubleQuote) this.#lexical = 'identifier';
      } else if (this.#lexical === 'identifier') {
        if (byte === doubleQuote) this.#lexical = 'code';
      } else if (byte === quote) {
        // A doubled quote ends the string and begins it again at once. The second one must keep its kind.
        if (this.#scanned + 1 === this.#used) return null;
        if (this.#buffer[this.#scanned + 1] === quote) this.#scanned += 1;
        else this.#lexical = 'code';
      } else if (byte === backslash && this.#lexical === 'escaped') {
        if (this.#scanned + 1 === this.#used) return null;
        this.#scanned += 1;
      }
    }
    return null;
  }

  /** What is left is the two empty lines, and the end of the last statement's line when there was one. */
  assertEnded(): void {
    const rest = this.#buffer.subarray(this.#start, this.#used);
    const newlines = this.#any ? 3 : 2;
    if (rest.length < newlines || rest.some((byte) => byte !== newline)) {
      throw dumpError('DUMP_TRUNCATED', 'the INSERT statements end early');
    }
  }

  #cut(): Buffer {
    let from = this.#start;
    while (this.#buffer[from] === newline) from += 1;
    const statement = this.#buffer.subarray(from, this.#scanned);
    this.#scanned += 1;
    this.#start = this.#scanned;
    this.#any = true;
    return statement;
  }

  #opensEscapedString(): boolean {
    const before = this.#buffer[this.#scanned - 1];
    return !this.#standardStrings || before === 0x45 || before === 0x65;
  }
}
