-- Makes a dump and, in the same snapshot, a witness of its source. Generated from lib/domain/witness.
--   PG_DUMP_OPTIONS='-Fc -f app.dump app' psql -X -v witness=app.dump.witness.json -f witness.sql app
-- Where pg_dump is asked to leave something out (-t, -T, -n, -N, --exclude-table-data …), add -v complete=false.
-- When pg_dump fails, psql is ended, and the witness lacks its last line.
\set ON_ERROR_STOP on
\if :{?complete} \else
\set complete true
\endif
\pset format unaligned
\pset tuples_only on
\pset pager off
\set QUIET on
\o /dev/null
begin transaction isolation level repeatable read, read only;
set local statement_timeout = 0;
set local lock_timeout = 0;
set local idle_in_transaction_session_timeout = 0;
set local client_encoding = 'UTF8';
select pg_catalog.set_config('search_path', '', true), pg_catalog.set_config('TimeZone', 'UTC', true), pg_catalog.set_config('DateStyle', 'ISO, YMD', true), pg_catalog.set_config('IntervalStyle', 'postgres', true), pg_catalog.set_config('extra_float_digits', '1', true), pg_catalog.set_config('bytea_output', 'hex', true), pg_catalog.set_config('lc_monetary', 'C', true), pg_catalog.set_config('quote_all_identifiers', 'off', true), pg_catalog.set_config('standard_conforming_strings', 'on', true), pg_catalog.set_config('row_security', 'off', true), pg_catalog.set_config('jit', 'off', true);
select pg_catalog.pg_export_snapshot() as snapshot \gset
\setenv WITNESS_SNAPSHOT :snapshot
\o :witness
select pg_catalog.json_build_object(
  'kind', 'source', 'serverVersion', pg_catalog.current_setting('server_version'), 'database', pg_catalog.current_database(),
  'moment', pg_catalog.to_char(pg_catalog.now() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'encoding', pg_catalog.getdatabaseencoding(),
  'complete', :complete, 'extensions', (select coalesce(pg_catalog.json_object_agg(extname, extversion), '{}'::pg_catalog.json) from pg_catalog.pg_extension))::pg_catalog.text as entry;
select pg_catalog.format(
  'select pg_catalog.json_build_object(''kind'', ''sequence'', ''schema'', %L::pg_catalog.text, ''name'', %L::pg_catalog.text, ''next'', (case when is_called then last_value::pg_catalog.numeric + %s else last_value end)::pg_catalog.text)::pg_catalog.text as entry from %I.%I',
  n.nspname, c.relname, s.seqincrement, n.nspname, c.relname) as statement
from pg_catalog.pg_sequence s join pg_catalog.pg_class c on c.oid = s.seqrelid join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relpersistence <> 't' and n.nspname <> 'information_schema' and n.nspname !~ '^pg_' and not exists (select 1 from pg_catalog.pg_depend x where x.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and x.objid = c.oid and x.deptype = 'e') and (:complete or (pg_catalog.has_schema_privilege(n.oid, 'USAGE') and pg_catalog.has_table_privilege(c.oid, 'SELECT') and not pg_catalog.row_security_active(c.oid)))
order by n.nspname, c.relname
\gexec
\! pg_dump --snapshot="$WITNESS_SNAPSHOT" $PG_DUMP_OPTIONS || kill $PPID
select q.statement from (with recursive chosen as (
  select c.oid, n.nspname, c.relname, c.relispartition, false as excluded, false as counts_only
  from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where c.relkind = 'r' and c.relpersistence <> 't' and n.nspname <> 'information_schema' and n.nspname !~ '^pg_' and not exists (select 1 from pg_catalog.pg_depend x where x.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and x.objid = c.oid and x.deptype = 'e') and (:complete or (pg_catalog.has_schema_privilege(n.oid, 'USAGE') and pg_catalog.has_table_privilege(c.oid, 'SELECT') and not pg_catalog.row_security_active(c.oid)))
), parts(top, type) as (
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
)
select c.nspname as schema, c.relname as name, pg_catalog.format(
  'select pg_catalog.json_build_object(''kind'', ''table'', ''schema'', %L::pg_catalog.text, ''name'', %L::pg_catalog.text, ''partitionOf'', %L::pg_catalog.text, ''rows'', %s, ''content'', %s, ''columns'', %L::pg_catalog.json, ''leftOut'', %L::pg_catalog.json, ''extensions'', %L::pg_catalog.json)::pg_catalog.text as entry%s',
  c.nspname, c.relname,
  (select rn.nspname || '.' || r.relname from pg_catalog.pg_class r join pg_catalog.pg_namespace rn on rn.oid = r.relnamespace where c.relispartition and r.oid = pg_catalog.pg_partition_root(c.oid)),
  case when c.excluded then 'null' else 'pg_catalog.count(*)' end,
  case when c.excluded or c.counts_only then 'null' else 'coalesce(pg_catalog.sum((''x'' || pg_catalog.substr(h, 1, 16))::pg_catalog.bit(64)::pg_catalog.int8), 0) || '':'' || coalesce(pg_catalog.sum((''x'' || pg_catalog.substr(h, 17, 16))::pg_catalog.bit(64)::pg_catalog.int8), 0)' end,
  coalesce(k.columns, '[]'), coalesce(k.left_out, '[]'), coalesce(x.extensions, '[]'),
  case when c.excluded then ''
    when c.counts_only then pg_catalog.format(' from only %I.%I', c.nspname, c.relname)
    else pg_catalog.format(' from (select %s as h from only %I.%I offset 0) rows', pg_catalog.replace('pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(@, case pg_catalog.getdatabaseencoding() when ''SQL_ASCII'' then ''SQL_ASCII'' else ''UTF8'' end)), ''hex'')', '@', 'row(' || coalesce(k.expressions, '') || ')::pg_catalog.text'), c.nspname, c.relname) end
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
order by c.nspname, c.relname) q
\gexec
select pg_catalog.json_build_object('kind', 'large objects', 'count', (select pg_catalog.count(*) from pg_catalog.pg_largeobject_metadata), 'content', coalesce(pg_catalog.sum(('x' || pg_catalog.substr(h, 1, 16))::pg_catalog.bit(64)::pg_catalog.int8), 0) || ':' || coalesce(pg_catalog.sum(('x' || pg_catalog.substr(h, 17, 16))::pg_catalog.bit(64)::pg_catalog.int8), 0))::pg_catalog.text as entry
from (select pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(m.oid || ':' || p.n || ':', 'SQL_ASCII') || p.piece), 'hex') as h
  from pg_catalog.pg_largeobject_metadata m
  cross join lateral (
    with recursive pieces(n, piece) as (
      select 0::pg_catalog.int8, pg_catalog.lo_get(m.oid, 0, 8388608)
      union all
      select n + 1, pg_catalog.lo_get(m.oid, (n + 1) * 8388608, 8388608) from pieces where pg_catalog.length(piece) = 8388608
    ) select n, piece from pieces) p
  offset 0) rows;
