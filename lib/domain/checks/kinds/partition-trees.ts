import * as z from 'zod';
import { type Finding, finding } from '../../findings/findings.ts';
import { formatCountOf } from '../../text/quantities.ts';
import { quotedTable } from '../../text/sql-text.ts';
import type { BuiltInCheckKind } from '../asking/check.ts';
import { rowsCounted, rowsOf } from '../asking/check-words.ts';
import { askEach, refusedFinding, type ScalarAnswer, statusOf } from '../asking/combined-query.ts';
import { expectedTables } from '../asking/expected-tables.ts';
import { databasesOf, maxParamsSize, plannedBuiltIn } from '../asking/planning.ts';

const name = z.tuple([z.string(), z.string()]);
const paramsSchema = z.object({
  database: z.string(),
  /** Schema, name, rows that the dump loads through it. */
  roots: z.array(z.tuple([z.string(), z.string(), z.number()])),
  /** Partitions whose rows came through a root; null: too many to list, so every partition counts. */
  partitions: z.array(name).nullable(),
});
type Params = z.infer<typeof paramsSchema>;

/** One table that holds rows: a partition, with the root it belongs to, or a table of no tree. */
interface Leaf {
  schema: string;
  name: string;
  root: string | null;
  rows: ScalarAnswer;
}
interface Observation {
  leaves: Leaf[];
}

export const partitionTrees: BuiltInCheckKind<Params, Observation> = {
  kind: 'partitionTrees',
  title: 'row counts of partitions',
  asks: 'For dumps that load partitions through their root: do the partitions together hold the rows that the dump holds?',
  origin: 'built-in',
  scans: true,
  findings: ['ROW_COUNT_MISMATCH', 'CHECK_COULD_NOT_RUN', 'CHECK_TIMED_OUT'],
  plan(context) {
    return databasesOf(context).flatMap((database) => {
      const { trees } = expectedTables(context.account, database);
      if (trees.length === 0) return [];
      const roots = trees.map(({ schema, name: table, rows }): [string, string, number] => [
        schema,
        table,
        rows,
      ]);
      const partitions = (trees[0]?.partitions ?? []).map((one): [string, string] => [one.schema, one.name]);
      const listable = JSON.stringify({ roots, partitions }).length <= maxParamsSize;
      return [
        plannedBuiltIn(context, 'partitionTrees', database, 'row counts of partitions', {
          database,
          roots,
          partitions: listable ? partitions : null,
        }),
      ];
    });
  },
  evidence: {
    expected: ({ roots }) => rowsOf(roots.reduce((sum, [, , rows]) => sum + rows, 0)),
    scope: ({ roots }) => `the partitions of ${formatCountOf(roots.length, 'table')}`,
    actual: (_params, { leaves }) => rowsCounted(leaves.map(({ rows }) => rows)),
  },
  parseParams: (params) => paramsSchema.parse(params),
  async observe({ roots, partitions }, database) {
    const asked = [...roots.map(([schema, table]) => [schema, table] as const), ...(partitions ?? [])];
    const rows = await database.query(leavesSql, [
      asked.map(([schema]) => schema),
      asked.map(([, table]) => table),
    ]);
    const leaves = rows.map((row) => ({
      schema: String(row.schema),
      name: String(row.name),
      root: row.root === null ? null : JSON.stringify(JSON.parse(String(row.root))),
    }));
    const counts = await askEach(
      database,
      leaves.map((leaf) => ({ value: 'count(*)', source: `only ${quotedTable(leaf.schema, leaf.name)}` })),
    );
    return { leaves: leaves.map((leaf, index) => ({ ...leaf, rows: counts[index] ?? { value: null } })) };
  },
  judge({ database, roots, partitions }, { leaves }) {
    const findings: Finding[] = [];
    const listed = partitions === null ? null : new Set(partitions.map((one) => JSON.stringify(one)));
    const through = (leaf: Leaf) => listed === null || listed.has(JSON.stringify([leaf.schema, leaf.name]));
    const rootNames = new Set(roots.map(([schema, table]) => JSON.stringify([schema, table])));
    for (const leaf of leaves) {
      if ('refused' in leaf.rows)
        findings.push(refusedFinding(leaf.rows.refused, `the row count of ${leaf.schema}.${leaf.name}`));
    }
    const counted = leaves.flatMap((leaf) =>
      'refused' in leaf.rows ? [] : [{ ...leaf, count: Number(leaf.rows.value) }],
    );
    if (findings.length === 0) {
      for (const [schema, table, expected] of roots) {
        const own = counted.filter((leaf) => leaf.root === JSON.stringify([schema, table]));
        const alone = own.length === 1 && own[0]?.schema === schema && own[0].name === table;
        const actual = own
          .filter((leaf) => alone || through(leaf))
          .reduce((sum, leaf) => sum + leaf.count, 0);
        if (actual !== expected) {
          findings.push(
            finding(
              'ROW_COUNT_MISMATCH',
              `the partitions of ${schema}.${table} hold ${formatCountOf(actual, 'row')}; the dump holds ${expected} for them`,
            ),
          );
        }
      }
      for (const leaf of counted) {
        const ofNoRoot = leaf.root === null || !rootNames.has(leaf.root);
        if (ofNoRoot && leaf.count !== 0) {
          findings.push(
            finding(
              'ROW_COUNT_MISMATCH',
              `table ${leaf.schema}.${leaf.name} holds ${formatCountOf(leaf.count, 'row')}; the dump holds 0 rows for it`,
            ),
          );
        }
      }
    }
    const measured = counted
      .filter((leaf) => through(leaf))
      .map((leaf) => ({ database, schema: leaf.schema, name: leaf.name, rows: leaf.count }));
    return { status: statusOf(findings), findings, measured: { tables: measured } };
  },
};

/** Of `$1` schemas and `$2` names: every table with rows in their trees, with its root as JSON `["schema","name"]`. */
const leavesSql = `with asked as (
  select c.oid from unnest($1::text[], $2::text[]) as w(schema, name)
  join pg_catalog.pg_namespace n on n.nspname::pg_catalog.text = w.schema
  join pg_catalog.pg_class c on c.relnamespace = n.oid and c.relname::pg_catalog.text = w.name and c.relkind in ('r', 'p')
), leaves as (
  select t.relid::pg_catalog.oid as oid from asked a cross join lateral pg_catalog.pg_partition_tree(a.oid) t where t.isleaf
  union select c.oid from asked a join pg_catalog.pg_class c on c.oid = a.oid where c.relkind = 'r'
)
select n.nspname as schema, c.relname as name,
  (select pg_catalog.json_build_array(rn.nspname, r.relname) from pg_catalog.pg_class r
   join pg_catalog.pg_namespace rn on rn.oid = r.relnamespace
   where r.oid = coalesce(pg_catalog.pg_partition_root(c.oid)::pg_catalog.oid, c.oid)) as root
from leaves l join pg_catalog.pg_class c on c.oid = l.oid join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind = 'r' order by 1, 2`;
