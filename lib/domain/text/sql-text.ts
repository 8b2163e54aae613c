/** Quotes a name for SQL. Always quoted, so that no keyword or capital letter is mistaken. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A relation by its full name, e.g. `"public"."orders"`. */
export function quotedTable(schema: string, name: string): string {
  return `${quoted(schema)}.${quoted(name)}`;
}

/**
 * The relation as FROM must name it so that exactly its own rows are read: ONLY for plain tables (inheritance children
 * are tables of their own), the whole tree for partitioned ones (they have no rows of their own).
 */
export function rowSource(schema: string, name: string, relationKind: string): string {
  return relationKind === 'p' ? quotedTable(schema, name) : `only ${quotedTable(schema, name)}`;
}

/** Condition on alias `n` of pg_namespace: schemas of users. */
export const userSchema = `n.nspname <> 'information_schema' and n.nspname !~ '^pg_'`;

/** Condition: the object does not belong to an extension. */
export function notOfExtension(catalog: string, oid: string): string {
  return `not exists (select 1 from pg_catalog.pg_depend x where x.classid = 'pg_catalog.${catalog}'::pg_catalog.regclass and x.objid = ${oid} and x.deptype = 'e')`;
}

/** A text as SQL literal. Backslashes stand for themselves: checks run with standard_conforming_strings on. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
