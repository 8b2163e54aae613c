import { quotedTable } from '../../../domain/text/sql-text.ts';
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

/** What a look at the catalog gave. */
export interface CatalogLook {
  relations: RelationTraits[];
  /** Parent and child of each inheritance. */
  parents: [RelationName, RelationName][];
}

/**
 * All relations of the database with their traits, and who inherits from whom.
 *
 * Rows keep their order where loading them runs code that may look at other rows: triggers (foreign keys that exist before the data
 * are triggers too), rules, and CHECK constraints or generated columns that call a function written in SQL or a procedural
 * language. A partitioned table routes rows into tables that several COPYs fill, so a failed COPY could not be taken
 * back by TRUNCATE: one transaction. Members of an extension may hold rows of the extension itself.
 */
export async function lookAtCatalog(session: Session): Promise<CatalogLook> {
  const { rows } = await session.text(
    `WITH ${codeOfTheDump}, calling AS (${callingRelations.join(' UNION ')})
    ${relationsWhere('c.oid IN (SELECT relid FROM calling)')} WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')`,
  );
  const inherits = await session.text(inheritance);
  return { relations: rows.map(relationFrom), parents: inherits.rows.map(inheritanceFrom) };
}

/**
 * The same of one relation: of itself, the table it is an index of, all that inherits from them, and their parents' names.
 * Costs a millisecond, where a look at everything costs one for every two hundred relations.
 * @param relation its names in ASCII, because the session may be in any encoding
 */
export async function lookAtRelation(
  session: Session,
  { schema, name }: { schema: string; name: string },
): Promise<CatalogLook> {
  const [simple] = await session.prepared('restore_drill_simple', simpleTable, [quotedTable(schema, name)]);
  if (simple !== undefined)
    return { relations: [{ schema, name, kind: 'r', ordered: null, indexOf: null }], parents: [] };
  const rows = await session.prepared('restore_drill_look', lookAtOne, [schema, name]);
  const of = (what: string): TextRow[] => rows.filter(([kind]) => kind === what).map((row) => row.slice(1));
  return { relations: of('relation').map(relationFrom), parents: of('inheritance').map(inheritanceFrom) };
}

type TextRow = (string | null)[];

const relationFrom = ([schema, name, kind, ordered, tableSchema, table]: TextRow): RelationTraits => ({
  schema: schema ?? '',
  name: name ?? '',
  kind: kind ?? '',
  ordered: ordered ?? null,
  indexOf: table === null || table === undefined ? null : { schema: tableSchema ?? null, name: table },
});

const inheritanceFrom = ([parentSchema, parent, schema, name]: TextRow): [RelationName, RelationName] => [
  { schema: parentSchema ?? null, name: parent ?? '' },
  { schema: schema ?? null, name: name ?? '' },
];

/** FirstNormalObjectId (access/transam.h): types from here on are the dump's own, a domain perhaps. */
const firstNormalOid = 16_384;

/** Functions that run statements, or anything else somebody wrote. */
const codeOfTheDump = `code AS (SELECT p.oid FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_language l ON l.oid = p.prolang
  WHERE l.lanname NOT IN ('internal', 'c'))`;

/** Tables whose constraints, whose defaults or generated columns, and whose columns' domains call code of the dump. */
const callingRelations = [
  `SELECT k.conrelid AS relid FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_constraint'::pg_catalog.regclass AND d.objid = k.oid
    AND d.refclassid = 'pg_catalog.pg_proc'::pg_catalog.regclass WHERE d.refobjid IN (SELECT oid FROM code)`,
  `SELECT a.adrelid FROM pg_catalog.pg_attrdef a JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass AND d.objid = a.oid
    AND d.refclassid = 'pg_catalog.pg_proc'::pg_catalog.regclass WHERE d.refobjid IN (SELECT oid FROM code)`,
  `SELECT t.attrelid FROM pg_catalog.pg_attribute t JOIN pg_catalog.pg_constraint k ON k.contypid = t.atttypid JOIN pg_catalog.pg_depend d
    ON d.classid = 'pg_catalog.pg_constraint'::pg_catalog.regclass AND d.objid = k.oid AND d.refclassid = 'pg_catalog.pg_proc'::pg_catalog.regclass
    WHERE k.contypid <> 0 AND d.refobjid IN (SELECT oid FROM code)`,
];

/** @param calls tells whether loading rows of `c` calls code of the dump @param first a column to begin each row with */
const relationsWhere = (calls: string, first = ''): string => `
  SELECT ${first} n.nspname::pg_catalog.text, c.relname::pg_catalog.text, c.relkind::pg_catalog.text,
    CASE WHEN c.relkind = 'p' THEN 'partitioned' WHEN c.relkind NOT IN ('r') THEN 'not a table'
         WHEN c.relhasrules THEN 'rules' WHEN c.relhastriggers THEN 'triggers'
         WHEN EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid AND d.deptype = 'e') THEN 'extension'
         WHEN ${calls} THEN 'functions' END,
    tn.nspname::pg_catalog.text, t.relname::pg_catalog.text
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = c.oid
  LEFT JOIN pg_catalog.pg_class t ON t.oid = i.indrelid LEFT JOIN pg_catalog.pg_namespace tn ON tn.oid = t.relnamespace`;

const inheritanceTables = `FROM pg_catalog.pg_inherits i
  JOIN pg_catalog.pg_class p ON p.oid = i.inhparent JOIN pg_catalog.pg_namespace pn ON pn.oid = p.relnamespace
  JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid JOIN pg_catalog.pg_namespace cn ON cn.oid = c.relnamespace`;
const inheritance = `SELECT pn.nspname, p.relname, cn.nspname, c.relname ${inheritanceTables}`;

/** A row for a table that nothing is to be said of: no code, no inheritance. Its plan is a few index scans in any catalog. */
const simpleTable = `SELECT 1 FROM pg_catalog.pg_class c WHERE c.oid = pg_catalog.to_regclass($1)
  AND c.relkind = 'r' AND NOT (c.relhasrules OR c.relhastriggers OR c.relhassubclass OR c.relispartition) AND c.relchecks = 0
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0
    AND (a.atthasdef OR a.atttypid >= ${firstNormalOid}))
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhrelid = c.oid)
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid AND d.deptype = 'e')`;

const lookAtOne = `WITH RECURSIVE ${codeOfTheDump},
  asked AS (SELECT c.oid FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relname = $2),
  own AS (SELECT oid FROM asked UNION SELECT i.indrelid FROM pg_catalog.pg_index i JOIN asked ON i.indexrelid = asked.oid),
  family AS (SELECT oid FROM own UNION SELECT i.inhrelid FROM pg_catalog.pg_inherits i JOIN family f ON i.inhparent = f.oid)
  ${relationsWhere(
    `EXISTS (SELECT FROM (${callingRelations.join(' UNION ALL ')}) calling WHERE calling.relid = c.oid)`,
    "'relation',",
  )} WHERE c.oid = ANY (ARRAY(SELECT oid FROM family))
  UNION ALL SELECT 'inheritance', pn.nspname, p.relname, cn.nspname, c.relname, NULL, NULL ${inheritanceTables}
  WHERE i.inhparent = ANY (ARRAY(SELECT oid FROM family))
  UNION ALL SELECT 'inheritance', pn.nspname, p.relname, cn.nspname, c.relname, NULL, NULL ${inheritanceTables}
  WHERE i.inhrelid = ANY (ARRAY(SELECT oid FROM own))`;
