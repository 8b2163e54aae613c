/**
 * The SQL that source and sandbox are both asked with: the same text on either side, so that what is equal hashes
 * equally. For PostgreSQL 13 to 18, and only what lies in pg_catalog.
 */
import { literal, notOfExtension, userSchema } from '../text/sql-text.ts';

/**
 * Settings on which the text of a value depends, whatever server, database and role have set, and those under which
 * every row is seen. With an empty search_path, names of reg* types are qualified and nothing of the user's is found.
 */
export const contentSettings: Readonly<Record<string, string>> = {
  search_path: '',
  TimeZone: 'UTC',
  DateStyle: 'ISO, YMD',
  IntervalStyle: 'postgres',
  extra_float_digits: '1',
  bytea_output: 'hex',
  lc_monetary: 'C',
  quote_all_identifiers: 'off',
  standard_conforming_strings: 'on',
  row_security: 'off',
  jit: 'off',
};

/** Sets them for the transaction. */
export const contentSettingsSql = `select ${Object.entries(contentSettings)
  .map(([setting, value]) => `pg_catalog.set_config('${setting}', ${literal(value)}, true)`)
  .join(', ')}`;

/** Of which tables what is asked; names are `schema.table`, with `*` for anything. */
export interface ContentChoice {
  /** Counted only. */
  countsOnly: readonly string[];
  /** Not even counted. */
  excluded: readonly string[];
}

/** A condition on SQL text `value`: it fits one of the patterns. */
function fits(value: string, patterns: readonly string[]): string {
  if (patterns.length === 0) return 'false';
  const likes = patterns.map((pattern) => pattern.replace(/[\\%_]/g, '\\$&').replaceAll('*', '%'));
  return `${value} like any (array[${likes.map((like) => literal(like)).join(', ')}]::pg_catalog.text[])`;
}

/** Bytes that are hashed: UTF-8, so that databases of different encodings compare; SQL_ASCII has no characters. */
const bytesOf = (text: string): string =>
  `pg_catalog.convert_to(${text}, case pg_catalog.getdatabaseencoding() when 'SQL_ASCII' then 'SQL_ASCII' else 'UTF8' end)`;

const half = (start: number): string =>
  `pg_catalog.sum(('x' || pg_catalog.substr(h, ${start}, 16))::pg_catalog.bit(64)::pg_catalog.int8)`;

/**
 * Sums of the two first quarters of each row's SHA-256: independent of the order of rows, and a doubled row counts
 * twice. SHA-256, because MD5 is refused by servers in FIPS mode.
 */
const contentOf = `coalesce(${half(1)}, 0) || ':' || coalesce(${half(17)}, 0)`;

/** The hash of one row's text. The text of a record tells null from empty, and quotes what would run together. */
const rowHash = (text: string): string => `pg_catalog.encode(pg_catalog.sha256(${bytesOf(text)}), 'hex')`;

/**
 * Of every column of a table: its expression in the row's text, or why it is left out. Generated columns are not in a
 * dump. Which functions make a type's text is followed through domains' bases, elements, attributes and subtypes: one
 * that neither PostgreSQL nor an extension brings along is never called.
 */
const columns = `parts(top, type) as (
  select distinct a.atttypid, a.atttypid from pg_catalog.pg_attribute a where a.attrelid in (select oid from chosen) and a.attnum > 0 and not a.attisdropped
  union
  select p.top, u.next from parts p join pg_catalog.pg_type t on t.oid = p.type
  cross join lateral (
    select t.typbasetype where t.typtype = 'd'
    union all select t.typelem where t.typelem <> 0 and t.typlen = -1
    union all select r.rngsubtype from pg_catalog.pg_range r where r.rngtypid = t.oid
    union all select a.atttypid from pg_catalog.pg_attribute a where t.typtype = 'c' and a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped
  ) u(next)
), makers as (
  select p.top,
    pg_catalog.bool_or(tn.nspname <> 'pg_catalog' and (t.typtype = 'm' or (fn.nspname <> 'pg_catalog' and e.extname is null))) as foreign_code,
    pg_catalog.array_agg(distinct e.extname) filter (where e.extname is not null) as extensions
  from parts p join pg_catalog.pg_type t on t.oid = p.type join pg_catalog.pg_namespace tn on tn.oid = t.typnamespace
  join pg_catalog.pg_proc f on f.oid = t.typoutput join pg_catalog.pg_namespace fn on fn.oid = f.pronamespace
  left join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass and d.objid = f.oid and d.deptype = 'e'
  left join pg_catalog.pg_extension e on e.oid = d.refobjid
  group by p.top
), columns as (
  select a.attrelid, a.attname, m.foreign_code, m.extensions,
    -- What one character above 127 looks like as text changed in PostgreSQL 15.
    pg_catalog.format(case when a.atttypid = 'pg_catalog."char"'::pg_catalog.regtype then '%I::pg_catalog.int4' else '%I' end, a.attname) as expression
  from pg_catalog.pg_attribute a join makers m on m.top = a.atttypid
  where a.attrelid in (select oid from chosen) and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
)`;

