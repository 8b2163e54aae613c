import { wordEquals } from '../text/byte-kinds.ts';

/** Only the first words matter for deciding what a statement is. */
const leadingWordCount = 4;
const routineWords = ['create', 'function', 'procedure', 'or', 'replace'];

/** What the unquoted words of a statement tell, taken one after the other. */
export class StatementWords {
  /** The first four in lower case; of an INSERT only the first. */
  leading: string[] = [];
  /** Offset from the statement's start of `VALUES` outside parentheses, in an INSERT statement; else null. */
  valuesOffset: number | null = null;
  /** Open BEGIN and CASE in the body of an SQL-standard routine, by psql's own heuristic. */
  bodyDepth = 0;
  #count = 0;
  #initials = '';

  reset(): void {
    this.leading = [];
    this.valuesOffset = null;
    this.bodyDepth = 0;
    this.#count = 0;
    this.#initials = '';
  }

  /** Takes the word from `at` to `end`; the statement begins at `start`. */
  take(bytes: Buffer, start: number, at: number, end: number, inParentheses: boolean): void {
    if (this.#count < leadingWordCount) {
      this.#count++;
      // The words after INSERT tell nothing, and dumps hold millions of them.
      if (this.leading[0] !== 'insert') this.#takeLeading(bytes, at, end);
    }
    if (inParentheses) return;
    if (this.leading[0] === 'insert') {
      const isValues = this.valuesOffset === null && wordEquals(bytes, at, end, 'values');
      if (isValues) this.valuesOffset = at - start;
    } else if (this.leading[0] === 'create' && /^c(?:or)?[fp]/.test(this.#initials)) {
      if (wordEquals(bytes, at, end, 'begin')) this.bodyDepth++;
      else if (this.bodyDepth === 0) return;
      else if (wordEquals(bytes, at, end, 'case')) this.bodyDepth++;
      else if (wordEquals(bytes, at, end, 'end')) this.bodyDepth--;
    }
  }

  #takeLeading(bytes: Buffer, at: number, end: number): void {
    const isInsert = this.#count === 1 && wordEquals(bytes, at, end, 'insert');
    const word = isInsert ? 'insert' : bytes.toString('latin1', at, end).toLowerCase();
    this.leading.push(word);
    this.#initials += routineWords.includes(word) ? word.charAt(0) : ' ';
  }
}
