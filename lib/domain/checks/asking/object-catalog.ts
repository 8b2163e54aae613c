/**
 * For every type word of pg_dump that stands for an object: the SQL that lists such objects of a database as
 * (schema, tag). Tags are written as pg_dump writes them: `table name` for what belongs to a table, a function with
 * its argument types, a cast as `CAST (a AS b)` (pg_dump.c, the ARCHIVE_OPTS(.tag = …) of each dump function).
 */
export const objectCatalog: Readonly<Record<string, string>> = {
  TABLE: relations('r', 'p'),
  'FOREIGN TABLE': relations('f'),
  VIEW: relations('v'),
  'MATERIALIZED VIEW': relations('m'),
  SEQUENCE: relations('S'),
  INDEX: relations('i', 'I'),
  'TABLE ATTACH': `${relations('r', 'p', 'f')} and c.relispartition`,
  'INDEX ATTACH': `${relations('i', 'I')} and c.relispartition`,
  'ROW SECURITY': `${relations('r', 'p')} and c.relrowsecurity`,
  'SEQUENCE OWNED BY': `${relations('S')} and exists (select 1 from pg_catalog.pg_depend d where d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.objid = c.oid and d.refobjsubid > 0 and d.deptype in ('a', 'i'))`,
  CONSTRAINT: constraints(),
  'FK CONSTRAINT': constraints(),
  'CHECK CONSTRAINT': constraints(),
  TRIGGER: ofTable('pg_trigger', 'tgname', 'tgrelid', 'not x.tgisinternal'),
  RULE: ofTable('pg_rewrite', 'rulename', 'ev_class'),
  POLICY: ofTable('pg_policy', 'polname', 'polrelid'),
  DEFAULT: `select n.nspname, c.relname || ' ' || a.attname from pg_catalog.pg_attrdef x join pg_catalog.pg_attribute a on a.attrelid = x.adrelid and a.attnum = x.adnum join pg_catalog.pg_class c on c.oid = x.adrelid join pg_catalog.pg_namespace n on n.oid = c.relnamespace where true`,
  FUNCTION: routines('f', 'w'),
  PROCEDURE: routines('p'),
  AGGREGATE: routines('a'),
  TYPE: types(`x.typtype in ('b', 'c', 'e', 'r', 'm')`),
  'SHELL TYPE': types('true'),
  DOMAIN: types(`x.typtype = 'd'`),
  STATISTICS: named('pg_statistic_ext', 'stxname', 'stxnamespace'),
  COLLATION: named('pg_collation', 'collname', 'collnamespace'),
  CONVERSION: named('pg_conversion', 'conname', 'connamespace'),
  OPERATOR: named('pg_operator', 'oprname', 'oprnamespace'),
  'OPERATOR CLASS': named('pg_opclass', 'opcname', 'opcnamespace'),
  'OPERATOR FAMILY': named('pg_opfamily', 'opfname', 'opfnamespace'),
  'TEXT SEARCH CONFIGURATION': named('pg_ts_config', 'cfgname', 'cfgnamespace'),
  'TEXT SEARCH DICTIONARY': named('pg_ts_dict', 'dictname', 'dictnamespace'),
  'TEXT SEARCH PARSER': named('pg_ts_parser', 'prsname', 'prsnamespace'),
  'TEXT SEARCH TEMPLATE': named('pg_ts_template', 'tmplname', 'tmplnamespace'),
  SCHEMA: global('pg_namespace', 'nspname'),
  EXTENSION: global('pg_extension', 'extname'),
  LANGUAGE: global('pg_language', 'lanname'),
  'PROCEDURAL LANGUAGE': global('pg_language', 'lanname'),
  'ACCESS METHOD': global('pg_am', 'amname'),
  'FOREIGN DATA WRAPPER': global('pg_foreign_data_wrapper', 'fdwname'),
  SERVER: global('pg_foreign_server', 'srvname'),
  'FOREIGN SERVER': global('pg_foreign_server', 'srvname'),
  'EVENT TRIGGER': global('pg_event_trigger', 'evtname'),
  PUBLICATION: global('pg_publication', 'pubname'),
  SUBSCRIPTION: global('pg_subscription', 'subname'),
  ROLE: global('pg_roles', 'rolname'),
  BLOB: global('pg_largeobject_metadata', 'oid'),
  'USER MAPPING': `select null::pg_catalog.name, 'USER MAPPING ' || x.usename || ' SERVER ' || x.srvname from pg_catalog.pg_user_mappings x where true`,
  CAST: `select null::pg_catalog.name, 'CAST (' || pg_catalog.format_type(x.castsource, null) || ' AS ' || pg_catalog.format_type(x.casttarget, null) || ')' from pg_catalog.pg_cast x where true`,
  TRANSFORM: `select null::pg_catalog.name, 'TRANSFORM FOR ' || pg_catalog.format_type(x.trftype, null) || ' LANGUAGE ' || l.lanname from pg_catalog.pg_transform x join pg_catalog.pg_language l on l.oid = x.trflang where true`,
};

