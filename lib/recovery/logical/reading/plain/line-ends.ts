import { formatCountOf } from '../../../../domain/text/quantities.ts';

const lineEnd = Buffer.from('\r\n');

/**
 * How the lines between statements end. PostgreSQL ends them with a line feed everywhere but on Windows; a terminal puts
 * a carriage return before each, also inside values that span lines, where it stays.
 */
export class LineEnds {
  #lineFeeds = 0;
  #carriageReturns = 0;
  /** INSERT statements that span lines: pg_dump writes line breaks of values as they are. */
  #changedInserts = 0;

  /** A line end outside of statements, comments and rows. */
  note(afterCarriageReturn: boolean): void {
    this.#lineFeeds++;
    if (afterCarriageReturn) this.#carriageReturns++;
  }

  /** An INSERT statement as it stands in the text. */
  insert(bytes: Buffer): void {
    if (this.#carriageReturns > 0 && bytes.includes(lineEnd)) this.#changedInserts++;
  }

  /** What to say at the end, else null. */
  oddity(): string | null {
    if (this.#carriageReturns === 0) return null;
    const lines =
      this.#carriageReturns === this.#lineFeeds
        ? 'its lines end'
        : `${this.#carriageReturns} of ${this.#lineFeeds} lines between statements end`;
    const where =
      this.#changedInserts === 0
        ? 'values and function bodies that span lines may hold carriage returns that the source does not have'
        : `${formatCountOf(this.#changedInserts, 'INSERT statement')} span lines, so their values hold carriage returns that the source does not have`;
    return `${lines} in carriage return and line feed, as a terminal (-t) or Windows leaves them: ${where}`;
  }
}
