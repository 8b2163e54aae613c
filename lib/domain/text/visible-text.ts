/**
 * Names in a record come from dumps, and a dump is hostile input: a table may be called `\x1b[2J` or hold a newline
 * that forges a line of a report. Every renderer passes text through here first.
 */

/**
 * What could move a cursor, end a line, or reorder what is read: C0 and C1 controls, DEL, line and paragraph
 * separators, bidirectional controls (Unicode UAX 9, "Trojan Source"), zero-width and other invisible format
 * characters, and tag characters. Combining marks and joiners inside real words stay, but U+200D alone may hide, so it goes too.
 */
const invisible = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}]/gu;

/** The same without the end of a line. */
const invisibleInLine = new RegExp(`(?!\\n)${invisible.source}`, invisible.flags);

const named: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** The text on one line with nothing invisible in it: `\n`, `\u{1b}` and the like are shown instead of done. */
export function visibleText(text: string): string {
  return text.replace(
    invisible,
    (character) => named[character] ?? `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );
}

/** The text with its line ends, each line made visible: for what is shown as lines. */
export function visibleLines(text: string): string {
  return text.split('\n').map(visibleText).join('\n');
}

/** A value as JSON in which nothing invisible stands raw: `\u202e` and the like, which parse to the same text. */
export function visibleJson(value: unknown, indent?: number): string {
  return escapedJson(JSON.stringify(value, null, indent));
}

/** Escapes what JSON.stringify leaves raw. Its own line ends stand between values: inside texts they are escaped already. */
export function escapedJson(json: string): string {
  return json.replace(invisibleInLine, (character) =>
    [...Array(character.length).keys()]
      .map((place) => `\\u${character.charCodeAt(place).toString(16).padStart(4, '0')}`)
      .join(''),
  );
}
