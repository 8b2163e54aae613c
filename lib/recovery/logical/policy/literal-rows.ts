/**
 * The shape of an INSERT: its text without the rows that hold nothing but literals. A dump has millions of such rows
 * and parsing them says nothing new; the statement's shape is parsed once and remembered.
 */
import { quotedEnd } from './quoted-spans.ts';

/** INSERT up to its VALUES; names may be quoted, and nothing else can stand before it in what dumps write. */
const beginning = /^\s*INSERT\s+INTO\s+(?:[\w$.\s,()]|"(?:[^"]|"")*"|[\u0080-\uffff])*?\bVALUES\s*(?=\()/i;
const space = /\s*/y;
const word =
  /(?:[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[-+]?\d+)?|NULL|TRUE|FALSE|DEFAULT)(?![\w$\u0080-\uffff.])/iy;
const quoteStart = /[bxe]?'/iy;
/** A cast to a type by its plain name, e.g. `::character varying(20)[]`: no function of anybody's choosing. */
const cast = /::\s*[a-z_][\w.]*(?: [a-z_]\w*)*(?:\(\d+(?:,\s*\d+)?\))?(?:\[\])*/iy;

function match(pattern: RegExp, sql: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(sql) ? pattern.lastIndex : -1;
}

function literalEnd(sql: string, start: number): number {
  const quote = match(quoteStart, sql, start);
  const end = quote < 0 ? match(word, sql, start) : quotedEnd(sql, quote - 1, /[eE]/.test(sql[start] ?? ''));
  if (end < 0) return -1;
  const casted = match(cast, sql, end);
  return casted < 0 ? end : casted;
}

/** After a row of literals that starts at `start` with its parenthesis; -1 when it is none. */
function rowEnd(sql: string, start: number): number {
  let at = start;
  do {
    at = literalEnd(sql, match(space, sql, at + 1));
    if (at < 0) return -1;
    at = match(space, sql, at);
  } while (sql[at] === ',');
  return sql[at] === ')' ? at + 1 : -1;
}

/**
 * The INSERT with `(NULL)` for all its leading rows of literals, or null when it does not begin as such. From the first
 * row that holds anything else, the text stays as it is.
 */
export function shapeOfInsert(sql: string): string | null {
  const head = beginning.exec(sql)?.[0];
  if (head === undefined) return null;
  let at = head.length;
  for (;;) {
    const end = rowEnd(sql, at);
    if (end < 0) return at === head.length ? null : `${head}(NULL), ${sql.slice(at)}`;
    const next = match(space, sql, end);
    if (sql[next] !== ',') return `${head}(NULL)${sql.slice(end)}`;
    at = match(space, sql, next + 1);
  }
}
