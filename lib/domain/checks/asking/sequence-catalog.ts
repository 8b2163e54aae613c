import { notOfExtension, userSchema } from '../../text/sql-text.ts';
import type { CheckDatabase } from './check.ts';

/** A column that a sequence numbers. Bounds and increment are exact: int8 does not fit a JavaScript number. */
export interface SequenceUse {
  sequenceOid: string;
  sequenceSchema: string;
  sequence: string;
  increment: bigint;
  minimum: bigint;
  maximum: bigint;
  cycles: boolean;
  tableSchema: string;
  table: string;
  tableKind: string;
  column: string;
  /** True when a unique index covers exactly this column. */
  unique: boolean;
  /** True when the column takes its numbers from it by itself: identity or default. False when it only owns it. */
  feeds: boolean;
}

/** Numbers that a sequence will hand out: from `first` by `step` (always positive) within [low, high]. */
interface NextRange {
  first: bigint;
  step: bigint;
  low: bigint;
  high: bigint;
}

/**
 * What a sequence will hand out from its state `<last_value> called|fresh`; null when nothing is left.
 * `fresh` (is_called = false) means that last_value itself comes next.
 */
export function nextRange(
  use: Pick<SequenceUse, 'increment' | 'minimum' | 'maximum' | 'cycles'>,
  state: string,
): NextRange | null {
  const [lastText = '0', called] = state.split(' ');
  const last = BigInt(lastText);
  let first = called === 'called' ? last + use.increment : last;
  const step = use.increment < 0n ? -use.increment : use.increment;
  if (use.cycles) {
    // It may legitimately have been round, with old numbers still in place: only the very next one is a collision.
    if (first > use.maximum) first = use.minimum;
    if (first < use.minimum) first = use.maximum;
    return { first, step, low: first, high: first };
  }
  if (use.increment > 0n) return first > use.maximum ? null : { first, step, low: first, high: use.maximum };
  return first < use.minimum ? null : { first, step, low: use.minimum, high: first };
}

/** Defaults that hand out the sequence's own number, unchanged. Others (prefixes, arithmetic) cannot be compared. */
const plainNextval = /^\(?nextval\('(?:[^']|'')+'::regclass\)\)?(?:::[a-z0-9 ]+(?:\([0-9, ]+\))?)?$/;

/** Every integer or numeric column that a sequence numbers: identity, OWNED BY, or DEFAULT nextval. */
export async function sequenceUses(database: CheckDatabase): Promise<SequenceUse[]> {
  const rows = await database.query(sequenceUsesSql);
  return rows
    .filter(
      (row) =>
        row.feeds !== 't' ||
        row.default_expression === null ||
        plainNextval.test(String(row.default_expression)),
    )
    .map((row) => ({
      sequenceOid: String(row.sequence_oid),
      sequenceSchema: String(row.sequence_schema),
      sequence: String(row.sequence),
      increment: BigInt(String(row.seqincrement)),
      minimum: BigInt(String(row.seqmin)),
      maximum: BigInt(String(row.seqmax)),
      cycles: row.seqcycle === 't',
      tableSchema: String(row.table_schema),
      table: String(row.table_name),
      tableKind: String(row.table_kind),
      column: String(row.column_name),
      unique: row.is_unique === 't',
      feeds: row.feeds === 't',
    }));
}

/** Columns are linked to sequences by ownership (deptype a), identity (i), or the default's dependency (n). */
const sequenceUsesSql = `with links as (
  select d.objid as seq, d.refobjid as rel, d.refobjsubid as num, d.deptype = 'i' as feeds from pg_catalog.pg_depend d
  where d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
    and d.deptype in ('a', 'i') and d.refobjsubid > 0
  union
  select d.refobjid, x.adrelid, x.adnum, true from pg_catalog.pg_attrdef x join pg_catalog.pg_depend d
  on d.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass and d.objid = x.oid and d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.refobjid <> x.adrelid
), uses as (select seq, rel, num, pg_catalog.bool_or(feeds) as feeds from links group by seq, rel, num)
select s.oid as sequence_oid, sn.nspname as sequence_schema, s.relname as sequence, q.seqincrement, q.seqmin, q.seqmax, q.seqcycle,
  n.nspname as table_schema, t.relname as table_name, t.relkind as table_kind, a.attname as column_name, u.feeds,
  pg_catalog.pg_get_expr(x.adbin, x.adrelid) as default_expression,
  exists (select 1 from pg_catalog.pg_index i where i.indrelid = t.oid and i.indisunique and i.indnkeyatts = 1 and i.indkey[0] = a.attnum and i.indpred is null) as is_unique
from uses u join pg_catalog.pg_class s on s.oid = u.seq and s.relkind = 'S' join pg_catalog.pg_namespace sn on sn.oid = s.relnamespace
join pg_catalog.pg_sequence q on q.seqrelid = s.oid
join pg_catalog.pg_class t on t.oid = u.rel and t.relkind in ('r', 'p') join pg_catalog.pg_namespace n on n.oid = t.relnamespace
join pg_catalog.pg_attribute a on a.attrelid = t.oid and a.attnum = u.num and not a.attisdropped
join pg_catalog.pg_type y on y.oid = a.atttypid
left join pg_catalog.pg_attrdef x on x.adrelid = t.oid and x.adnum = a.attnum
where ${userSchema} and ${notOfExtension('pg_class', 't.oid')}
  and coalesce(nullif(y.typbasetype, 0), y.oid)::pg_catalog.regtype in ('pg_catalog.int2', 'pg_catalog.int4', 'pg_catalog.int8', 'pg_catalog.numeric')
order by 2, 3, 8, 9, 11`;
