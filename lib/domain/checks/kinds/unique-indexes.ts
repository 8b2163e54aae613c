import * as z from 'zod';
import { type Finding, finding } from '../../findings/findings.ts';
import { formatCountOf, listOf } from '../../text/quantities.ts';
import { rowSource, userSchema } from '../../text/sql-text.ts';
import type { BuiltInCheckKind } from '../asking/check.ts';
import { mostNamed } from '../asking/check-words.ts';
import {
  askEach,
  refusedFinding,
  type ScalarAnswer,
  type ScalarQuery,
  statusOf,
} from '../asking/combined-query.ts';
import { databasesOf, plannedBuiltIn } from '../asking/planning.ts';

const paramsSchema = z.object({});

interface UnprovenIndex {
  index: string;
  table: string;
  duplicates: ScalarAnswer;
}

export const uniqueIndexes: BuiltInCheckKind<z.infer<typeof paramsSchema>, UnprovenIndex[]> = {
  kind: 'uniqueIndexes',
  title: 'unique indexes hold',
  asks: 'Do unique indexes hold? A valid one is proof by construction: the server built it over the restored rows and would have refused duplicates. For one that is not valid the duplicates are counted.',
  origin: 'built-in',
  scans: true,
  findings: ['DUPLICATES_FOUND', 'CHECK_COULD_NOT_RUN', 'CHECK_TIMED_OUT'],
  plan: (context) =>
    // Those of a base backup were built elsewhere: valid ones prove nothing here.
    context.account.recovered !== undefined
      ? []
      : databasesOf(context).map((database) =>
          plannedBuiltIn(context, 'uniqueIndexes', database, 'unique indexes hold', {}),
        ),
  notTested: ({ account }) =>
    account.recovered !== undefined
      ? []
      : [
          'Unique indexes over data in another collation: they are proven by construction in the sandbox, with its collation version.',
        ],
  evidence: {
    expected: () => '0 keys that occur more than once',
    scope: () => 'unique indexes that are not valid: a valid one was built over the restored rows',
    actual: (_params, unproven) =>
      unproven.length === 0
        ? 'every unique index is valid'
        : listOf(
            unproven.map(
              ({ index, duplicates }) =>
                `${index}: ${'refused' in duplicates ? 'not counted' : formatCountOf(Number(duplicates.value), 'key')}`,
            ),
            mostNamed,
          ),
  },
  parseParams: (params) => paramsSchema.parse(params),
  async observe(_params, database) {
    const rows = await database.query(unprovenSql);
    const answers = await askEach(database, rows.map(duplicatesQuery));
    return rows.map((row, index) => ({
      index: `${row.schema}.${row.name}`,
      table: `${row.schema}.${row.table_name}`,
      duplicates: answers[index] ?? { value: null },
    }));
  },
  judge(_params, unproven) {
    const findings = unproven.flatMap(({ index, table, duplicates }): Finding[] => {
      if ('refused' in duplicates) return [refusedFinding(duplicates.refused, `unique index ${index}`)];
      if (duplicates.value === '0') return [];
      return [
        finding(
          'DUPLICATES_FOUND',
          `${duplicates.value === '1' ? '1 key of the unique index' : `${duplicates.value} keys of the unique index`} ${index} ${duplicates.value === '1' ? 'occurs' : 'occur'} more than once in ${table}`,
        ),
      ];
    });
    return { status: statusOf(findings), findings };
  },
};

/** Keys that occur more than once; NULL equals nothing unless the index says NULLS NOT DISTINCT. */
function duplicatesQuery(row: Record<string, unknown>): ScalarQuery {
  const keys = JSON.parse(String(row.keys)) as string[];
  const present = row.nulls_equal === 't' ? [] : keys.map((key) => `(${key}) is not null`);
  const predicate = row.predicate === null ? [] : [`(${row.predicate})`];
  const where = [...predicate, ...present].join(' and ');
  const source = rowSource(String(row.table_schema), String(row.table_name), String(row.table_kind));
  const grouped = keys.map((key) => `(${key})`).join(', ');
  return {
    value: 'count(*)',
    source: `(select 1 from ${source}${where === '' ? '' : ` where ${where}`} group by ${grouped} having count(*) > 1) d`,
  };
}

const unprovenSql = `select n.nspname as schema, i.relname as name, tn.nspname as table_schema, t.relname as table_name, t.relkind as table_kind,
  (select pg_catalog.json_agg(pg_catalog.pg_get_indexdef(x.indexrelid, k, true) order by k) from pg_catalog.generate_series(1, x.indnkeyatts) k) as keys,
  pg_catalog.pg_get_expr(x.indpred, x.indrelid) as predicate,
  case when pg_catalog.to_jsonb(x)->>'indnullsnotdistinct' = 'true' then 't' else 'f' end as nulls_equal
from pg_catalog.pg_index x join pg_catalog.pg_class i on i.oid = x.indexrelid join pg_catalog.pg_namespace n on n.oid = i.relnamespace
join pg_catalog.pg_class t on t.oid = x.indrelid join pg_catalog.pg_namespace tn on tn.oid = t.relnamespace
where x.indisunique and not (x.indisvalid and x.indisready and x.indislive) and ${userSchema} order by 1, 2`;
