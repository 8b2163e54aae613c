import * as z from 'zod';
import { finding } from '../../findings/findings.ts';
import { formatCountOf, listOf } from '../../text/quantities.ts';
import { userSchema } from '../../text/sql-text.ts';
import type { BuiltInCheckKind } from '../asking/check.ts';
import { databasesOf, plannedBuiltIn } from '../asking/planning.ts';

const paramsSchema = z.object({});

interface RecoveredState {
  preparedTransactions: number;
  /** Of the oldest, by PostgreSQL's text; null: there is none. */
  preparedSince: string | null;
  unloggedTables: string[];
}

const mostNamed = 5;

/** What a recovery does not bring back, or leaves open. */
export const recoveredState: BuiltInCheckKind<z.infer<typeof paramsSchema>, RecoveredState> = {
  kind: 'recoveredState',
  title: 'nothing is left open',
  asks: 'Did the recovery leave prepared transactions open, or tables empty because WAL never has their rows? (Of base backups.)',
  origin: 'built-in',
  scans: false,
  findings: ['PREPARED_TRANSACTIONS_OPEN', 'UNLOGGED_TABLES_EMPTY'],
  plan: (context) =>
    context.account.recovered === undefined
      ? []
      : databasesOf(context).map((database) =>
          plannedBuiltIn(context, 'recoveredState', database, 'nothing is left open', {}),
        ),
  evidence: {
    expected: () => 'what a recovery leaves open or empty is named',
    scope: () => 'prepared transactions and unlogged tables',
    actual: (_params, { preparedTransactions, unloggedTables }) =>
      `${formatCountOf(preparedTransactions, 'prepared transaction')}, ${formatCountOf(unloggedTables.length, 'unlogged table')}`,
  },
  parseParams: (params) => paramsSchema.parse(params),
  async observe(_params, database) {
    const [prepared] = await database.query(
      'select count(*) as count, min(prepared) as since from pg_catalog.pg_prepared_xacts where database = pg_catalog.current_database()',
    );
    const unlogged = await database.query(`select n.nspname as schema, c.relname as name
from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relpersistence = 'u' and c.relkind in ('r', 'm') and ${userSchema} order by 1, 2`);
    return {
      preparedTransactions: Number(prepared?.count ?? 0),
      preparedSince: prepared?.since == null ? null : String(prepared.since),
      unloggedTables: unlogged.map(({ schema, name }) => `${schema}.${name}`),
    };
  },
  judge(_params, { preparedTransactions, preparedSince, unloggedTables }) {
    return {
      status: 'passed',
      findings: [
        ...(preparedTransactions === 0
          ? []
          : [
              finding(
                'PREPARED_TRANSACTIONS_OPEN',
                `${formatCountOf(preparedTransactions, 'prepared transaction')} stood open at the moment, the oldest since ${preparedSince}: their rows are not visible and stay locked`,
              ),
            ]),
        ...(unloggedTables.length === 0
          ? []
          : [
              finding(
                'UNLOGGED_TABLES_EMPTY',
                `${formatCountOf(unloggedTables.length, 'unlogged table')} came back empty: ${listOf(unloggedTables, mostNamed)}`,
              ),
            ]),
      ],
    };
  },
};
