import { sort } from 'd3-array';
import type { AttemptReport } from '../domain/record/attempt-report.ts';
import type { RestoreAccount } from '../domain/recovery/restore-account.ts';
import type { Judged } from './hook-results.ts';

/** Row counts as the checks measured them, under the dump's names; what no check counted comes from the account. */
export function tablesOf(account: RestoreAccount, judged: Judged[]): AttemptReport['tables'] {
  const counted = judged.flatMap(({ stored }) => stored?.result.measured.tables ?? []);
  const partitions = new Map(
    judged.flatMap(({ check, stored }) =>
      (stored?.result.measured.partitions ?? []).map(
        ({ schema, name, partitionOf }) =>
          [JSON.stringify([check.database, schema, name]), { partitionOf }] as const,
      ),
    ),
  );
  // Of a base backup nothing counts.
  const inDump = new Map(
    account.tables.map(
      ({ database, schema, name, rowsInDump }) =>
        [JSON.stringify([database, schema, name]), { expected: rowsInDump }] as const,
    ),
  );
  const source =
    counted.length > 0 ? counted : account.tables.map((table) => ({ ...table, rows: table.rowsLoaded }));
  const tables = source.map(({ database, schema, name, rows }) => ({
    database: dumpNameOf(account, database),
    schema,
    name,
    rows,
    ...inDump.get(JSON.stringify([database, schema, name])),
    ...partitions.get(JSON.stringify([database, schema, name])),
  }));
  // The same order on every machine, whatever its language.
  return sort(tables, ({ database, schema, name }) => `${database}:${schema}.${name}`);
}

/** Objects by kind, for the next drill. */
export function objectsOf(account: RestoreAccount, judged: Judged[]): NonNullable<AttemptReport['objects']> {
  return judged.flatMap(({ check, stored }) =>
    Object.entries(stored?.result.measured.objects ?? {}).map(([kind, count]) => ({
      database: dumpNameOf(account, check.database),
      kind,
      count,
    })),
  );
}

/** What all parts of the comparison with the source came to together. */
export function witnessOf(judged: Judged[]): Pick<AttemptReport, 'witness'> {
  const parts = judged.flatMap(({ stored }) => stored?.result.measured.witness ?? []);
  if (parts.length === 0) return {};
  const sum = (of: 'tables' | 'contents' | 'rows') => parts.reduce((all, part) => all + part[of], 0);
  return { witness: { tables: sum('tables'), contents: sum('contents'), rows: sum('rows') } };
}

const dumpNameOf = (account: RestoreAccount, database: string): string =>
  account.databases.find(({ name }) => name === database)?.dumpName ?? database;
