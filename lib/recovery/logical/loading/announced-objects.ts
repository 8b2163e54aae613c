import type { AnnouncedObject } from '../../../domain/recovery/restore-account.ts';
import type { DumpEntry } from '../dump/dump-stream.ts';
import type { RelationName, StatementPlan } from '../policy/decision.ts';

/** Entries that create an object a check can ask for. Others (ACL, COMMENT, TABLE DATA …) change one. */
const ownObjects: ReadonlySet<string> = new Set([
  'AGGREGATE',
  'COLLATION',
  'CONVERSION',
  'DOMAIN',
  'EVENT TRIGGER',
  'EXTENSION',
  'FOREIGN TABLE',
  'FUNCTION',
  'INDEX',
  'MATERIALIZED VIEW',
  'OPERATOR',
  'OPERATOR CLASS',
  'OPERATOR FAMILY',
  'PROCEDURE',
  'PROCEDURAL LANGUAGE',
  'SCHEMA',
  'SEQUENCE',
  'SERVER',
  'STATISTICS',
  'TABLE',
  'TEXT SEARCH CONFIGURATION',
  'TEXT SEARCH DICTIONARY',
  'TYPE',
  'VIEW',
  'CAST',
  'FOREIGN DATA WRAPPER',
]);

/** Entries whose tag is `table object`. */
const ofTables: ReadonlySet<string> = new Set([
  'CHECK CONSTRAINT',
  'CONSTRAINT',
  'DEFAULT',
  'FK CONSTRAINT',
  'POLICY',
  'RULE',
  'TRIGGER',
]);

const kindsWithoutHeader: Partial<Record<StatementPlan['kind'], string>> = { 'create table': 'TABLE' };

/** The table an entry's object belongs to and the object's own name, from the tag `table object`. */
export function splitTag(
  entry: DumpEntry,
  plan: StatementPlan | null,
): { table: string; name: string } | null {
  if (!ofTables.has(entry.type)) return null;
  // Either name may hold spaces: the statement's own table decides where the tag splits.
  const table = plan?.locks?.map((lock) => lock.name).find((name) => entry.name.startsWith(`${name} `));
  if (table !== undefined) return { table, name: entry.name.slice(table.length + 1) };
  const [first, ...rest] = entry.name.split(' ');
  return first === undefined || rest.length !== 1 ? null : { table: first, name: rest[0] ?? '' };
}

/** What an entry says it creates; null when nothing a check could ask for. */
export function announcedObject(
  database: string,
  entry: DumpEntry,
  plan: StatementPlan,
): AnnouncedObject | null {
  const { type, schema, name } = entry;
  if (ownObjects.has(type)) {
    return { database, type, schema: type === 'SCHEMA' ? null : schema, name, table: null };
  }
  const split = splitTag(entry, plan);
  if (split !== null) return { database, type, schema, name: split.name, table: split.table };
  const headless = type === 'STATEMENT' ? kindsWithoutHeader[plan.kind] : undefined;
  const relation = plan.locks?.[0];
  if (headless === undefined || relation === undefined) return null;
  return { database, type: headless, schema: relation.schema, name: relation.name, table: null };
}

/** The name of the index a statement will create, so that COMMENT and ATTACH on it wait. */
export function createdIndex(entry: DumpEntry, plan: StatementPlan): RelationName | null {
  if (plan.kind === 'create index' && entry.type === 'INDEX')
    return { schema: entry.schema, name: entry.name };
  const split = plan.kind === 'add key' ? splitTag(entry, plan) : null;
  return split === null ? null : { schema: entry.schema, name: split.name };
}
