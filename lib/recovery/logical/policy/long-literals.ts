/**
 * Shortening long literals before parsing. The parser needs about five bytes of memory for each byte of a statement,
 * and a single value may have hundreds of megabytes; the decision never depends on what a long literal says.
 */
import { commentEnd, dollarTagAt, isIdentifierPart, quotedEnd } from './quoted-spans.ts';

/** Statements up to this many characters are parsed as they are (a parse of 1 MiB takes about 80 ms). */
export const longStatement = 1024 * 1024;
/** Literals longer than this are emptied in a long statement. */
const longLiteral = 1024;

interface Span {
  /** Length of the opening quote, zero for what stays as it is (names, comments). */
  open: number;
  close: number;
  end: number;
}

/** The quote at `start` is that of E'…'. */
const opensEscapes = (sql: string, start: number): boolean =>
  /[eE]/.test(sql[start - 1] ?? '') && !isIdentifierPart(sql[start - 2]);

/** The quoted text or comment at `start`; null when the character there only looks like one. */
function spanAt(sql: string, start: number): Span | null {
  const character = sql[start];
  if (character === "'") {
    return { open: 1, close: 1, end: quotedEnd(sql, start, opensEscapes(sql, start)) };
  }
  if (character === '"') return { open: 0, close: 0, end: quotedEnd(sql, start, false) };
  if (character === '/') return { open: 0, close: 0, end: commentEnd(sql, start) };
  if (character === '-') {
    const lineEnd = /[\r\n]|$/g;
    lineEnd.lastIndex = start;
    return { open: 0, close: 0, end: lineEnd.exec(sql)?.index ?? sql.length };
  }
  const tag = dollarTagAt(sql, start);
  if (tag === null) return null;
  const closing = sql.indexOf(tag, start + tag.length);
  return { open: tag.length, close: tag.length, end: closing < 0 ? -1 : closing + tag.length };
}

/** The statement with every long literal emptied; null when a literal or comment does not end. */
export function shortenLiterals(sql: string): string | null {
  const pieces: string[] = [];
  const special = /['"$]|--|\/\*/g;
  let kept = 0;
  for (let found = special.exec(sql); found !== null; found = special.exec(sql)) {
    const start = found.index;
    const span = spanAt(sql, start);
    if (span === null) {
      special.lastIndex = start + 1;
      continue;
    }
    if (span.end < 0) return null;
    if (span.open > 0 && span.end - start > longLiteral) {
      pieces.push(sql.slice(kept, start + span.open));
      kept = span.end - span.close;
    }
    special.lastIndex = span.end;
  }
  pieces.push(sql.slice(kept));
  return pieces.join('');
}

/**
 * The statement as it is written for standard_conforming_strings on, from one that was written for off: there a plain '…' is what
 * E'…' says. Null when a text does not end.
 */
export function withEscapesSaid(sql: string): string | null {
  if (!sql.includes('\\')) return sql;
  const pieces: string[] = [];
  const special = /['"$]|--|\/\*/g;
  let kept = 0;
  for (let found = special.exec(sql); found !== null; found = special.exec(sql)) {
    const start = found.index;
    const isText = found[0] === "'";
    const end = isText ? quotedEnd(sql, start, true) : (spanAt(sql, start)?.end ?? start + 1);
    if (end < 0) return null;
    if (isText && !opensEscapes(sql, start) && sql.slice(start, end).includes('\\')) {
      pieces.push(sql.slice(kept, start), ' E');
      kept = start;
    }
    special.lastIndex = end;
  }
  pieces.push(sql.slice(kept));
  return pieces.join('');
}
