import * as z from 'zod';
import { type Finding, finding } from '../../findings/findings.ts';
import { formatCountOf } from '../../text/quantities.ts';
import { userSchema } from '../../text/sql-text.ts';
import type { BuiltInCheckKind } from '../asking/check.ts';
import { databasesOf, plannedBuiltIn } from '../asking/planning.ts';

const paramsSchema = z.object({});

interface InvalidIndex {
  index: string;
  table: string;
  /** A partitioned table's index that lacks a part on some partition. */
  incomplete: boolean;
  valid: boolean;
}

export const indexesValid: BuiltInCheckKind<z.infer<typeof paramsSchema>, InvalidIndex[]> = {
  kind: 'indexesValid',
  title: 'indexes are valid',
  asks: 'Is every index valid and ready for use?',
  origin: 'built-in',
  scans: false,
  findings: ['INDEX_INVALID'],
  plan: (context) =>
    databasesOf(context).map((database) =>
      plannedBuiltIn(context, 'indexesValid', database, 'indexes are valid', {}),
    ),
  evidence: {
    expected: () => 'every index valid and ready',
    scope: () => 'every index of user tables',
    actual: (_params, invalid) =>
      `${formatCountOf(invalid.length, 'index', 'indexes')} not valid or not ready`,
  },
  parseParams: (params) => paramsSchema.parse(params),
  async observe(_params, database) {
    const rows = await database.query(invalidIndexesSql);
    return rows.map((row) => ({
      index: `${row.schema}.${row.name}`,
      table: `${row.schema}.${row.table_name}`,
      incomplete: row.relkind === 'I',
      valid: row.indisvalid === 't',
    }));
  },
  judge(_params, invalid) {
    const findings = invalid.map(({ index, table, incomplete, valid }): Finding => {
      if (!incomplete)
        return finding('INDEX_INVALID', `index ${index} of ${table} is not ${valid ? 'ready' : 'valid'}`);
      // pg_dump leaves invalid indexes out, except a partitioned table's: that one is dumped as it stands in the
      // source, so its state alone is no damage of the restore. A part that failed to be restored is OBJECT_MISSING.
      const message = `index ${index} of the partitioned table ${table} is not on every partition`;
      return {
        ...finding(
          'INDEX_INVALID',
          message,
          'Create the index on the remaining partitions in production and attach it.',
        ),
        severity: 'warning',
      };
    });
    return { status: findings.some(({ severity }) => severity === 'error') ? 'failed' : 'passed', findings };
  },
};

const invalidIndexesSql = `select n.nspname as schema, i.relname as name, t.relname as table_name, i.relkind, x.indisvalid
from pg_catalog.pg_index x join pg_catalog.pg_class i on i.oid = x.indexrelid
join pg_catalog.pg_class t on t.oid = x.indrelid join pg_catalog.pg_namespace n on n.oid = i.relnamespace
where not (x.indisvalid and x.indisready and x.indislive) and ${userSchema} order by 1, 2`;
