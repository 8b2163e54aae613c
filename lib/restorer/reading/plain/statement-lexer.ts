/**
 * Finds where an SQL statement ends, by the lexical rules of psql (PostgreSQL's src/fe_utils/psqlscan.l): strings,
 * dollar quotes, nested comments, parentheses and the bodies of SQL-standard routines may hold anything, semicolons
 * included. Keeps its state between pieces, so that no byte of a long statement is looked at twice.
 *
 * Works on bytes. The encoding must not use ASCII bytes inside multibyte characters (see dump-encoding.ts).
 */
import { ByteKind, byte, isDigit, isWordPart, isWordStart, kindOf, wordEquals } from './byte-kinds.ts';

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

/** Only the first words matter for deciding what a statement is. */
const leadingWordCount = 4;
const routineWords = ['create', 'function', 'procedure', 'or', 'replace'];

export class StatementLexer {
  /** Backslashes are ordinary characters in '…'. Follows `SET standard_conforming_strings`. */
  standardConformingStrings = true;
  /** The first four words of the statement in lower case, unquoted ones only; of an INSERT only the first. */
  leadingWords: string[] = [];
  /** Offset from the statement's start of `VALUES` outside parentheses, in an INSERT statement; else null. */
  valuesOffset: number | null = null;
  mode: LexerMode = 'statement';
  /** Offset from the statement's start of the next byte to look at. After a stop: of the semicolon or backslash. */
  offset = 0;

  #parentheses = 0;
  #wordCount = 0;
  #routineWords = '';
  #bodyDepth = 0;
  #commentDepth = 0;
  #dollarTag = Buffer.alloc(0);
  /** 1 after a closed E'…', 2 when a newline followed: then the next quote continues the literal, escapes included. */
  #escapeContinuation = 0;

  /** Forgets the statement; the setting of `standardConformingStrings` stays. */
  reset(): void {
    this.leadingWords = [];
    this.valuesOffset = null;
    this.mode = 'statement';
    this.offset = 0;
    this.#parentheses = 0;
    this.#wordCount = 0;
    this.#routineWords = '';
    this.#bodyDepth = 0;
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
    const at = start + this.offset;
    const end = bytes.length;
    let next = end;
    switch (this.mode) {
      case 'quoted string':
        next = this.#endOfString(bytes, at, atEnd);
        break;
      case 'escape string':
        next = this.#endOfEscapeString(bytes, at, atEnd);
        break;
      case 'quoted identifier': {
        const quote = bytes.indexOf(byte.doubleQuote, at);
        if (quote >= 0) {
          next = quote + 1;
          this.mode = 'statement';
        }
        break;
      }
      case 'dollar-quoted string': {
        const tag = bytes.indexOf(this.#dollarTag, at);
        // The tag may be cut by the end of this piece: look at its last bytes again.
        next = tag >= 0 ? tag + this.#dollarTag.length : Math.max(at, end - this.#dollarTag.length + 1);
        if (tag >= 0) this.mode = 'statement';
        break;
      }
      case 'line comment': {
        next = at;
        while (next < end && kindOf(bytes, next) !== ByteKind.newline) next++;
        if (next < end) this.mode = 'statement';
        break;
      }
      case 'comment':
        next = this.#endOfComment(bytes, at);
        break;
    }
    this.offset = next - start;
    return null;
  }

  #endOfString(bytes: Buffer, from: number, atEnd: boolean): number {
    for (let at = from; ; ) {
      const quote = bytes.indexOf(byte.quote, at);
      if (quote < 0) return bytes.length;
      if (quote + 1 === bytes.length && !atEnd) return quote;
      if (bytes[quote + 1] !== byte.quote) {
        this.mode = 'statement';
        return quote + 1;
      }
      at = quote + 2;
    }
  }

  #endOfEscapeString(bytes: Buffer, from: number, atEnd: boolean): number {
    const end = bytes.length;
    for (let at = from; at < end; ) {
      const current = bytes[at];
      if (current !== byte.quote && current !== byte.backslash) at++;
      else if (at + 1 === end && !atEnd) return at;
      else if (current === byte.backslash || bytes[at + 1] === byte.quote) at += 2;
      else {
        this.mode = 'statement';
        this.#escapeContinuation = 1;
        return at + 1;
      }
    }
    return end;
  }

  #endOfComment(bytes: Buffer, from: number): number {
    const last = bytes.length - 1;
    let at = from;
    while (at < last) {
      if (bytes[at] === byte.star && bytes[at + 1] === byte.slash) {
        at += 2;
        if (--this.#commentDepth === 0) {
          this.mode = 'statement';
          return at;
        }
      } else if (bytes[at] === byte.slash && bytes[at + 1] === byte.star) {
        at += 2;
        this.#commentDepth++;
      } else at++;
    }
    return at;
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
    if (wordEnd + 1 >= end && !atEnd) return -1;
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
    this.#noteWord(bytes, start, at, wordEnd);
    return wordEnd;
  }

  #noteWord(bytes: Buffer, start: number, at: number, wordEnd: number): void {
    if (this.#wordCount < leadingWordCount) {
      this.#wordCount++;
      // The words after INSERT tell nothing, and dumps hold millions of them.
      if (this.leadingWords[0] !== 'insert') this.#noteLeadingWord(bytes, at, wordEnd);
    }
    if (this.leadingWords[0] === 'insert') {
      const isOutside = this.valuesOffset === null && this.#parentheses === 0;
      if (isOutside && wordEquals(bytes, at, wordEnd, 'values')) this.valuesOffset = at - start;
    } else if (
      this.leadingWords[0] === 'create' &&
      this.#parentheses === 0 &&
      /^c(or)?[fp]/.test(this.#routineWords)
    ) {
      if (wordEquals(bytes, at, wordEnd, 'begin')) this.#bodyDepth++;
      else if (wordEquals(bytes, at, wordEnd, 'case')) this.#bodyDepth += this.#bodyDepth > 0 ? 1 : 0;
      else if (wordEquals(bytes, at, wordEnd, 'end')) this.#bodyDepth -= this.#bodyDepth > 0 ? 1 : 0;
    }
  }

  #noteLeadingWord(bytes: Buffer, at: number, wordEnd: number): void {
    const isInsert = this.#wordCount === 1 && wordEquals(bytes, at, wordEnd, 'insert');
    const word = isInsert ? 'insert' : bytes.toString('latin1', at, wordEnd).toLowerCase();
    this.leadingWords.push(word);
    this.#routineWords += routineWords.includes(word) ? word.charAt(0) : ' ';
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
        if (this.#parentheses === 0 && this.#bodyDepth === 0) return 'semicolon';
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
    if (tagEnd === bytes.length && !atEnd) return 0;
    return isDigit(bytes[at + 1]) ? tagEnd - at : 1;
  }
}
