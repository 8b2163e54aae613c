/**
 * Finds where an SQL statement ends, by the lexical rules of psql (PostgreSQL's src/fe_utils/psqlscan.l): strings,
 * dollar quotes, nested comments, parentheses and the bodies of SQL-standard routines may hold anything, semicolons
 * included. Keeps its state between pieces, so that no byte of a long statement is looked at twice.
 *
 * Works on bytes. The encoding must not use ASCII bytes inside multibyte characters (see dump-encoding.ts).
 */
import { ByteKind, byte, isDigit, isWordPart, isWordStart, kindOf } from '../text/byte-kinds.ts';
import {
  endOfComment,
  endOfDollarQuote,
  endOfEscapeString,
  endOfIdentifier,
  endOfLine,
  endOfString,
  type QuotedEnd,
} from './quoted-text.ts';
import { StatementWords } from './statement-words.ts';

/** What ended a scan: the statement's semicolon, a backslash outside quotes, or the bytes at hand. */
export type LexerStop = 'semicolon' | 'backslash' | 'more';

/** What the lexer is inside of; used in messages about dumps that end there. */
export type LexerMode =
  | 'statement'
  | 'quoted string'
  | 'escape string'
  | 'quoted identifier'
  | 'dollar-quoted string'
  | 'line comment'
  | 'comment';

/**
 * Identifiers and tags are looked at again from their start when more bytes come; beyond this length they are not, so
 * that no text can make this take quadratic time.
 */
const maxWordBytes = 64 * 1024;

export class StatementLexer {
  /** Backslashes are ordinary characters in '…'. Follows `SET standard_conforming_strings`. */
  standardConformingStrings = true;
  readonly words = new StatementWords();
  mode: LexerMode = 'statement';
  /** Offset from the statement's start of the next byte to look at. After a stop: of the semicolon or backslash. */
  offset = 0;

  #parentheses = 0;
  #commentDepth = 0;
  #dollarTag = Buffer.alloc(0);
  /** 1 after a closed E'…', 2 when a newline followed: then the next quote continues the literal, escapes included. */
  #escapeContinuation = 0;

  /** Forgets the statement; the setting of `standardConformingStrings` stays. */
  reset(): void {
    this.words.reset();
    this.mode = 'statement';
    this.offset = 0;
    this.#parentheses = 0;
    this.#escapeContinuation = 0;
  }

  /**
   * Looks at the bytes from `start`, where the statement begins, on from where the last scan stopped. `atEnd` says
   * that no more bytes will follow these.
   */
  scan(bytes: Buffer, start: number, atEnd: boolean): LexerStop {
    for (;;) {
      const before = this.offset;
      const mode = this.mode;
      const stop =
        mode === 'statement' ? this.#scanCode(bytes, start, atEnd) : this.#scanQuoted(bytes, start, atEnd);
      if (stop !== null) return stop;
      if (this.mode === mode && this.offset === before) return 'more';
      if (start + this.offset >= bytes.length) return 'more';
    }
  }

