import * as z from 'zod';
import { finding } from '../../findings/findings.ts';
import { formatCountOf, listOf } from '../../text/quantities.ts';
import type { BuiltInCheckKind } from '../asking/check.ts';
import { changedCollationsSql } from '../asking/collation-versions.ts';
import { databasesOf, plannedBuiltIn } from '../asking/planning.ts';

const paramsSchema = z.object({});

interface ChangedCollation {
  name: string;
  stored: string;
  actual: string;
  indexes: string[];
}

const mostNamed = 5;

/** Indexes over text are in the order of the machine that built them; on a server that sorts otherwise they miss rows. */
export const collations: BuiltInCheckKind<z.infer<typeof paramsSchema>, ChangedCollation[]> = {
  kind: 'collations',
  title: 'collations have their versions',
  asks: 'Has this server the versions of the collations that the indexes were built with? (Of base backups.)',
  origin: 'built-in',
  scans: false,
  findings: ['COLLATION_CHANGED'],
  plan: (context) =>
    context.account.recovered === undefined
      ? []
      : databasesOf(context).map((database) =>
          plannedBuiltIn(context, 'collations', database, 'collations have their versions', {}),
        ),
  notTested: ({ account }) =>
    account.recovered === undefined
      ? []
      : [
          'Versions of collations on your servers: they were compared with those of this one; before PostgreSQL 15 a database does not keep that of its default collation.',
        ],
  evidence: {
    expected: () => 'no collation of an index in another version than the cluster stored',
    scope: () => 'every collation that an index uses',
    actual: (_params, changed) => `${formatCountOf(changed.length, 'collation')} in another version`,
  },
  parseParams: (params) => paramsSchema.parse(params),
  async observe(_params, database) {
    const changed = await changedCollationsSql(database);
    const rows =
      await database.query(`select c.name, c.stored, c.actual, n.nspname as schema, i.relname as index
from (${changed}) c join pg_catalog.pg_index x on c.oid = any(x.indcollation::pg_catalog.oid[])
join pg_catalog.pg_class i on i.oid = x.indexrelid join pg_catalog.pg_namespace n on n.oid = i.relnamespace
where i.relkind = 'i' and not c.unknown order by 1, 4, 5`);
    const found = new Map<string, ChangedCollation>();
    for (const { name, stored, actual, schema, index } of rows) {
      const known = found.get(String(name)) ?? {
        name: String(name),
        stored: String(stored ?? 'none'),
        actual: String(actual ?? 'none'),
        indexes: [],
      };
      known.indexes.push(`${schema}.${index}`);
      found.set(known.name, known);
    }
    return [...found.values()];
  },
  judge(_params, changed) {
    const findings = changed.map(({ name, stored, actual, indexes }) => {
      return finding(
        'COLLATION_CHANGED',
        `${name} was of version ${stored} and is of version ${actual} here: a server like this one must reindex ${formatCountOf(indexes.length, 'index', 'indexes')}, ${listOf(indexes, mostNamed)}`,
      );
    });
    return { status: 'passed', findings };
  },
};
