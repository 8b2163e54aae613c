/** CREATE, ALTER and DROP DATABASE. The restore makes databases itself; the dump's wish is read for that. */
import type { DefElem, Node } from 'libpg-query';
import type { Statement } from '../dump/dump-stream.ts';
import { parseSql } from '../dump/sql-parser.ts';
import { isSystemDatabase, renamedDatabase } from './database-name.ts';
import { storedSetting } from './stored-settings.ts';
import { as, constantText } from './syntax-tree.ts';
import { type Handlers, planOf, run, runRewritten, skip } from './verdicts.ts';

/** What a CREATE DATABASE of the dump asks for; null where it says nothing. */
export interface DatabaseRequest {
  name: string;
  encoding: string | null;
  /** `libc`, `icu` or `builtin`. */
  localeProvider: string | null;
  locale: string | null;
  collate: string | null;
  ctype: string | null;
  icuLocale: string | null;
  builtinLocale: string | null;
  owner: string | null;
  /** Connections allowed; -1 for no limit. */
  connectionLimit: number | null;
  isTemplate: boolean | null;
}

function optionText(options: DefElem[], name: string): string | null {
  const argument = options.find((option) => option.defname === name)?.arg;
  if (argument === undefined) return null;
  const text = as(argument, 'String')?.sval;
  if (text !== undefined) return text;
  const integer = as(argument, 'Integer');
  if (integer !== null) return String(integer.ival ?? 0);
  const boolean = as(argument, 'Boolean');
  if (boolean !== null) return boolean.boolval === true ? 'true' : 'false';
  const type = as(argument, 'TypeName');
  return type === null ? constantText(argument) : (as(type.names?.at(-1), 'String')?.sval ?? null);
}

function elements(options: Node[] | undefined): DefElem[] {
  return (options ?? []).flatMap((option) => as(option, 'DefElem') ?? []);
}

/**
 * Reads a CREATE DATABASE; null when the statement is something else. Needs `loadPolicy()` to have been awaited.
 * `COLLATION_VERSION`, `TEMPLATE`, `STRATEGY`, `OID` and `TABLESPACE` are left to the server.
 */
export function databaseRequest(statement: Statement): DatabaseRequest | null {
  let node: Node | undefined;
  try {
    node = parseSql(statement.sql).stmts?.[0]?.stmt;
  } catch {
    return null;
  }
  const create = as(node, 'CreatedbStmt');
  if (create?.dbname === undefined) return null;
  const options = elements(create.options);
  const limit = optionText(options, 'connection_limit');
  const template = optionText(options, 'is_template');
  return {
    name: create.dbname,
    encoding: optionText(options, 'encoding'),
    localeProvider: optionText(options, 'locale_provider'),
    locale: optionText(options, 'locale'),
    collate: optionText(options, 'lc_collate'),
    ctype: optionText(options, 'lc_ctype'),
    icuLocale: optionText(options, 'icu_locale'),
    builtinLocale: optionText(options, 'builtin_locale'),
    owner: optionText(options, 'owner'),
    connectionLimit: limit === null ? null : Number(limit),
    isTemplate: template === null ? null : ['true', 'on', 'yes', '1'].includes(template.toLowerCase()),
  };
}

export const databaseHandlers: Handlers = {
  CreatedbStmt: () => skip('database-create'),
  DropdbStmt: () => skip('database-drop'),
  AlterDatabaseRefreshCollStmt: () => skip('database-create'),
  AlterDatabaseSetStmt: (node, subject) => {
    const name = node.dbname ?? '';
    return storedSetting(subject, node.setstmt, {
      kind: 'database',
      of: `database "${name}"`,
      database: name,
      roles: [],
    });
  },
  AlterDatabaseStmt: (node, subject) => {
    const name = node.dbname ?? '';
    if (isSystemDatabase(name, subject.context)) return skip('database-system');
    const options = elements(node.options).map((option) => option.defname ?? '');
    if (options.some((option) => option !== 'is_template')) {
      return skip('database-limits', `${options.join(', ')} of database "${name}" left out`);
    }
    const plan = planOf('database', { defer: true });
    const renamed = renamedDatabase(subject, name);
    return renamed === null ? run(subject, plan) : runRewritten(subject, 'database-name', renamed, plan);
  },
};
