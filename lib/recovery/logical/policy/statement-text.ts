/** Changing a statement's text at places the parser names. Positions are bytes of the UTF-8 text, never characters. */
import type { ScanToken } from 'libpg-query';
import { parseSql, scanSql } from '../dump/sql-parser.ts';

/** Replace the bytes from `start` to before `end` by `text`. */
export interface TextEdit {
  start: number;
  end: number;
  text: string;
}

/**
 * Applies edits that do not overlap, in any order. The text may hold one character per byte (codec `binary`): the
 * parser was given the same characters as UTF-8, so its positions hold for both codecs.
 */
export function applyEdits(sql: string, edits: TextEdit[]): string {
  const bytes = Buffer.from(sql, 'utf8');
  const pieces: Buffer[] = [];
  let position = 0;
  for (const edit of edits.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    pieces.push(bytes.subarray(position, edit.start), Buffer.from(edit.text, 'utf8'));
    position = edit.end;
  }
  pieces.push(bytes.subarray(position));
  return Buffer.concat(pieces).toString('utf8');
}

/** Tokens without comments, as PostgreSQL's scanner sees them; null when the text cannot be scanned. */
export function tokensOf(sql: string): ScanToken[] | null {
  try {
    return scanSql(sql).tokens.filter(
      (token) => token.tokenName !== 'SQL_COMMENT' && token.tokenName !== 'C_COMMENT',
    );
  } catch {
    return null;
  }
}

/** True when the token is this keyword (written without quotes). */
export function isWord(token: ScanToken | undefined, word: string): boolean {
  return token !== undefined && !token.text.startsWith('"') && token.text.toUpperCase() === word;
}

/** Index of the token that starts at this byte, or -1. */
export function tokenAt(tokens: ScanToken[], byte: number | undefined): number {
  return tokens.findIndex((token) => token.start === byte);
}

/**
 * Edit that removes tokens `first` to `last`, with the blank before them. Where that would leave a comma without a
 * neighbour (an item of a list), the comma goes too.
 */
export function cutTokens(tokens: ScanToken[], first: number, last: number): TextEdit {
  const from = tokens[first];
  const to = tokens[last];
  if (from === undefined || to === undefined) throw new RangeError('no such token');
  const before = tokens[first - 1];
  return { start: before === undefined ? from.start : before.end, end: to.end, text: '' };
}

/** Edits that remove items (token ranges) of one comma-separated list; null when no item would be left. */
export function cutListItems(
  tokens: ScanToken[],
  items: [number, number][],
  total: number,
): TextEdit[] | null {
  if (items.length >= total) return null;
  const cut = new Set<number>();
  for (const [first, last] of items.toSorted((a, b) => a[0] - b[0])) {
    for (let index = first; index <= last; index += 1) cut.add(index);
    const isComma = (index: number) => tokens[index]?.text === ',' && !cut.has(index);
    if (isComma(last + 1)) cut.add(last + 1);
    else {
      // The last item: take the nearest comma before it that is still there.
      let index = first - 1;
      while (cut.has(index)) index -= 1;
      if (isComma(index)) cut.add(index);
    }
  }
  return [...cut].map((index) => cutTokens(tokens, index, index));
}

/** A statement's tree without positions, for comparing two of them; null when the text does not parse. */
export function comparableTree(sql: string): string | null {
  try {
    return JSON.stringify(
      parseSql(sql).stmts?.map((statement) => statement.stmt),
      (key, value: unknown) => (key === 'location' ? undefined : value),
    );
  } catch {
    return null;
  }
}
