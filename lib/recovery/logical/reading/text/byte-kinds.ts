/** The bytes that mean something to the lexer, and the kinds psql's lexer sorts bytes into. */
export const byte = {
  lineFeed: 0x0a,
  carriageReturn: 0x0d,
  doubleQuote: 0x22,
  dollar: 0x24,
  ampersand: 0x26,
  quote: 0x27,
  openParenthesis: 0x28,
  closeParenthesis: 0x29,
  star: 0x2a,
  dash: 0x2d,
  dot: 0x2e,
  slash: 0x2f,
  colon: 0x3a,
  semicolon: 0x3b,
  backslash: 0x5c,
  b: 0x62,
  e: 0x65,
  u: 0x75,
  x: 0x78,
} as const;

export const ByteKind = { other: 0, blank: 1, newline: 2, word: 3, digit: 4, special: 5 } as const;

const kinds = new Uint8Array(256);
for (let value = 0; value < 256; value++) {
  const character = String.fromCharCode(value);
  if (value >= 0x80 || /[A-Za-z_]/.test(character)) kinds[value] = ByteKind.word;
  else if (/[0-9]/.test(character)) kinds[value] = ByteKind.digit;
  else if ('\'"$-/();\\'.includes(character)) kinds[value] = ByteKind.special;
  else if ('\n\r'.includes(character)) kinds[value] = ByteKind.newline;
  else if (' \t\f\v'.includes(character)) kinds[value] = ByteKind.blank;
}

export const kindOf = (bytes: Buffer, at: number): number => kinds[bytes[at] as number] as number;

export const isDigit = (value: number | undefined): boolean =>
  value !== undefined && value >= 0x30 && value <= 0x39;

/** Letters, underscore and every byte of a multibyte character, as PostgreSQL's `ident_start`. */
export const isWordStart = (value: number | undefined): boolean =>
  value !== undefined && kinds[value] === ByteKind.word;

export const isWordPart = (value: number | undefined): boolean => isWordStart(value) || isDigit(value);

/** Compares bytes with a lower-case ASCII word, ignoring case. */
export function wordEquals(bytes: Buffer, start: number, end: number, word: string): boolean {
  if (end - start !== word.length) return false;
  for (let index = 0; index < word.length; index++) {
    if (((bytes[start + index] as number) | 0x20) !== word.charCodeAt(index)) return false;
  }
  return true;
}
