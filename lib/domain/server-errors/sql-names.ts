/**
 * What can stand for a name in SQL, and what must be passed over because it cannot: literals, comments, numbers. Tags of
 * dollar quotes are passed over alone, so that the code inside a function's body is read too. A doubled quote in a literal
 * reads as two literals side by side.
 */
const token =
  /[eE]'(?:[^'\\]|\\[\s\S])*'|'[^']*'|--[^\n]*|\/\*[\s\S]*?\*\/|\$(?:[A-Za-z_]\w*)?\$|"((?:[^"]|""){1,255})"|([A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*)|\d[\w.]*/g;

/** Characters of a statement that are read for names; a longer one is long for its data, not for its names. */
const longestRead = 1 << 20;

/** The names in a text of SQL, as the server knows them: unquoted, and folded where they stood without quotes. */
export function* namesIn(sql: string): Generator<string> {
  for (const [, quoted, bare] of sql.slice(0, longestRead).matchAll(token)) {
    if (quoted !== undefined) yield quoted.replaceAll('""', '"');
    else if (bare !== undefined) yield bare.toLowerCase();
  }
}

/** The literals in a text of SQL without their quotes: where a query of ours or of drills.yaml names things as text. */
export function* literalsIn(sql: string): Generator<string> {
  for (const [whole] of sql.slice(0, longestRead).matchAll(token))
    if (whole.startsWith("'")) yield whole.slice(1, -1);
}
