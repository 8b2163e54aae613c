/**
 * Where PostgreSQL's quoted texts and comments end, with standard_conforming_strings on (the policy refuses the
 * other setting). Only for statements too long to parse whole; -1 means that the text ends first.
 */

/** After the closing quote of a text that opens at `start`; doubled quotes, and backslashes in E'…', stay inside. */
export function quotedEnd(sql: string, start: number, backslash: boolean): number {
  const quote = sql[start] ?? "'";
  let from = start + 1;
  for (;;) {
    const end = sql.indexOf(quote, from);
    if (end < 0) return -1;
    const escaped = backslash ? sql.indexOf('\\', from) : -1;
    if (escaped >= 0 && escaped < end) from = escaped + 2;
    else if (sql[end + 1] === quote) from = end + 2;
    else return end + 1;
  }
}

/** After a comment that opens at `start`; they nest. */
export function commentEnd(sql: string, start: number): number {
  const mark = /\/\*|\*\//g;
  mark.lastIndex = start;
  let depth = 0;
  for (let found = mark.exec(sql); found !== null; found = mark.exec(sql)) {
    depth += found[0] === '/*' ? 1 : -1;
    if (depth === 0) return mark.lastIndex;
  }
  return -1;
}

const dollarTag = /\$(?:[A-Za-z_\u0080-\uffff][A-Za-z0-9_\u0080-\uffff]*)?\$/y;

/** The opening tag of a dollar-quoted text at `start`, or null when it is a parameter or part of a name. */
export function dollarTagAt(sql: string, start: number): string | null {
  if (isIdentifierPart(sql[start - 1])) return null;
  dollarTag.lastIndex = start;
  return dollarTag.exec(sql)?.[0] ?? null;
}

export function isIdentifierPart(character: string | undefined): boolean {
  return character !== undefined && /[A-Za-z0-9_$\u0080-\uffff]/.test(character);
}
