import type { RelationName } from '../policy/decision.ts';
import type { Session } from './connection.ts';

/** What the server knows of one relation and loading must respect. */
export interface RelationTraits {
  schema: string;
  name: string;
  /** pg_class.relkind: r table, p partitioned table, m materialized view … */
  kind: string;
  /** Why its rows must keep one connection and their order; null when they need not. */
  ordered: string | null;
  /** The table an index belongs to. */
  indexOf: RelationName | null;
}

/**
 * All relations of the database with their traits, and who inherits from whom.
 *
 * Rows keep their order where loading them runs code that may look at other rows: triggers (foreign keys that exist before the data
 * are triggers too), rules, and CHECK constraints or generated columns that call a function written in SQL or a procedural
 * language. A partitioned table routes rows into tables that several COPYs fill, so a failed COPY could not be taken
 * back by TRUNCATE: one transaction. Members of an extension may hold rows of the extension itself.
 */
export async function lookAtCatalog(
  session: Session,
): Promise<{ relations: RelationTraits[]; parents: [RelationName, RelationName][] }> {
  const { rows } = await session.text(
    `
    SELECT n.nspname, c.relname, c.relkind,
      CASE WHEN c.relkind = 'p' THEN 'partitioned' WHEN c.relkind NOT IN ('r') THEN 'not a table'
           WHEN c.relhasrules THEN 'rules' WHEN c.relhastriggers THEN 'triggers'
           WHEN EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid AND d.deptype = 'e') THEN 'extension'
           WHEN c.oid IN (SELECT relid FROM calling) THEN 'functions' END,
      tn.nspname, t.relname
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = c.oid
    LEFT JOIN pg_catalog.pg_class t ON t.oid = i.indrelid LEFT JOIN pg_catalog.pg_namespace tn ON tn.oid = t.relnamespace
    WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')`.replace(
      /^\s*SELECT/,
      `WITH ${callingRelations} SELECT`,
    ),
  );
  const inherits = await session.text(`
    SELECT pn.nspname, p.relname, cn.nspname, c.relname FROM pg_catalog.pg_inherits i
    JOIN pg_catalog.pg_class p ON p.oid = i.inhparent JOIN pg_catalog.pg_namespace pn ON pn.oid = p.relnamespace
    JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid JOIN pg_catalog.pg_namespace cn ON cn.oid = c.relnamespace`);
  return {
    relations: rows.map(([schema, name, kind, ordered, tableSchema, table]) => ({
      schema: schema ?? '',
      name: name ?? '',
      kind: kind ?? '',
      ordered: ordered ?? null,
      indexOf: table === null || table === undefined ? null : { schema: tableSchema ?? null, name: table },
    })),
    parents: inherits.rows.map(([parentSchema, parent, schema, name]) => [
      { schema: parentSchema ?? null, name: parent ?? '' },
      { schema: schema ?? null, name: name ?? '' },
    ]),
  };
}

/** Tables whose constraints, defaults or generated columns, or whose columns' domains, call code of the dump. */
const callingRelations = `
  code AS (SELECT p.oid FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_language l ON l.oid = p.prolang WHERE l.lanname NOT IN ('internal', 'c')),
  calling AS (
    SELECT k.conrelid AS relid FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_constraint'::pg_catalog.regclass AND d.objid = k.oid
      AND d.refclassid = 'pg_catalog.pg_proc'::pg_catalog.regclass WHERE d.refobjid IN (SELECT oid FROM code)
    UNION SELECT a.adrelid FROM pg_catalog.pg_attrdef a JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass AND d.objid = a.oid
      AND d.refclassid = 'pg_catalog.pg_proc'::pg_catalog.regclass WHERE d.refobjid IN (SELECT oid FROM code)
    UNION SELECT t.attrelid FROM pg_catalog.pg_attribute t JOIN pg_catalog.pg_constraint k ON k.contypid = t.atttypid JOIN pg_catalog.pg_depend d
      ON d.classid = 'pg_catalog.pg_constraint'::pg_catalog.regclass AND d.objid = k.oid AND d.refclassid = 'pg_catalog.pg_proc'::pg_catalog.regclass
      WHERE k.contypid <> 0 AND d.refobjid IN (SELECT oid FROM code))`;
