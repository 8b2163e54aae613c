/** The statements of one entry: _printTocEntry and _tocEntryRequired of pg_backup_archiver.c. */
import { quoteIdentifier, quoteQualified } from './identifier-quoting.ts';
import { aclStatements, createStatements } from './large-object-entries.ts';
import { ownerStatements } from './owner-statement.ts';
import { splitStatements } from './statement-split.ts';
import type { TocEntry } from './table-of-contents.ts';

export interface EntryStatements {
  statements: string[];
  /** False when the type is unknown, so that its owner cannot be given. */
  ownerKnown: boolean;
}

/** @param byId all entries of the archive, for those that speak about another one. */
export function entryStatements(entry: TocEntry, byId: ReadonlyMap<number, TocEntry>): EntryStatements {
  const definition = entry.definition ?? '';
  // Entries without a definition are there for their dependencies or their data; WARNING holds prose.
  if (entry.hadDumper || definition === '' || entry.type === 'WARNING')
    return { statements: [], ownerKnown: true };
  const owner = ownerStatements(entry);
  return {
    statements: [
      ...definitionStatements(entry, definition, byId),
      ...(owner === 'unknown' ? [] : owner),
      ...accessMethodStatements(entry),
    ],
    ownerKnown: owner !== 'unknown',
  };
}

function definitionStatements(
  entry: TocEntry,
  definition: string,
  byId: ReadonlyMap<number, TocEntry>,
): string[] {
  if (entry.type === 'BLOB METADATA') return createStatements(entry);
  const statements = splitStatements(definition);
  if (entry.type !== 'ACL' || !entry.tag.startsWith('LARGE OBJECTS')) return statements;
  return aclStatements(byId.get(entry.dependencies[0] ?? 0), statements);
}

/** A partitioned table has no storage that default_table_access_method could be for. */
function accessMethodStatements(entry: TocEntry): string[] {
  if (entry.relkind !== 'p' || entry.tableAccessMethod === null) return [];
  const name = quoteQualified(entry.schema, entry.tag);
  return [`ALTER TABLE ${name} SET ACCESS METHOD ${quoteIdentifier(entry.tableAccessMethod)}`];
}