/**
 * Type words that stand for properties or data of objects rather than objects: rights, comments, rows. Rows are
 * counted by the row counts; rights and comments are accounted for by the restore.
 */
export const notObjects: ReadonlySet<string> = new Set([
  'ACL',
  'BLOB COMMENTS',
  'BLOB METADATA',
  'BLOBS',
  'COMMENT',
  'DATABASE',
  'DATABASE PROPERTIES',
  'DEFAULT ACL',
  'DUMP TIMESTAMP',
  'ENCODING',
  'LARGE OBJECT',
  'MATERIALIZED VIEW DATA',
  'PUBLICATION TABLE',
  'PUBLICATION TABLES IN SCHEMA',
  'ROLE MEMBERSHIP',
  'SEARCHPATH',
  'SECURITY LABEL',
  'SEQUENCE SET',
  'STATEMENT',
  'STATISTICS DATA',
  'EXTENDED STATISTICS DATA',
  'STDSTRINGS',
  'SUBSCRIPTION TABLE',
  'TABLE DATA',
]);

/** Words of routines, whose tags carry argument types that older pg_dump versions write differently. */
export const routineTypes: ReadonlySet<string> = new Set(['FUNCTION', 'PROCEDURE', 'AGGREGATE']);

/** Names as pg_dump writes them into the comments of plain SQL: one line (pg_backup_archiver.c, sanitize_line). */
const onOneLine = (expression: string): string => `pg_catalog.translate(${expression}, E'\\n\\r', '  ')`;

/** SQL that lists, of `$1` types, `$2` schemas and `$3` tags, the 1-based positions of those that do not exist. */
export function missingObjectsSql(wantedTypes: Iterable<string>): string {
  const branches = [...wantedTypes].map(
    (type) => `select '${type}'::pg_catalog.text, q.* from (${objectCatalog[type] ?? ''}) q`,
  );
  return `with have(type, schema, tag) as materialized (${branches.join('\nunion all\n')})
select w.n from unnest($1::text[], $2::text[], $3::text[]) with ordinality as w(type, schema, tag, n)
where not exists (select 1 from have h where h.type = w.type and ${onOneLine('h.tag::pg_catalog.text')} = ${onOneLine('w.tag')}
  and (w.schema is null or h.schema is null or ${onOneLine('h.schema::pg_catalog.text')} = ${onOneLine('w.schema')}))
order by w.n`;
}

/** SQL that counts routines by name for `$1` schemas and `$2` names. */
export const routinesByNameSql = `select w.n, (select count(*) from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace
  where p.proname::pg_catalog.text = w.name and (w.schema is null or n.nspname::pg_catalog.text = w.schema)) as routines
from unnest($1::text[], $2::text[]) with ordinality as w(schema, name, n)`;

function relations(...kinds: string[]): string {
  const list = kinds.map((kind) => `'${kind}'`).join(', ');
  return `select n.nspname, c.relname::pg_catalog.text from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace where c.relkind in (${list})`;
}

/** Constraints of tables and of domains: `table constraint`, `domain constraint`. */
function constraints(): string {
  return `select n.nspname, coalesce(c.relname, t.typname)::pg_catalog.text || ' ' || x.conname from pg_catalog.pg_constraint x
    left join pg_catalog.pg_class c on c.oid = x.conrelid left join pg_catalog.pg_type t on t.oid = x.contypid
    join pg_catalog.pg_namespace n on n.oid = x.connamespace where true`;
}

function ofTable(catalog: string, name: string, table: string, condition = 'true'): string {
  return `select n.nspname, c.relname || ' ' || x.${name} from pg_catalog.${catalog} x join pg_catalog.pg_class c on c.oid = x.${table} join pg_catalog.pg_namespace n on n.oid = c.relnamespace where ${condition}`;
}

function routines(...kinds: string[]): string {
  const list = kinds.map((kind) => `'${kind}'`).join(', ');
  const types = `select pg_catalog.string_agg(pg_catalog.format_type(a.type, null), ', ' order by a.n) from unnest(x.proargtypes) with ordinality as a(type, n)`;
  const signature = `x.proname || '(' || coalesce((${types}), case when x.prokind = 'a' then '*' else '' end) || ')'`;
  return `select n.nspname, s.tag from pg_catalog.pg_proc x join pg_catalog.pg_namespace n on n.oid = x.pronamespace cross join lateral (values (x.proname::pg_catalog.text), (${signature})) s(tag) where x.prokind in (${list})`;
}

function types(condition: string): string {
  return `select n.nspname, x.typname::pg_catalog.text from pg_catalog.pg_type x join pg_catalog.pg_namespace n on n.oid = x.typnamespace where ${condition}`;
}

function named(catalog: string, name: string, schema: string): string {
  return `select n.nspname, x.${name}::pg_catalog.text from pg_catalog.${catalog} x join pg_catalog.pg_namespace n on n.oid = x.${schema} where true`;
}

function global(catalog: string, name: string): string {
  return `select null::pg_catalog.name, x.${name}::pg_catalog.text from pg_catalog.${catalog} x where true`;
}
