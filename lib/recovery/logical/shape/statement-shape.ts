import type { DumpEntry } from '../dump/dump-stream.ts';

const creation = /^\s*CREATE\s+((?:[A-Z]+\s+){0,3}?[A-Z]+)\b/i;

/** What is created on something that is there already, or beside all databases: it makes no place for rows. */
const makesNoPlace =
  /^(?:DATABASE|ROLE|USER|GROUP|TABLESPACE|INDEX|UNIQUE|TRIGGER|CONSTRAINT|EVENT|RULE|POLICY|STATISTICS|PUBLICATION|SUBSCRIPTION)\b/i;

/** True when an entry may make a place for rows: a table above all, or an extension or schema that brings some. */
export const makesPlace = ({ statements }: DumpEntry): boolean =>
  statements.some(({ sql }) => {
    const created = creation.exec(sql)?.[1];
    return created !== undefined && !makesNoPlace.test(created.replace(/^OR\s+REPLACE\s+/i, ''));
  });

const ofKeys: ReadonlySet<string> = new Set(['CONSTRAINT', 'FK CONSTRAINT', 'CHECK CONSTRAINT', 'INDEX']);
const makesKey =
  /^\s*(?:CREATE\s+(?:UNIQUE\s+)?INDEX\b|ALTER\s+TABLE\b[\s\S]*\bADD\s+(?:CONSTRAINT|PRIMARY|UNIQUE|FOREIGN|EXCLUDE)\b)/i;
const keyOfTable = /\b(?:PRIMARY\s+KEY|UNIQUE|REFERENCES|EXCLUDE)\b/i;

/** True for a key, an index or another constraint of its own. */
export const isKey = ({ type, statements }: DumpEntry): boolean =>
  ofKeys.has(type) || (type === 'STATEMENT' && statements.some(({ sql }) => makesKey.test(sql)));

/** What a CREATE TABLE tells of the table. */
interface TableShape {
  /** Its rows lie in its partitions: it has none of its own. */
  isPartitioned: boolean;
  hasKey: boolean;
}

/** Of an entry that creates a table, with pg_dump's header or without; null for any other entry. */
export function createdTable({ type, statements }: DumpEntry): TableShape | null {
  if (type !== 'TABLE' && type !== 'STATEMENT') return null;
  const created = statements.find(({ sql }) => /^\s*CREATE\s+(?:UNLOGGED\s+)?TABLE\b/i.test(sql));
  if (created === undefined) return null;
  return {
    isPartitioned: /\bPARTITION\s+BY\s+(?:RANGE|LIST|HASH)\s*\(/i.test(created.sql),
    hasKey: keyOfTable.test(created.sql),
  };
}
