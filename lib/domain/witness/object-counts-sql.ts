import { notOfDrill } from '../text/own-objects.ts';
import { notOfExtension, userSchema } from '../text/sql-text.ts';

const ofTable = `join pg_catalog.pg_class c on c.oid = o.%
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where not c.relispartition and ${userSchema} and ${notOfExtension('pg_class', 'c.oid')}`;

const relations = (kind: string, relkind: string): string =>
  counted(
    kind,
    `from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where c.relkind = '${relkind}' and not c.relispartition and ${userSchema} and ${notOfExtension('pg_class', 'c.oid')}`,
  );

const constraints = (kind: string, contype: string): string =>
  counted(
    kind,
    `from pg_catalog.pg_constraint o ${ofTable.replace('%', 'conrelid')} and o.contype = '${contype}'`,
  );

const named = (kind: string, catalog: string, namespace: string, condition: string): string =>
  counted(
    kind,
    `from pg_catalog.${catalog} o join pg_catalog.pg_namespace n on n.oid = o.${namespace}
  where ${userSchema} and ${notOfExtension(catalog, 'o.oid')} and ${condition}`,
  );

function counted(kind: string, source: string): string {
  return `select '${kind}' as kind, count(*) as objects ${source}`;
}

const countsOf = (functions: string): string =>
  [
    relations('tables', 'r'),
    relations('partitioned tables', 'p'),
    relations('views', 'v'),
    relations('materialized views', 'm'),
    relations('sequences', 'S'),
    counted(
      'indexes',
      `from pg_catalog.pg_index o ${ofTable.replace('%', 'indrelid')} and c.relkind in ('r', 'p', 'm')`,
    ),
    constraints('primary keys', 'p'),
    constraints('unique constraints', 'u'),
    constraints('foreign keys', 'f'),
    constraints('check constraints', 'c'),
    constraints('exclusion constraints', 'x'),
    counted(
      'triggers',
      `from pg_catalog.pg_trigger o ${ofTable.replace('%', 'tgrelid')} and not o.tgisinternal`,
    ),
    counted(
      'rules',
      `from pg_catalog.pg_rewrite o ${ofTable.replace('%', 'ev_class')} and o.rulename <> '_RETURN'`,
    ),
    counted('policies', `from pg_catalog.pg_policy o ${ofTable.replace('%', 'polrelid')}`),
    named('functions', 'pg_proc', 'pronamespace', functions),
    named(
      'types',
      'pg_type',
      'typnamespace',
      `(o.typtype in ('e', 'd', 'r') or (o.typtype = 'c' and exists (select 1 from pg_catalog.pg_class c where c.oid = o.typrelid and c.relkind = 'c')))`,
    ),
    counted('extensions', 'from pg_catalog.pg_extension'),
    counted('large objects', 'from pg_catalog.pg_largeobject_metadata'),
  ].join('\nunion all\n');

/**
 * Counts a user's objects by kind. What belongs to an extension or to a partition is left out: both come and go without
 * anybody's doing. Only catalogs that are alike in PostgreSQL 13 to 18, so that a source and a sandbox can be compared.
 */
export const objectCountsSql = countsOf('true');

/** The same in a sandbox, where a drill may have functions of its own. */
export const sandboxObjectCountsSql = countsOf(notOfDrill);
