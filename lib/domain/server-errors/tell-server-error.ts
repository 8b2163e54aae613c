import { conditionOf } from './conditions.ts';
import { fillTemplate } from './fill-template.ts';
import type { KnownNames } from './known-names.ts';
import { maskQuoted } from './mask-quoted.ts';

/** What a PostgreSQL server said of an error, as its protocol carries it. Every text of it may hold a row's value. */
export interface ServerSaid {
  sqlState: string;
  message: string;
  schema: string | null;
  table: string | null;
  column: string | null;
  constraint: string | null;
  dataType: string | null;
  /** CONTEXT: where code was running when the error arose. Never shown. */
  context: string | null;
}

/**
 * What the statement could have read when it failed: `rows` – an expression or a function may have run over data, or the text of
 * the statement is data; `definitions` – nothing but its own text, which holds none.
 */
export type Reading = 'rows' | 'definitions';

/**
 * What the server said, without any value of the user's data. DETAIL, HINT, QUERY and CONTEXT are never used. Errors about
 * values (classes 21, 22, 23) and those that code raises are told in our own words. Of any other message only PostgreSQL's
 * own sentences are shown, and in them only names that are known: a function of the dump can raise any text under any
 * SQLSTATE with any constraint or table "of the error", and an expression over rows can make a value a name, as in
 * `note::regclass`.
 */
export function tellServerError(said: ServerSaid, names: KnownNames, reading: Reading): string {
  const { sqlState, message, context } = said;
  const raised = 'an error raised by code of the dump';
  if (sqlState.startsWith('P0')) return raised + where(said, names);
  const condition = conditionOf(sqlState);
  if (condition === null && context !== null) return raised + where(said, names);
  if (/^2[123]/.test(sqlState)) return condition + where(said, names);
  const filled = fillTemplate(sqlState, message, names, context === null || isPlaceInCopy(context));
  if (filled !== null) return filled;
  if (reading === 'definitions' && context === null) return maskQuoted(firstLine(message), names);
  return (condition ?? 'the server refused the statement') + where(said, names);
}

/** The CONTEXT of COPY itself: one line, which no function can make its own, since a function's line comes before it. */
const isPlaceInCopy = (context: string): boolean => /^COPY [^\n]*$/.test(context);

/** The objects of the error, as far as their names are known: what raises an error may give it any. */
function where({ schema, table, column, constraint, dataType }: ServerSaid, names: KnownNames): string {
  const shown = (kind: string, name: string | null, of: string | null = null): string[] => {
    if (name === null || !names.hasName(name)) return [];
    return [of === null || !names.hasName(of) ? `${kind} ${name}` : `${kind} ${of}.${name}`];
  };
  const parts = [
    ...shown('constraint', constraint),
    ...shown('column', column),
    ...shown('table', table, schema),
    ...(table === null ? shown('type', dataType, schema) : []),
  ];
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`;
}

const firstLine = (text: string): string => text.split('\n', 1)[0] ?? '';
