/** The dump's database name in statements, and the name it has in the sandbox. */

import { serverDatabases } from '../../../domain/recovery/server-databases.ts';
import { quoted } from '../../../domain/text/sql-text.ts';
import type { PolicyContext } from './decision.ts';
import { applyEdits, isWord, tokensOf } from './statement-text.ts';
import type { Subject } from './verdicts.ts';

/** True for a database of the server itself, unless it is the one being restored under another name. */
export function isSystemDatabase(name: string, context: PolicyContext): boolean {
  if (context.databaseName?.dump === name) return serverDatabases.includes(context.databaseName.sandbox);
  return serverDatabases.includes(name);
}

/**
 * The statement with the sandbox's name where the dump's stood, or null when the names are the same. The name is the
 * identifier, or list of them, that follows the word DATABASE.
 */
export function renamedDatabase(subject: Subject, name: string): string | null {
  const { databaseName } = subject.context;
  if (databaseName === undefined || databaseName.dump !== name || databaseName.sandbox === name) return null;
  const { sql } = subject.statement;
  const tokens = tokensOf(sql) ?? [];
  const start = tokens.findIndex((token) => isWord(token, 'DATABASE'));
  const written = (text: string) =>
    text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text.toLowerCase();
  let index = start + 1;
  while (tokens[index] !== undefined && written(tokens[index]?.text ?? '') !== name) index += 1;
  const token = tokens[index];
  if (start < 0 || token === undefined) return null;
  return applyEdits(sql, [{ start: token.start, end: token.end, text: quoted(databaseName.sandbox) }]);
}