  /** One step in a mode other than code. Null: look again, in what mode there is now. */
  #scanQuoted(bytes: Buffer, start: number, atEnd: boolean): null {
    const { next, closed } = this.#endOfQuoted(bytes, start + this.offset, atEnd);
    this.offset = next - start;
    if (!closed) return null;
    if (this.mode === 'escape string') this.#escapeContinuation = 1;
    this.mode = 'statement';
    return null;
  }

  #endOfQuoted(bytes: Buffer, at: number, atEnd: boolean): QuotedEnd {
    switch (this.mode) {
      case 'quoted string':
        return endOfString(bytes, at, atEnd);
      case 'escape string':
        return endOfEscapeString(bytes, at, atEnd);
      case 'quoted identifier':
        return endOfIdentifier(bytes, at);
      case 'dollar-quoted string':
        return endOfDollarQuote(bytes, at, this.#dollarTag);
      case 'line comment':
        return endOfLine(bytes, at);
      default: {
        const end = endOfComment(bytes, at, this.#commentDepth);
        this.#commentDepth = end.depth;
        return end;
      }
    }
  }

  #scanCode(bytes: Buffer, start: number, atEnd: boolean): LexerStop | null {
    const end = bytes.length;
    let at = start + this.offset;
    while (at < end) {
      const kind = kindOf(bytes, at);
      if (kind === ByteKind.blank) at++;
      else if (kind === ByteKind.newline) {
        if (this.#escapeContinuation === 1) this.#escapeContinuation = 2;
        at++;
      } else if (kind === ByteKind.other) {
        this.#escapeContinuation = 0;
        at++;
      } else if (kind === ByteKind.word || kind === ByteKind.digit) {
        const wordEnd = this.#word(bytes, start, at, atEnd);
        if (wordEnd < 0) break;
        at = wordEnd;
        if (this.mode !== 'statement') break;
      } else {
        this.offset = at - start;
        const stop = this.#special(bytes, start, at, atEnd);
        if (stop !== null || this.mode !== 'statement') return stop;
        if (this.offset === at - start) return 'more';
        at = start + this.offset;
      }
    }
    this.offset = at - start;
    return null;
  }

  /** Takes one number or unquoted identifier, and a quote that belongs to it. Returns its end, -1 when cut. */
  #word(bytes: Buffer, start: number, at: number, atEnd: boolean): number {
    const end = bytes.length;
    const isNumber = isDigit(bytes[at]);
    let wordEnd = at + 1;
    while (wordEnd < end && (isWordPart(bytes[wordEnd]) || (!isNumber && bytes[wordEnd] === byte.dollar)))
      wordEnd++;
    // Two more bytes tell whether it is the start of U&'…'.
    if (wordEnd + 1 >= end && !atEnd && wordEnd - at < maxWordBytes) return -1;
    this.#escapeContinuation = 0;
    if (isNumber) return wordEnd;
    if (wordEnd === at + 1) {
      const letter = (bytes[at] as number) | 0x20;
      const next = bytes[wordEnd];
      const plainPrefix = letter === byte.b || letter === byte.x;
      if (next === byte.quote && (plainPrefix || letter === byte.e)) {
        this.mode = plainPrefix ? 'quoted string' : 'escape string';
        return wordEnd + 1;
      }
      if (letter === byte.u && next === byte.ampersand && bytes[wordEnd + 1] === byte.quote) {
        this.mode = 'quoted string';
        return wordEnd + 2;
      }
    }
    this.words.take(bytes, start, at, wordEnd, this.#parentheses > 0);
    return wordEnd;
  }

  /** Quotes, comments, parentheses, semicolon, backslash. Moves `offset` on, or leaves it when more bytes are needed. */
  #special(bytes: Buffer, start: number, at: number, atEnd: boolean): LexerStop | null {
    const next = bytes[at + 1];
    const wasContinuation = this.#escapeContinuation;
    this.#escapeContinuation = 0;
    let length = 1;
    switch (bytes[at]) {
      case byte.quote:
        this.mode =
          this.standardConformingStrings && wasContinuation !== 2 ? 'quoted string' : 'escape string';
        break;
      case byte.doubleQuote:
        this.mode = 'quoted identifier';
        break;
      case byte.dollar:
        length = this.#dollarQuote(bytes, at, atEnd);
        break;
      case byte.dash:
      case byte.slash:
        if (next === undefined && !atEnd) {
          this.#escapeContinuation = wasContinuation;
          return null;
        }
        if (bytes[at] === byte.dash && next === byte.dash) {
          // A line comment may stand between the parts of a continued literal.
          this.#escapeContinuation = wasContinuation;
          this.mode = 'line comment';
          length = 2;
        } else if (bytes[at] === byte.slash && next === byte.star) {
          this.mode = 'comment';
          this.#commentDepth = 1;
          length = 2;
        }
        break;
      case byte.openParenthesis:
        this.#parentheses++;
        break;
      case byte.closeParenthesis:
        if (this.#parentheses > 0) this.#parentheses--;
        break;
      case byte.semicolon:
        if (this.#parentheses === 0 && this.words.bodyDepth === 0) return 'semicolon';
        break;
      case byte.backslash:
        if (next === undefined && !atEnd) return null;
        // psql reads `\:` as a colon.
        if (next !== byte.colon) return 'backslash';
        length = 2;
        break;
    }
    this.offset = at + length - start;
    return null;
  }

  /** Length of what the `$` begins: a dollar quote's tag, a parameter, or itself. 0 when more bytes are needed. */
  #dollarQuote(bytes: Buffer, at: number, atEnd: boolean): number {
    let tagEnd = at + 1;
    if (isDigit(bytes[tagEnd])) while (isWordPart(bytes[tagEnd])) tagEnd++;
    else {
      if (isWordStart(bytes[tagEnd])) while (isWordPart(bytes[tagEnd])) tagEnd++;
      if (bytes[tagEnd] === byte.dollar) {
        this.#dollarTag = Buffer.from(bytes.subarray(at, tagEnd + 1));
        this.mode = 'dollar-quoted string';
        return tagEnd + 1 - at;
      }
    }
    if (tagEnd === bytes.length && !atEnd && tagEnd - at < maxWordBytes) return 0;
    return isDigit(bytes[at + 1]) ? tagEnd - at : 1;
  }
}
