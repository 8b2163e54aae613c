/** Where in a table's data the server stopped, from CONTEXT, e.g. `COPY orders, line 7, column note: "…"`. */
export interface CopyPosition {
  /** 1-based row within the COPY. */
  line: number | null;
  column: string | null;
}

/**
 * @param columns the table's columns: what CONTEXT calls a column is believed only when it is one, because the text after it is a value.
 */
export function copyPosition(context: string | null, columns: readonly string[]): CopyPosition {
  // The relation's name comes first and may hold anything; the server's own words follow it. Of other lines only that of the JSON
  // reader may come before: where code ran, its line comes first and may hold values.
  const found = /^(?:JSON data, line \d+: [^\n]*\n)?COPY [^\n]*?, line (\d+)(?:, column ([^\n]*))?/.exec(
    context ?? '',
  );
  if (found === null) return { line: null, column: null };
  const rest = found[2] ?? '';
  const column = columns
    .filter((name) => rest === name || rest.startsWith(`${name}:`))
    .sort((a, b) => b.length - a.length)[0];
  return { line: Number(found[1]), column: column ?? null };
}