select pg_catalog.json_build_object('kind', 'objects', 'counts', pg_catalog.json_object_agg(kind, objects))::pg_catalog.text as entry from (
select 'tables' as kind, count(*) as objects from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where c.relkind = 'r' and not c.relispartition and n.nspname <> 'information_schema' and n.nspname !~ '^pg_' and not exists (select 1 from pg_catalog.pg_depend x where x.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and x.objid = c.oid and x.deptype = 'e')
union all
select 'partitioned tables' as kind, count(*) as objects from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where c.relkind = 'p' and not c.relispartition and n.nspname <> 'information_schema' and n.nspname !~ '^pg_' and not exists (select 1 from pg_catalog.pg_depend x where x.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and x.objid = c.oid and x.deptype = 'e')
union all
select 'views' as kind, count(*) as objects from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where c.relkind = 'v' and not c.relispartition and n.nspname <> 'information_schema' and n.nspname !~ '^pg_' and not exists (select 1 from pg_catalog.pg_depend x where x.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and x.objid = c.oid and x.deptype = 'e')
union all
select 'materialized views' as kind, count(*) as objects from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where c.relkind = 'm' and not c.relispartition and n.nspname <> 'information_schema' and n.nspname !~ '^pg_' and not exists (select 1 from pg_catalog.pg_depend x where x.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and x.objid = c.oid and x.deptype = 'e')
union all
select 'sequences' as kind, count(*) as objects from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where c.relkind = 'S' and not c.relispartition and n.nspname <> 'information_schema' and n.nspname !~ '^pg_' and not exists (select 1 from pg_catalog.pg_depend x where x.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and x.objid = c.oid and x.deptype = 'e')
union all
select 'indexes' as kind, count(*) as objects from pg_catalog.pg_index o join pg_catalog.pg_class c on c.oid = o.indrelid
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where not c.relispartition and n.nspname <> 'information_schema' and n.nspname !~ '^pg_' and not exists (select 1 from pg_catalog.pg_depend x where x.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and x.objid = c.oid and x.deptype = 'e') and c.relkind in ('r', 'p', 'm')
union all
select 'primary keys' as kind, count(*) as objects from pg_catalog.pg_constraint o join pg_catalog.pg_class c on c.oid = o.conrelid
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where not c.relispartition and n.nspname <> 'information_schema' and n.nspname !~ '^pg_' and not exists (select 1 from pg_catalog.pg_depend x where x.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and x.objid = c.oid and x.deptype = 'e') and o.contype = 'p'
union all
select 'unique constraints' as kind, count(*) as objects from pg_catalog.pg_constraint o join pg_catalog.pg_class c on c.oid = o.conrelid
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where not c.relispartition and n.nspname <> 'information_schema' and n.nspname !~ '^pg_' and not exists (select 1 from pg_catalog.pg_depend x where x.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and x.objid = c.oid and x.deptype = 'e') and o.contype = 'u'
union all
select 'foreign keys' as kind, count(*) as objects from pg_catalog.pg_constraint o join pg_catalog.pg_class c on c.oid = o.conrelid
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where not c.relispartition and n.nspname <> 'information_schema' and n.nspname !~ '^pg_' and not exists (select 1 from pg_catalog.pg_depend x where x.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and x.objid = c.oid and x.deptype = 'e') and o.contype = 'f'
union all
select 'check constraints' as kind, count(*) as objects from pg_catalog.pg_constraint o join pg_catalog.pg_class c on c.oid = o.conrelid
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where not c.relispartition and n.nspname <> 'information_schema' and n.nspname !~ '^pg_' and not exists (select 1 from pg_catalog.pg_depend x where x.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and x.objid = c.oid and x.deptype = 'e') and o.contype = 'c'
union all
select 'exclusion constraints' as kind, count(*) as objects from pg_catalog.pg_constraint o join pg_catalog.pg_class c on c.oid = o.conrelid
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where not c.relispartition and n.nspname <> 'information_schema' and n.nspname !~ '^pg_' and not exists (select 1 from pg_catalog.pg_depend x where x.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and x.objid = c.oid and x.deptype = 'e') and o.contype = 'x'
union all
select 'triggers' as kind, count(*) as objects from pg_catalog.pg_trigger o join pg_catalog.pg_class c on c.oid = o.tgrelid
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where not c.relispartition and n.nspname <> 'information_schema' and n.nspname !~ '^pg_' and not exists (select 1 from pg_catalog.pg_depend x where x.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and x.objid = c.oid and x.deptype = 'e') and not o.tgisinternal
union all
select 'rules' as kind, count(*) as objects from pg_catalog.pg_rewrite o join pg_catalog.pg_class c on c.oid = o.ev_class
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where not c.relispartition and n.nspname <> 'information_schema' and n.nspname !~ '^pg_' and not exists (select 1 from pg_catalog.pg_depend x where x.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and x.objid = c.oid and x.deptype = 'e') and o.rulename <> '_RETURN'
union all
select 'policies' as kind, count(*) as objects from pg_catalog.pg_policy o join pg_catalog.pg_class c on c.oid = o.polrelid
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where not c.relispartition and n.nspname <> 'information_schema' and n.nspname !~ '^pg_' and not exists (select 1 from pg_catalog.pg_depend x where x.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and x.objid = c.oid and x.deptype = 'e')
union all
select 'functions' as kind, count(*) as objects from pg_catalog.pg_proc o join pg_catalog.pg_namespace n on n.oid = o.pronamespace
  where n.nspname <> 'information_schema' and n.nspname !~ '^pg_' and not exists (select 1 from pg_catalog.pg_depend x where x.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass and x.objid = o.oid and x.deptype = 'e') and true
union all
select 'types' as kind, count(*) as objects from pg_catalog.pg_type o join pg_catalog.pg_namespace n on n.oid = o.typnamespace
  where n.nspname <> 'information_schema' and n.nspname !~ '^pg_' and not exists (select 1 from pg_catalog.pg_depend x where x.classid = 'pg_catalog.pg_type'::pg_catalog.regclass and x.objid = o.oid and x.deptype = 'e') and (o.typtype in ('e', 'd', 'r') or (o.typtype = 'c' and exists (select 1 from pg_catalog.pg_class c where c.oid = o.typrelid and c.relkind = 'c')))
union all
select 'extensions' as kind, count(*) as objects from pg_catalog.pg_extension
union all
select 'large objects' as kind, count(*) as objects from pg_catalog.pg_largeobject_metadata) counted;
select pg_catalog.format(
  'select pg_catalog.json_build_object(''kind'', ''sequence'', ''schema'', %L::pg_catalog.text, ''name'', %L::pg_catalog.text, ''next'', (case when is_called then last_value::pg_catalog.numeric + %s else last_value end)::pg_catalog.text)::pg_catalog.text as entry from %I.%I',
  n.nspname, c.relname, s.seqincrement, n.nspname, c.relname) as statement
from pg_catalog.pg_sequence s join pg_catalog.pg_class c on c.oid = s.seqrelid join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relpersistence <> 't' and n.nspname <> 'information_schema' and n.nspname !~ '^pg_' and not exists (select 1 from pg_catalog.pg_depend x where x.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and x.objid = c.oid and x.deptype = 'e') and (:complete or (pg_catalog.has_schema_privilege(n.oid, 'USAGE') and pg_catalog.has_table_privilege(c.oid, 'SELECT') and not pg_catalog.row_security_active(c.oid)))
order by n.nspname, c.relname
\gexec
\qecho '{"kind":"end"}'
\o
commit;
