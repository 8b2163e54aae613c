import { dumpError } from '../../../streams/bytes/dump-error.ts';
import { ByteKind, byte, kindOf } from '../text/byte-kinds.ts';
import { LineEnds } from './line-ends.ts';
import { endOfComment, endOfLine } from './quoted-text.ts';
import type { SqlWindow } from './sql-window.ts';
import { StatementLexer } from './statement-lexer.ts';

const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);

/** Comments and meta-commands longer than this say nothing that pg_dump or a reader of it would. */
const maxLineBytes = 64 * 1024;

/** One piece of the text that means something on its own. */
export type TextPiece =
  | { kind: 'statement'; bytes: Buffer; line: number }
  /** One line beginning with `--`, where a statement may begin. Without its end of line. */
  | { kind: 'comment'; bytes: Buffer; line: number }
  /** A meta-command up to the end of its line. `inStatement`: it stands in the middle of a statement. */
  | { kind: 'meta-command'; bytes: Buffer; line: number; inStatement: boolean };

/** Splits text into statements, comment lines and meta-commands. Its lexer tells more about the last statement. */
export class StatementScanner {
  readonly lexer = new StatementLexer();
  readonly lineEnds = new LineEnds();
  readonly #window: SqlWindow;
  #inStatement = false;
  #commentDepth = 0;
  #isFirst = true;
  #inLongLine = false;
  #afterCarriageReturn = false;

  constructor(window: SqlWindow) {
    this.#window = window;
  }

  /**
   * The next piece from what is at hand: `more` when it takes more text to tell, `end` when all text is used up.
   * Bytes are valid until the next call.
   * @throws DrillError DUMP_TRUNCATED when the text ends inside a statement or comment.
   */
  next(): TextPiece | 'more' | 'end' {
    return this.#inStatement ? this.#continueStatement() : this.#atBoundary();
  }

  #atBoundary(): TextPiece | 'more' | 'end' {
    const window = this.#window;
    const { bytes } = window;
    let at = window.start;
    if (this.#isFirst) {
      if (bytes.length - at < byteOrderMark.length && !window.ended) return 'more';
      if (bytes.subarray(at, at + byteOrderMark.length).equals(byteOrderMark)) at += byteOrderMark.length;
      this.#isFirst = false;
    }
    for (;;) {
      if (this.#inLongLine) {
        const end = endOfLine(bytes, at);
        this.#inLongLine = !end.closed;
        at = end.next;
      }
      if (this.#commentDepth > 0) {
        const comment = endOfComment(bytes, at, this.#commentDepth);
        this.#commentDepth = comment.depth;
        at = comment.next;
        if (this.#commentDepth > 0) return this.#lacking(at, 'a comment');
      }
      at = this.#endOfGap(bytes, at);
      window.advanceTo(at);
      if (at >= bytes.length) return window.ended ? 'end' : 'more';
      const next = bytes[at + 1];
      const isPair = bytes[at] === byte.dash || bytes[at] === byte.slash;
      if (isPair && next === undefined && !window.ended) return 'more';
      if (bytes[at] === byte.slash && next === byte.star) {
        this.#commentDepth = 1;
        at += 2;
      } else if (bytes[at] === byte.dash && next === byte.dash) return this.#line('comment', at, false);
      else if (bytes[at] === byte.backslash) return this.#line('meta-command', at, false);
      else {
        this.#inStatement = true;
        this.lexer.reset();
        return this.#continueStatement();
      }
    }
  }

  /** Where the white space and empty statements that begin here end. */
  #endOfGap(bytes: Buffer, start: number): number {
    let at = start;
    for (; at < bytes.length; at++) {
      const value = bytes[at];
      if (value === byte.lineFeed) this.lineEnds.note(this.#afterCarriageReturn);
      else if (value !== byte.semicolon) {
        const kind = kindOf(bytes, at);
        if (kind !== ByteKind.blank && kind !== ByteKind.newline) break;
      }
      this.#afterCarriageReturn = value === byte.carriageReturn;
    }
    if (at < bytes.length) this.#afterCarriageReturn = false;
    return at;
  }

  #continueStatement(): TextPiece | 'more' | 'end' {
    const window = this.#window;
    const { start, line } = window;
    const stop = this.lexer.scan(window.bytes, start, window.ended);
    const at = start + this.lexer.offset;
    if (stop === 'more') return this.#lacking(null, withArticle(this.lexer.mode));
    if (stop === 'backslash' && window.bytes[at + 1] !== byte.semicolon)
      return this.#line('meta-command', at, true);
    const bytes = window.bytes.subarray(start, at);
    // `\;` separates statements that psql sends together.
    window.advanceTo(at + (stop === 'backslash' ? 2 : 1));
    this.#inStatement = false;
    return { kind: 'statement', bytes: trimEnd(bytes), line };
  }

  /** A whole line from `at` on; a meta-command in a statement is taken out of it. */
  #line(kind: 'comment' | 'meta-command', at: number, inStatement: boolean): TextPiece | 'more' | 'end' {
    const window = this.#window;
    let end = at;
    while (end < window.bytes.length && kindOf(window.bytes, end) !== ByteKind.newline) end++;
    const { line } = window;
    const isCut = end === window.bytes.length && !window.ended;
    if (isCut && end - at < maxLineBytes) return 'more';
    const bytes = window.bytes.subarray(at, end);
    if (kind === 'comment') {
      // Of a line that is longer than any that means something, the rest is passed over as it comes.
      this.#inLongLine = isCut;
      window.advanceTo(end);
      return { kind, bytes, line };
    }
    if (isCut)
      throw dumpError('DUMP_CORRUPT', `line ${line}: a meta-command of more than ${maxLineBytes} bytes`);
    if (inStatement) window.cut(at, end);
    else window.advanceTo(end);
    return { kind, bytes, line, inStatement };
  }

  #lacking(at: number | null, what: string): 'more' {
    const window = this.#window;
    if (!window.ended) {
      if (at !== null) window.advanceTo(at);
      return 'more';
    }
    const { line } = window;
    window.advanceTo(window.bytes.length);
    throw dumpError(
      'DUMP_TRUNCATED',
      `the dump ends at line ${window.line}, inside ${what} (begun at line ${line})`,
    );
  }
}

function trimEnd(bytes: Buffer): Buffer {
  let end = bytes.length;
  while (end > 0 && [ByteKind.blank, ByteKind.newline].some((kind) => kind === kindOf(bytes, end - 1))) end--;
  return end === bytes.length ? bytes : bytes.subarray(0, end);
}

const withArticle = (name: string): string => (name.startsWith('e') ? `an ${name}` : `a ${name}`);
