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

/**
 * A text as SQL literal that says the same whatever standard_conforming_strings is: a dump may switch it off. With a
 * backslash it is an `E''` string, with a blank before it, so that no word in front becomes part of it.
 */
export function literal(text: string): string {
  const escaped = text.replaceAll('\\', '\\\\').replaceAll("'", "''");
  return escaped.includes('\\') ? ` E'${escaped}'` : `'${escaped}'`;
}
