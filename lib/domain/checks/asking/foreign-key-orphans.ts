import { type Finding, finding } from '../../findings/findings.ts';
import { formatCountOf } from '../../text/quantities.ts';
import { notOfExtension, quoted, rowSource, userSchema } from '../../text/sql-text.ts';
import type { CheckDatabase, Judgement } from './check.ts';
import { askEach, refusedFinding, type ScalarAnswer, type ScalarQuery, statusOf } from './combined-query.ts';

interface KeyColumn {
  child: string;
  parent: string;
  operatorSchema: string;
  operator: string;
  /** Collation of the parent's column where the child's differs; else null. */
  collation: [string, string] | null;
}

/** One foreign key of the catalog. */
interface ForeignKey {
  name: string;
  childSchema: string;
  child: string;
  childKind: string;
  parentSchema: string;
  parent: string;
  parentKind: string;
  validated: boolean;
  /** False only for NOT ENFORCED keys, since PostgreSQL 18. */
  enforced: boolean;
  matchFull: boolean;
  /** PERIOD on the last column: a range that the parent's ranges must cover, since PostgreSQL 18. */
  period: boolean;
  columns: KeyColumn[];
}

export interface ObservedForeignKey {
  key: ForeignKey;
  orphans: ScalarAnswer;
}

/** Every foreign key of user tables. A key of a partitioned table is listed once, at the top. */
export async function readForeignKeys(database: CheckDatabase): Promise<ForeignKey[]> {
  const rows = await database.query(foreignKeysSql);
  return rows.map((row) => ({
    name: String(row.name),
    childSchema: String(row.child_schema),
    child: String(row.child),
    childKind: String(row.child_kind),
    parentSchema: String(row.parent_schema),
    parent: String(row.parent),
    parentKind: String(row.parent_kind),
    validated: row.validated === 't',
    enforced: row.enforced !== 'f',
    matchFull: row.match === 'f',
    period: row.period === 't',
    columns: JSON.parse(String(row.columns)) as KeyColumn[],
  }));
}

/** Counts the orphans of each key. Nothing but the count leaves the database. */
export async function countOrphans(
  database: CheckDatabase,
  keys: readonly ForeignKey[],
): Promise<ObservedForeignKey[]> {
  const observed: ObservedForeignKey[] = [];
  // Ten in one statement: each is an anti-join, and all of one statement share its timeout.
  for (let start = 0; start < keys.length; start += 10) {
    const chunk = keys.slice(start, start + 10);
    const answers = await askEach(database, chunk.map(orphansQuery));
    chunk.forEach((key, index) => {
      observed.push({ key, orphans: answers[index] ?? { value: null } });
    });
  }
  return observed;
}

/**
 * Counts rows of the child that the key forbids. MATCH SIMPLE lets a row pass when any column is NULL, MATCH FULL only
 * when all are; a row with some NULL breaks MATCH FULL by itself (PostgreSQL documentation, CREATE TABLE, REFERENCES).
 */
function orphansQuery(key: ForeignKey): ScalarQuery {
  const child = rowSource(key.childSchema, key.child, key.childKind);
  const parent = rowSource(key.parentSchema, key.parent, key.parentKind);
  const equal = (column: KeyColumn) => {
    const collate = column.collation === null ? '' : ` collate ${column.collation.map(quoted).join('.')}`;
    return `p.${quoted(column.parent)} operator(${quoted(column.operatorSchema)}.${column.operator}) f.${quoted(column.child)}${collate}`;
  };
  const allPresent = key.columns.map(({ child: column }) => `f.${quoted(column)} is not null`).join(' and ');
  const period = key.period ? key.columns.at(-1) : undefined;
  const plain = period === undefined ? key.columns : key.columns.slice(0, -1);
  const joined = plain.map(equal).join(' and ');
  const absent =
    period === undefined
      ? `not exists (select 1 from ${parent} p where ${joined})`
      : `not coalesce(f.${quoted(period.child)} operator(pg_catalog.<@) (select pg_catalog.range_agg(p.${quoted(period.parent)}) from ${parent} p where ${joined === '' ? 'true' : joined}), false)`;
  const orphans = `select 1 from ${child} f where ${allPresent} and ${absent}`;
  if (!key.matchFull || key.columns.length === 1) return { value: 'count(*)', source: `(${orphans}) o` };
  const somePresent = key.columns.map(({ child: column }) => `f.${quoted(column)} is not null`).join(' or ');
  return {
    value: 'count(*)',
    source: `(${orphans} union all select 1 from ${child} f where not (${allPresent}) and (${somePresent})) o`,
  };
}

