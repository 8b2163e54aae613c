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
  const first = (context ?? '').split('\n', 1)[0] ?? '';
  // The relation's name comes first and may hold anything; the server's own words follow it. Where code ran, its line
  // comes before COPY's and may hold values.
  const found = /^COPY .*?, line (\d+)(?:, column (.*))?/.exec(first);
  if (found === null) return { line: null, column: null };
  const rest = found[2] ?? '';
  const column = columns
    .filter((name) => rest === name || rest.startsWith(`${name}:`))
    .sort((a, b) => b.length - a.length)[0];
  return { line: Number(found[1]), column: column ?? null };
}
