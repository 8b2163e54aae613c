/** A quoted SQL identifier. */
export const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** A SQL string constant that does not depend on standard_conforming_strings. */
export const literal = (text: string): string =>
  `${text.includes('\\') ? ' E' : ''}'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;

export const qualified = (schema: string, name: string): string =>
  `${identifier(schema)}.${identifier(name)}`;