/** Failed on any orphan; a key that was never validated is said aloud even when it holds. */
export function judgeForeignKeys(observed: readonly ObservedForeignKey[]): Judgement {
  const findings: Finding[] = [];
  for (const { key, orphans } of observed) {
    const name = `foreign key ${key.name} of ${key.childSchema}.${key.child}`;
    if ('refused' in orphans || orphans.value === null) {
      const refused =
        'refused' in orphans
          ? orphans.refused
          : ({ code: 'CHECK_COULD_NOT_RUN', reason: 'no count came back' } as const);
      findings.push(refusedFinding(refused, name));
      continue;
    }
    if (orphans.value !== '0') {
      const rows = orphans.value === '1' ? '1 row points' : `${orphans.value} rows point`;
      const found = finding(
        'FK_ORPHANS',
        `${rows} to missing rows of ${key.parentSchema}.${key.parent} (${name})`,
      );
      // The source declares that nobody enforces it: its orphans are no damage, and worth knowing.
      findings.push(key.enforced ? found : { ...found, severity: 'warning' });
    }
    if (!key.validated || !key.enforced) {
      const state = key.enforced ? 'NOT VALID' : 'NOT ENFORCED';
      findings.push(
        finding(
          'FK_NOT_VALIDATED',
          `${name} is ${state} in the source; the drill counted ${orphans.value === '0' ? 'no orphans' : 'its orphans'}`,
        ),
      );
    }
  }
  return { status: statusOf(findings), findings };
}

/** What was counted, for the record. */
export function orphansCounted(observed: readonly ObservedForeignKey[]): string {
  const counted = observed.flatMap(({ orphans }) =>
    'refused' in orphans || orphans.value === null ? [] : [Number(orphans.value)],
  );
  const orphans = counted.reduce((sum, count) => sum + count, 0);
  const missing = observed.length - counted.length;
  const all = `${formatCountOf(orphans, 'orphan')} in ${formatCountOf(counted.length, 'foreign key')}`;
  return missing === 0 ? all : `${all}; ${missing} not counted`;
}

// to_jsonb reads columns that exist only in later versions (conperiod and conenforced: 18) without naming them.
const foreignKeysSql = `select con.conname as name, n.nspname as child_schema, c.relname as child, c.relkind as child_kind,
  pn.nspname as parent_schema, p.relname as parent, p.relkind as parent_kind, con.convalidated as validated,
  case when pg_catalog.to_jsonb(con)->>'conenforced' = 'false' then 'f' else 't' end as enforced,
  case when pg_catalog.to_jsonb(con)->>'conperiod' = 'true' then 't' else 'f' end as period, con.confmatchtype as match,
  (select pg_catalog.json_agg(pg_catalog.json_build_object('child', ca.attname, 'parent', pa.attname, 'operator', o.oprname, 'operatorSchema', os.nspname,
      'collation', case when pa.attcollation <> 0 and ca.attcollation <> pa.attcollation then
        (select pg_catalog.json_build_array(ln.nspname, l.collname) from pg_catalog.pg_collation l join pg_catalog.pg_namespace ln on ln.oid = l.collnamespace where l.oid = pa.attcollation) end) order by k.n)
    from unnest(con.conkey, con.confkey, con.conpfeqop) with ordinality as k(ck, pk, op, n)
    join pg_catalog.pg_attribute ca on ca.attrelid = con.conrelid and ca.attnum = k.ck
    join pg_catalog.pg_attribute pa on pa.attrelid = con.confrelid and pa.attnum = k.pk
    join pg_catalog.pg_operator o on o.oid = k.op join pg_catalog.pg_namespace os on os.oid = o.oprnamespace) as columns
from pg_catalog.pg_constraint con
join pg_catalog.pg_class c on c.oid = con.conrelid join pg_catalog.pg_namespace n on n.oid = c.relnamespace
join pg_catalog.pg_class p on p.oid = con.confrelid join pg_catalog.pg_namespace pn on pn.oid = p.relnamespace
where con.contype = 'f' and con.conparentid = 0 and ${userSchema} and ${notOfExtension('pg_class', 'c.oid')}
order by con.oid`;
