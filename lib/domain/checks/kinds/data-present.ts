import * as z from 'zod';
import { finding } from '../../findings/findings.ts';
import type { RestoreAccount } from '../../recovery/restore-account.ts';
import { notOfExtension, quotedTable, userSchema } from '../../text/sql-text.ts';
import type { BuiltInCheckKind } from '../asking/check.ts';
import { askEach, refusedFinding } from '../asking/combined-query.ts';
import { databasesOf, plannedBuiltIn, sandboxName } from '../asking/planning.ts';

const paramsSchema = z.object({
  /** Rows that the server confirmed in the other databases of the same dump. */
  rowsElsewhere: z.number(),
  /** Rows of the dump whose tables need an extension that the sandbox lacks; absent in plans of older releases. */
  rowsWithoutExtension: z.number().default(0),
});
type Params = z.infer<typeof paramsSchema>;

interface Observation {
  tables: number;
  filled: boolean;
  /** Tables that could not be looked into, with the reason. */
  refused: { table: string; reason: string }[];
}

export const dataPresent: BuiltInCheckKind<Params, Observation> = {
  kind: 'dataPresent',
  asks: 'Does at least one table hold a row? A restore of nothing, or of a schema alone, never passes.',
  origin: 'built-in',
  scans: false,
  findings: ['NO_DATA', 'CHECK_COULD_NOT_RUN'],
  plan(context) {
    const { account } = context;
    return databasesOf(context).map((database) => {
      const rowsElsewhere = account.tables
        .filter((table) => sandboxName(account, table.database) !== database)
        .reduce((sum, table) => sum + table.rowsLoaded, 0);
      return plannedBuiltIn(context, 'dataPresent', database, 'holds data', {
        rowsElsewhere,
        rowsWithoutExtension: rowsWithoutExtension(account, database),
      });
    });
  },
  parseParams: (params) => paramsSchema.parse(params),
  async observe(_params, database) {
    const rows = await database.query(userTablesSql);
    const tables = rows.map((row) => ({ schema: String(row.schema), name: String(row.name) }));
    const refused: Observation['refused'] = [];
    for (let start = 0; start < tables.length; start += 50) {
      const chunk = tables.slice(start, start + 50);
      const answers = await askEach(
        database,
        chunk.map(({ schema, name }) => ({
          value: 'count(*)',
          source: `(select 1 from only ${quotedTable(schema, name)} limit 1) one`,
        })),
      );
      for (const [index, answer] of answers.entries()) {
        const table = `${chunk[index]?.schema}.${chunk[index]?.name}`;
        if ('refused' in answer) refused.push({ table, reason: answer.refused.reason });
        else if (answer.value === '1') return { tables: tables.length, filled: true, refused };
      }
    }
    return { tables: tables.length, filled: false, refused };
  },
  judge({ rowsElsewhere, rowsWithoutExtension }, { tables, filled, refused }) {
    if (filled || rowsElsewhere > 0) return { status: 'passed', findings: [] };
    if (refused.length > 0) {
      const findings = refused.map(({ table, reason }) =>
        refusedFinding({ code: 'CHECK_COULD_NOT_RUN', reason }, `whether ${table} holds rows`),
      );
      return { status: 'could not run', findings };
    }
    const message =
      tables === 0
        ? 'there is no table at all after the restore'
        : `all ${tables} tables are empty after the restore`;
    const noData = finding('NO_DATA', message);
    if (rowsWithoutExtension === 0) return { status: 'failed', findings: [noData] };
    return {
      status: 'could not run',
      findings: [
        {
          ...noData,
          severity: 'unverified',
          message: `${message}; all rows of the dump belong to tables that need an extension which the sandbox lacks`,
          hint: 'Drill on a server that has the extension.',
        },
      ],
    };
  },
};

function rowsWithoutExtension(account: RestoreAccount, database: string): number {
  const here = (name: string) => sandboxName(account, name) === database;
  const lacking = new Set(
    account.entries
      .filter(({ outcome }) => outcome.status === 'failed' && outcome.failure === 'missing extension')
      .map((entry) => JSON.stringify([entry.schema ?? 'public', entry.name])),
  );
  return account.tables
    .filter((table) => here(table.database) && lacking.has(JSON.stringify([table.schema, table.name])))
    .reduce((sum, table) => sum + table.rowsInDump, 0);
}

/** Tables that can hold rows of the user. Those that the dump fills with most certainty come first: the largest. */
const userTablesSql = `select n.nspname as schema, c.relname as name
from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind = 'r' and ${userSchema} and ${notOfExtension('pg_class', 'c.oid')}
order by c.relpages desc, 1, 2`;