/**
 * A query that gives one statement per table, each of which gives one row with one JSON text: an entry of kind `table`.
 * Partitions are tables of their own; what belongs to an extension, is temporary or lies elsewhere (foreign tables) is not asked.
 *
 * @param wanted condition on aliases `n` of pg_namespace and `c` of pg_class
 */
export function tableStatementsSql(choice: ContentChoice, wanted = 'true'): string {
  const table = `n.nspname || '.' || c.relname`;
  return `with recursive chosen as (
  select c.oid, n.nspname, c.relname, c.relispartition, ${fits(`(${table})`, choice.excluded)} as excluded, ${fits(`(${table})`, choice.countsOnly)} as counts_only
  from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where c.relkind = 'r' and c.relpersistence <> 't' and ${userSchema} and ${notOfExtension('pg_class', 'c.oid')} and (${wanted})
), ${columns}
select c.nspname as schema, c.relname as name, pg_catalog.format(
  'select pg_catalog.json_build_object(''kind'', ''table'', ''schema'', %L::pg_catalog.text, ''name'', %L::pg_catalog.text, ''partitionOf'', %L::pg_catalog.text, ''rows'', %s, ''content'', %s, ''columns'', %L::pg_catalog.json, ''leftOut'', %L::pg_catalog.json, ''extensions'', %L::pg_catalog.json)::pg_catalog.text as entry%s',
  c.nspname, c.relname,
  (select rn.nspname || '.' || r.relname from pg_catalog.pg_class r join pg_catalog.pg_namespace rn on rn.oid = r.relnamespace where c.relispartition and r.oid = pg_catalog.pg_partition_root(c.oid)),
  case when c.excluded then 'null' else 'pg_catalog.count(*)' end,
  case when c.excluded or c.counts_only then 'null' else ${literal(contentOf)} end,
  coalesce(k.columns, '[]'), coalesce(k.left_out, '[]'), coalesce(x.extensions, '[]'),
  case when c.excluded then ''
    when c.counts_only then pg_catalog.format(' from only %I.%I', c.nspname, c.relname)
    else pg_catalog.format(' from (select %s as h from only %I.%I offset 0) rows', pg_catalog.replace(${literal(rowHash('@'))}, '@', 'row(' || coalesce(k.expressions, '') || ')::pg_catalog.text'), c.nspname, c.relname) end
) as statement
from chosen c
left join lateral (
  select pg_catalog.json_agg(k.attname order by k.attname) filter (where not k.foreign_code)::pg_catalog.text as columns,
    pg_catalog.json_agg(k.attname order by k.attname) filter (where k.foreign_code)::pg_catalog.text as left_out,
    pg_catalog.string_agg(k.expression, ', ' order by k.attname) filter (where not k.foreign_code) as expressions
  from columns k where k.attrelid = c.oid
) k on true
left join lateral (
  select pg_catalog.json_agg(distinct e.name)::pg_catalog.text as extensions from columns k cross join lateral unnest(k.extensions) e(name)
  where k.attrelid = c.oid and not k.foreign_code
) x on true
order by c.nspname, c.relname`;
}

/** A query that gives one statement per sequence, each of which gives an entry of kind `sequence`. */
export function sequenceStatementsSql(wanted = 'true'): string {
  return `select pg_catalog.format(
  'select pg_catalog.json_build_object(''kind'', ''sequence'', ''schema'', %L::pg_catalog.text, ''name'', %L::pg_catalog.text, ''next'', (case when is_called then last_value::pg_catalog.numeric + %s else last_value end)::pg_catalog.text)::pg_catalog.text as entry from %I.%I',
  n.nspname, c.relname, s.seqincrement, n.nspname, c.relname) as statement
from pg_catalog.pg_sequence s join pg_catalog.pg_class c on c.oid = s.seqrelid join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relpersistence <> 't' and ${userSchema} and ${notOfExtension('pg_class', 'c.oid')} and (${wanted})
order by n.nspname, c.relname`;
}

/** Large objects are read in pieces of this size: one of several GiB is no single value. */
const pieceBytes = 8 * 1024 ** 2;

/** Gives an entry of kind `large objects`. Its number counts with its bytes, because rows name it. */
export const largeObjectsSql = `select pg_catalog.json_build_object('kind', 'large objects', 'count', (select pg_catalog.count(*) from pg_catalog.pg_largeobject_metadata), 'content', ${contentOf})::pg_catalog.text as entry
from (select pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(m.oid || ':' || p.n || ':', 'SQL_ASCII') || p.piece), 'hex') as h
  from pg_catalog.pg_largeobject_metadata m
  cross join lateral (
    with recursive pieces(n, piece) as (
      select 0::pg_catalog.int8, pg_catalog.lo_get(m.oid, 0, ${pieceBytes})
      union all
      select n + 1, pg_catalog.lo_get(m.oid, (n + 1) * ${pieceBytes}, ${pieceBytes}) from pieces where pg_catalog.length(piece) = ${pieceBytes}
    ) select n, piece from pieces) p
  offset 0) rows`;

/** The same where only counts are asked for. */
export const largeObjectCountSql = `select pg_catalog.json_build_object('kind', 'large objects', 'count', pg_catalog.count(*), 'content', null)::pg_catalog.text as entry from pg_catalog.pg_largeobject_metadata`;
