import type { WitnessedTable } from '../../witness/witness.ts';
import type { CheckContext } from './check.ts';
import { sandboxName, skippedByPolicy } from './planning.ts';

/** What of a witness can be compared, and what not, by name. */
interface WitnessScope {
  compared: WitnessedTable[];
  /** Left out by the witness, by pg_dump on request, or by the policy of the restore. */
  notCompared: string[];
  countedOnly: string[];
  /** `schema.table.column`. */
  columnsLeftOut: string[];
}

/** @param database the name in the sandbox of the database that the witness speaks of */
export function comparedTables({ account, witness }: CheckContext, database: string): WitnessScope {
  const skipped = skippedByPolicy(account);
  const keyOf = (schema: string, name: string) => JSON.stringify([schema, name]);
  const inDump = new Set(
    account.tables
      .filter((table) => sandboxName(account, table.database) === database)
      .map(({ schema, name }) => keyOf(schema, name)),
  );
  const complete = witness?.source.complete === true;
  const tables = witness?.tables ?? [];
  const isCompared = ({ schema, name, rows }: WitnessedTable) =>
    rows !== null &&
    (complete || inDump.has(keyOf(schema, name))) &&
    !['TABLE', 'TABLE DATA'].some((type) => skipped({ database, type, schema, name, table: null }));
  const compared = tables.filter(isCompared);
  const nameOf = ({ schema, name }: WitnessedTable) => `${schema}.${name}`;
  return {
    // Partitions of a tree beside each other, so that one part holds them.
    compared: compared.toSorted((a, b) => ordered(a.partitionOf ?? '', b.partitionOf ?? '')),
    notCompared: tables.filter((table) => !isCompared(table)).map(nameOf),
    countedOnly: compared.filter(({ content }) => content === null).map(nameOf),
    columnsLeftOut: compared.flatMap((table) => table.leftOut.map((column) => `${nameOf(table)}.${column}`)),
  };
}

const ordered = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);
