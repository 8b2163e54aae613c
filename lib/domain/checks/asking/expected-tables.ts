import type { AnnouncedObject, EntryAccount, RestoreAccount } from '../../recovery/restore-account.ts';
import { failedEntries, sandboxName, skippedByPolicy } from './planning.ts';

export interface ExpectedTable {
  schema: string;
  name: string;
  rows: number;
}

/**
 * A partitioned table that `pg_dump --load-via-partition-root` loads: its COPY names the root although the entry is a
 * partition's, so only the sum over these partitions can be compared.
 */
interface TreeLoad {
  schema: string;
  name: string;
  rows: number;
  /** Partitions whose data entry loaded the root. */
  partitions: { schema: string; name: string }[];
}

/**
 * What every table of a database must hold: the rows seen in the dump's data, or none for a table without data.
 * Tables that the policy left out, or whose rows it left out, are not expected, and none that could not be made.
 */
export function expectedTables(
  account: RestoreAccount,
  database: string,
): { direct: ExpectedTable[]; trees: TreeLoad[]; leftOut: string[] } {
  const here = (name: string) => sandboxName(account, name) === database;
  const skipped = skippedByPolicy(account);
  const failed = failedEntries(account);
  const rows = new Map<string, ExpectedTable>();
  const add = (schema: string, name: string, count: number) => {
    const key = JSON.stringify([schema, name]);
    const known = rows.get(key);
    rows.set(key, { schema, name, rows: (known?.rows ?? 0) + count });
  };
  const leftOut = (schema: string, name: string) =>
    ['TABLE', 'TABLE DATA'].some((type) => skipped(objectOf(type, database, schema, name))) ||
    failed(objectOf('TABLE', database, schema, name));

  for (const object of account.announced) {
    if (
      object.type === 'TABLE' &&
      here(object.database) &&
      !leftOut(object.schema ?? 'public', object.name)
    ) {
      add(object.schema ?? 'public', object.name, 0);
    }
  }
  for (const table of account.tables) {
    if (here(table.database) && !leftOut(table.schema, table.name))
      add(table.schema, table.name, table.rowsInDump);
  }

  const trees = treeLoads(
    account.entries.filter((entry) => here(entry.database)),
    account.tables.filter((table) => here(table.database)),
  );
  const inTrees = new Set(
    trees
      .flatMap((tree) => [tree, ...tree.partitions])
      .map(({ schema, name }) => JSON.stringify([schema, name])),
  );
  // Rows that were refused have a finding already, which says the same and why.
  const refused = ({ schema, name }: ExpectedTable) => failed(objectOf('TABLE DATA', database, schema, name));
  const direct = [...rows.entries()]
    .filter(([key, table]) => !inTrees.has(key) && !refused(table))
    .map(([, table]) => table);
  const leftOutNames = account.tables
    .filter((table) => here(table.database) && table.rowsInDump > 0 && leftOut(table.schema, table.name))
    .map((table) => `${table.schema}.${table.name}`);
  return { direct, trees, leftOut: leftOutNames };
}

/**
 * Roots that got rows without a data entry of their own name, with the partitions whose data entries brought no rows
 * under their own name. With several roots the partitions cannot be told apart by name, so each root gets all of them
 * and the catalog decides which belong to it.
 */
function treeLoads(entries: EntryAccount[], tables: RestoreAccount['tables']): TreeLoad[] {
  const key = (schema: string | null, name: string) => JSON.stringify([schema ?? 'public', name]);
  const dataEntries = entries.filter(
    (entry) => entry.type === 'TABLE DATA' && entry.outcome.status !== 'skipped by policy',
  );
  if (dataEntries.length === 0) return [];
  const named = new Set(dataEntries.map((entry) => key(entry.schema, entry.name)));
  const loaded = new Set(tables.map((table) => key(table.schema, table.name)));
  const partitions = dataEntries
    .filter((entry) => !loaded.has(key(entry.schema, entry.name)))
    .map(({ schema, name }) => ({ schema: schema ?? 'public', name }));
  if (partitions.length === 0) return [];
  const roots = tables.filter((table) => !named.has(key(table.schema, table.name)));
  return roots.map(({ schema, name, rowsInDump }) => ({ schema, name, rows: rowsInDump, partitions }));
}

function objectOf(type: string, database: string, schema: string, name: string): AnnouncedObject {
  return { database, type, schema, name, table: null };
}
