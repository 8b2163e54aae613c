import { literal } from '../../../domain/text/sql-text.ts';
import type { Session } from './connection.ts';
import { ServerError } from './server-error.ts';

/** Names that one message is asked for, and characters of the longest message that is read. */
const mostNames = 40;
const longestMessage = 1000;

/** Every word of a message that could be a name in ASCII, because the session may be in any encoding. */
function wordsOf(message: string): string[] {
  const found = message.slice(0, longestMessage).matchAll(/"([ -!#-~]+)"|([A-Za-z_][\w$]*)/g);
  const words = [...found].flatMap(([, quoted, bare]) => [bare, quoted, ...(quoted?.split('.') ?? [])]);
  return [...new Set(words.filter((word) => word !== undefined && word !== ''))].slice(
    0,
    mostNames,
  ) as string[];
}

/** Catalogs with an index that begins with the name, then small ones. */
const catalogs: readonly [string, string][] = [
  ['pg_proc', 'proname'],
  ['pg_type', 'typname'],
  ['pg_class', 'relname'],
  ['pg_namespace', 'nspname'],
  ['pg_opclass', 'opcname'],
  ['pg_am', 'amname'],
  ['pg_collation', 'collname'],
  ['pg_language', 'lanname'],
  ['pg_ts_config', 'cfgname'],
  ['pg_ts_dict', 'dictname'],
  ['pg_extension', 'extname'],
];

/**
 * The names in a server's message that stand in the database's catalogue, in whichever schema: those are no values of rows, and a
 * name that stands there and was not found was looked for in the wrong path.
 * @throws what ended the session
 */
export async function namesInCatalogue(session: Session, message: string): Promise<string[]> {
  const words = wordsOf(message);
  if (words.length === 0 || session.lost) return [];
  const stands = catalogs.map(
    ([catalog, column]) =>
      `EXISTS (SELECT FROM pg_catalog.${catalog} c WHERE c.${column} OPERATOR(pg_catalog.=) w.name)`,
  );
  const list = words.map((word) => `(${literal(word)}::pg_catalog.name)`).join(', ');
  try {
    const { rows } = await session.text(
      `SELECT w.name FROM (VALUES ${list}) w(name) WHERE ${stands.join(' OR ')}`,
    );
    return rows.flatMap(([name]) => (typeof name === 'string' ? [name] : []));
  } catch (error) {
    // Without an answer the names stay masked.
    if (error instanceof ServerError) return [];
    throw error;
  }
}
