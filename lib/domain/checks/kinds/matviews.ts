import * as z from 'zod';
import { finding } from '../../findings/findings.ts';
import { formatCountOf } from '../../text/quantities.ts';
import { quotedTable } from '../../text/sql-text.ts';
import type { BuiltInCheckKind } from '../asking/check.ts';
import { askEach, type ScalarAnswer } from '../asking/combined-query.ts';
import {
  databasesOf,
  failedEntries,
  partOf,
  plannedBuiltIn,
  sandboxName,
  slices,
} from '../asking/planning.ts';

/** Schema and name of each materialized view that the dump refreshes. */
const paramsSchema = z.object({ database: z.string(), views: z.array(z.tuple([z.string(), z.string()])) });
type Params = z.infer<typeof paramsSchema>;

/** Per view: whether it is filled (null: it does not exist), and its rows when it is. */
type Observation = { populated: boolean | null; rows: ScalarAnswer | null }[];

export const matviewsPopulated: BuiltInCheckKind<Params, Observation> = {
  kind: 'matviews',
  title: 'materialized views are populated',
  asks: 'Is every materialized view filled that the dump fills? One that was never filled in the source is not asked for.',
  origin: 'built-in',
  scans: false,
  findings: ['MATVIEW_NOT_POPULATED', 'OBJECT_MISSING'],
  plan(context) {
    const { account } = context;
    const failed = failedEntries(account);
    return databasesOf(context).flatMap((database) => {
      const views = new Map<string, [string, string]>();
      for (const entry of account.entries) {
        if (entry.type !== 'MATERIALIZED VIEW DATA' || sandboxName(account, entry.database) !== database)
          continue;
        if (entry.outcome.status === 'skipped by policy') continue;
        // A view that could not be made has its finding.
        if (failed({ ...entry, type: 'MATERIALIZED VIEW', table: null })) continue;
        const view: [string, string] = [entry.schema ?? 'public', entry.name];
        views.set(JSON.stringify(view), view);
      }
      const parts = slices([...views.values()], 500);
      return parts.map((part, index) =>
        plannedBuiltIn(
          context,
          'matviews',
          database,
          `materialized views are populated${partOf(index, parts.length)}`,
          { database, views: part },
        ),
      );
    });
  },
  evidence: {
    expected: () => 'every materialized view filled',
    scope: ({ views }) => `${formatCountOf(views.length, 'materialized view')} that the dump fills`,
    actual: (_params, observed) =>
      `${formatCountOf(observed.filter(({ populated }) => populated === true).length, 'view')} filled`,
  },
  parseParams: (params) => paramsSchema.parse(params),
  async observe({ views }, database) {
    const found = await database.query(populatedSql, [
      views.map(([schema]) => schema),
      views.map(([, name]) => name),
    ]);
    const populated = new Map(found.map((row) => [Number(row.n) - 1, row.relispopulated === 't']));
    const filled = views.flatMap(([schema, name], index) =>
      populated.get(index) === true ? [{ index, schema, name }] : [],
    );
    const counts = await askEach(
      database,
      filled.map(({ schema, name }) => ({ value: 'count(*)', source: quotedTable(schema, name) })),
    );
    const rows = new Map(filled.map(({ index }, position) => [index, counts[position] ?? null]));
    return views.map((_, index) => ({
      populated: populated.get(index) ?? null,
      rows: rows.get(index) ?? null,
    }));
  },
  judge({ database, views }, observed) {
    const findings = views.flatMap(([schema, name], index) => {
      const state = observed[index]?.populated ?? null;
      if (state === true) return [];
      const view = `materialized view ${schema}.${name}`;
      return [
        state === null
          ? finding('OBJECT_MISSING', `${view} is filled by the dump and does not exist after the restore`)
          : finding(
              'MATVIEW_NOT_POPULATED',
              `${view} is filled by the dump and empty of data after the restore`,
            ),
      ];
    });
    const tables = views.flatMap(([schema, name], index) => {
      const counted = observed[index]?.rows ?? null;
      if (counted === null || 'refused' in counted) return [];
      return [{ database, schema, name, rows: Number(counted.value) }];
    });
    return { status: findings.length === 0 ? 'passed' : 'failed', findings, measured: { tables } };
  },
};

const populatedSql = `select w.n, c.relispopulated from unnest($1::text[], $2::text[]) with ordinality as w(schema, name, n)
join pg_catalog.pg_namespace n on n.nspname::pg_catalog.text = w.schema
join pg_catalog.pg_class c on c.relnamespace = n.oid and c.relname::pg_catalog.text = w.name and c.relkind = 'm'`;
