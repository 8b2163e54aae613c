/** `ALTER … OWNER TO …` of an entry: _getObjectDescription and _printTocEntry of pg_backup_archiver.c. */
import { quoteIdentifier, quoteQualified } from './identifier-quoting.ts';
import { largeObjectOids } from './large-object-entries.ts';
import type { TocEntry } from './table-of-contents.ts';

const namedByTag = new Set([
  'COLLATION',
  'CONVERSION',
  'DOMAIN',
  'FOREIGN TABLE',
  'MATERIALIZED VIEW',
  'SEQUENCE',
  'STATISTICS',
  'TABLE',
  'TEXT SEARCH DICTIONARY',
  'TEXT SEARCH CONFIGURATION',
  'TYPE',
  'VIEW',
  'DATABASE',
  'PROCEDURAL LANGUAGE',
  'SCHEMA',
  'EVENT TRIGGER',
  'FOREIGN DATA WRAPPER',
  'SERVER',
  'PUBLICATION',
  'SUBSCRIPTION',
]);

/** Their DROP statement holds the arguments or the access method that the name alone lacks. */
const namedByDrop = new Set([
  'AGGREGATE',
  'FUNCTION',
  'OPERATOR',
  'OPERATOR CLASS',
  'OPERATOR FAMILY',
  'PROCEDURE',
]);

const withoutOwner = new Set([
  'CAST',
  'CHECK CONSTRAINT',
  'CONSTRAINT',
  'DATABASE PROPERTIES',
  'DEFAULT',
  'FK CONSTRAINT',
  'INDEX',
  'RULE',
  'TRIGGER',
  'ROW SECURITY',
  'POLICY',
  'USER MAPPING',
]);

/** Statements that give the object to its owner; `unknown` when pg_restore would not know how to say it either. */
export function ownerStatements(entry: TocEntry): string[] | 'unknown' {
  const { owner, dropStatement, type } = entry;
  // Anything without a DROP command is not an object that can be owned by itself.
  if (owner === null || dropStatement === null || dropStatement === '') return [];
  const to = `OWNER TO ${quoteIdentifier(owner)}`;
  if (type === 'BLOB METADATA') return largeObjectOids(entry).map((oid) => `ALTER LARGE OBJECT ${oid} ${to}`);
  if (type === 'BLOB') return [`ALTER LARGE OBJECT ${entry.tag} ${to}`];
  if (namedByTag.has(type)) return [`ALTER ${type} ${quoteQualified(entry.schema, entry.tag)} ${to}`];
  if (namedByDrop.has(type))
    return [`ALTER ${dropStatement.slice('DROP '.length).replace(/[;\n]+$/, '')} ${to}`];
  return withoutOwner.has(type) ? [] : 'unknown';
}
