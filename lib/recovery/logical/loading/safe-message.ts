import type { ServerError } from './server-error.ts';

/**
 * Our own text for errors about values (classes 21, 22, 23): the server quotes the value in the message, and in
 * DETAIL and CONTEXT too, so none of those is used. Source of the codes: PostgreSQL documentation, appendix A.
 */
const ownTexts: Record<string, string> = {
  '22001': 'a value is too long for its column',
  '22003': 'a number is out of range',
  '22007': 'a date or time is malformed',
  '22008': 'a date or time is out of range',
  '22012': 'division by zero',
  '22021': 'bytes are not valid in the encoding',
  '22023': 'a parameter has an invalid value',
  '22P02': 'a value cannot be read as its type',
  '22P03': 'a binary value cannot be read',
  '22P04': 'a row has the wrong form (number of columns or line ends)',
  '22P05': 'a character does not exist in the database encoding',
  '22030': 'a JSON object has duplicate keys',
  '22032': 'a JSON text is malformed',
  '2200N': 'an XML content is malformed',
  '23502': 'a null in a column that must not be null',
  '23503': 'rows point to rows that do not exist',
  '23505': 'a key that must be unique is not',
  '23514': 'a row breaks a check constraint',
  '23P01': 'rows break an exclusion constraint',
};

const isAboutValues = (sqlState: string): boolean => /^2[123]/.test(sqlState);

const quotedName = (schema: string | null, name: string): string =>
  schema === null ? name : `${schema}.${name}`;

/** Names that may be shown besides those the error itself carries: the entry's, its table's, its roles'. */
export type KnownNames = readonly (string | null)[];

/**
 * What the server said, without any value of the user's data. DETAIL, QUERY, HINT and CONTEXT are never used; errors about
 * values are told in our own words with the names of table, column and constraint; in every other message a quoted
 * part is shown only when it is a name we know. Unquoted parts of such messages come from the server's own texts, with the exception of errors
 * that user code raises (P0…, or a code we do not know), which are not shown at all.
 */
export function safeServerMessage(error: ServerError, known: KnownNames): string {
  if (isAboutValues(error.sqlState)) return aboutValues(error);
  if (!isServersOwn(error)) return `an error raised by code of the dump${where(error)}`;
  const shown = new Set(
    [...known, error.schema, error.table, error.column, error.constraint, error.dataType].filter(
      (name) => name !== null,
    ),
  );
  return maskQuoted(firstLine(error.message), shown);
}

/**
 * PL/pgSQL RAISE gives P0001 or any code its author likes, with any text, and then CONTEXT names the function. A message without CONTEXT cannot
 * come from user code; with it, only errors of class 42 (names and syntax) keep the server's text, masked.
 */
function isServersOwn(error: ServerError): boolean {
  if (error.sqlState.startsWith('P0')) return false;
  return error.context === null || /^(42|3F|40|53|54|55|57|58)/.test(error.sqlState);
}

function aboutValues(error: ServerError): string {
  return (ownTexts[error.sqlState] ?? 'a value is not acceptable') + where(error);
}

function where(error: ServerError): string {
  const parts: string[] = [];
  if (error.constraint !== null) parts.push(`constraint ${error.constraint}`);
  if (error.column !== null) parts.push(`column ${error.column}`);
  if (error.table !== null) parts.push(`table ${quotedName(error.schema, error.table)}`);
  if (error.table === null && error.dataType !== null)
    parts.push(`type ${quotedName(error.schema, error.dataType)}`);
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`;
}

const firstLine = (text: string): string => text.split('\n', 1)[0] ?? '';

const quotePairs = /"([^"]*)"|'([^']*)'|[“„«]([^”“»]*)[”“»]/g;

/**
 * Replaces "…", '…', “…”, «…» and „…“ (servers speak many languages) unless the quoted name is known. A value may hold quotes
 * itself, so from the first name that is not known to the last quote nothing is shown.
 */
function maskQuoted(message: string, shown: ReadonlySet<string>): string {
  for (const found of message.matchAll(quotePairs)) {
    const name = found[1] ?? found[2] ?? found[3] ?? '';
    if (shown.has(name) || name.split('.').every((part) => shown.has(part))) continue;
    const last = Math.max(...['"', "'", '”', '“', '»'].map((quote) => message.lastIndexOf(quote)));
    return `${message.slice(0, found.index)}"…"${message.slice(last + 1)}`;
  }
  // An unpaired quote starts something that did not end on this line.
  const odd = (message.match(/"/g)?.length ?? 0) % 2 === 1;
  return odd ? `${message.slice(0, message.lastIndexOf('"'))}…` : message;
}

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
  const first = firstLine(context ?? '');
  // The relation's name comes first and may hold anything; the server's own words follow it.
  const found = /, line (\d+)(?:, column (.*))?/.exec(first);
  if (found === null) return { line: null, column: null };
  const rest = found[2] ?? '';
  const column = columns
    .filter((name) => rest === name || rest.startsWith(`${name}:`))
    .sort((a, b) => b.length - a.length)[0];
  return { line: Number(found[1]), column: column ?? null };
}
