import { builtInTypes } from '../../../domain/server-errors/built-in-names.ts';
import type { ServerError } from './server-error.ts';

/** Something that a statement needs and the server did not find, as the server names it. */
export interface Lack {
  /** `key`: the unique key of a table that a foreign key points to; `rows`: rows of that table. */
  kind: 'relation' | 'schema' | 'operator' | 'key' | 'rows' | 'object';
  /** Null when the name was looked for in the path, or is no name in a schema. */
  schema: string | null;
  name: string;
}

/** Undefined objects, tables, functions, schemas; and the unique key that a foreign key needs. */
const lacking: ReadonlySet<string> = new Set(['42P01', '42704', '42883', '3F000', '42830']);

/** Kinds of things that no database holds. */
const ofServer: ReadonlySet<string> = new Set(['role', 'database', 'tablespace', 'column', 'server user']);

/** `public.f`, `public."f"` or `f`. A dot inside a name is rare enough to be read as one between two. */
function parted(path: string): { schema: string | null; name: string } {
  const parts = path.replaceAll('"', '').split('.');
  return { schema: parts.length > 1 ? (parts[0] ?? null) : null, name: parts.slice(-1)[0] ?? '' };
}

/**
 * What the server did not find, read from its message: nothing else of an error names it. Servers that speak another language
 * than English leave it unknown, and then nothing is explained by it. The result is compared and never shown.
 */
export function lackOf({ sqlState, message }: Pick<ServerError, 'sqlState' | 'message'>): Lack | null {
  if (!lacking.has(sqlState)) return null;
  const key = /^there is no unique constraint matching given keys for referenced table "(.+)"$/.exec(message);
  if (key?.[1] !== undefined) return { kind: 'key', schema: null, name: key[1] };
  const routine =
    /^(?:function|procedure|aggregate|routine) ([^(]+)\(.*\) does not exist$/s.exec(message) ??
    /^could not find a (?:function|procedure) named "(.+)"$/.exec(message) ??
    /^required extension "(.+)" is not installed$/.exec(message);
  if (routine?.[1] !== undefined) return { kind: 'object', ...parted(routine[1]) };
  const operation = /^operator does not exist: (.+)$/s.exec(message)?.[1];
  if (operation !== undefined) return operatorLack(operation);
  // Of a routine's arguments the server names the type without quotes.
  const argument = /^type ([^"].*) does not exist$/s.exec(message);
  if (argument?.[1] !== undefined)
    return { kind: 'object', ...parted(argument[1].replace(/(?:\[\])+$/, '')) };
  const named = /^(?:(.+?) )?"([^"]+)"(?: (?:for|of) .+)? does not exist(?: for .+)?$/s.exec(message);
  if (named?.[2] === undefined || ofServer.has(named[1] ?? '')) return null;
  if (named[1] === 'schema') return { kind: 'schema', schema: null, name: named[2] };
  return { kind: named[1] === 'relation' ? 'relation' : 'object', ...parted(named[2]) };
}

/** An operator between types that every server has is no extension's: `integer = text` is an error of the dump. */
function operatorLack(operation: string): Lack | null {
  const found = /^(?:(.+) )?([^\sA-Za-z0-9"]+|[^\s"]+\.[^\sA-Za-z0-9"]+)(?: (.+))?$/s.exec(operation);
  if (found === null) return null;
  const foreign = [found[1], found[3]].filter(
    (type) => type !== undefined && !builtInTypes.has(type.replace(/(?:\[\])+$/, '')),
  );
  const { schema, name } = parted(found[2] ?? '');
  if (schema === null && foreign.length === 0) return null;
  return { kind: 'operator', schema, name };
}
