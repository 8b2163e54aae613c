/** What is put into the words of a command of the user. */
export const commandPlaceholders = ['directory', 'tablespaces', 'backup', 'file', 'path'] as const;
export type CommandPlaceholder = (typeof commandPlaceholders)[number];

/**
 * Splits a command at blanks. Single and double quotes hold what is between them together, also within a word; nothing else has
 * a meaning: no variable, no pipe, no backslash. Pure.
 * @returns null: a quote is not closed
 */
export function splitWords(text: string): string[] | null {
  const words: string[] = [];
  const word = /(?:'[^']*'|"[^"]*"|[^\s'"])+/y;
  for (let at = 0; ; at = word.lastIndex) {
    at += /^\s*/.exec(text.slice(at))?.[0].length ?? 0;
    if (at === text.length) return words;
    word.lastIndex = at;
    const found = word.exec(text);
    if (found === null) return null;
    words.push(found[0].replace(/'([^']*)'|"([^"]*)"/g, '$1$2'));
  }
}

/** What looks like a placeholder and is none of these. */
export const unknownPlaceholders = (
  words: readonly string[],
  known: readonly CommandPlaceholder[],
): string[] =>
  words
    .flatMap((word) => word.match(/\{[A-Za-z_]+\}/g) ?? [])
    .filter((found) => !known.some((name) => found === `{${name}}`));

/** Fills placeholders, each within its word: what is put in is never split. Pure. */
export const filledWords = (
  words: readonly string[],
  values: Partial<Record<CommandPlaceholder, string>>,
): string[] =>
  words.map((word) =>
    word.replace(/\{([a-z]+)\}/g, (written, name) => values[name as CommandPlaceholder] ?? written),
  );
