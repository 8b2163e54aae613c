import type { RestoreAccount } from '../../recovery/restore-account.ts';
import type { CountedTable, DriftTolerance } from './check.ts';
import { sandboxName } from './planning.ts';

/** A table that may have lost rows, by the account of the restore: the database itself is asked before it is said. */
export interface Suspect {
  schema: string;
  name: string;
  rowsBefore: number;
  /** Fewer rows than this are a loss. */
  leastRows: number;
}

/** Of smaller tables only the loss of all rows is told: three rows less are nothing to wake a person for. */
const smallTableRows = 10;

/** Fewest rows that are no loss, of a table that held `rowsBefore`. */
export function leastRowsOf(table: string, rowsBefore: number, tolerance: DriftTolerance): number {
  const own = tolerance.tables[table];
  if (own === undefined && rowsBefore < smallTableRows) return Math.min(1, rowsBefore);
  const kept = rowsBefore * (1 - (own ?? tolerance.maxDropShare));
  // The rounding of a share never counts as a row.
  return Math.max(0, Math.ceil(kept - 1e-6));
}

/**
 * Tables of the last proven drill that are not in the dump any more, or of which it holds too few rows. Partitions come
 * and go with time, so a tree is looked at as a whole, under its root's name.
 *
 * @param before the tables of this database in the last proven drill
 */
export function driftSuspects(
  account: RestoreAccount,
  database: string,
  before: readonly CountedTable[],
  tolerance: DriftTolerance,
): Suspect[] {
  const loaded = new Map(
    account.tables
      .filter((table) => sandboxName(account, table.database) === database)
      .map((table) => [JSON.stringify([table.schema, table.name]), table.rowsLoaded]),
  );
  const announced = new Set(
    account.announced
      .filter((object) => object.type === 'TABLE' && sandboxName(account, object.database) === database)
      .map(({ schema, name }) => JSON.stringify([schema ?? 'public', name])),
  );
  const units = new Map<
    string,
    { table: CountedTable; rowsBefore: number; rowsNow: number; here: boolean }
  >();
  const roots = new Set(before.map(({ partitionOf }) => partitionOf));
  for (const table of before) {
    // A root that was counted as well is the sum of its partitions.
    if (roots.has(`${table.schema}.${table.name}`)) continue;
    const key = JSON.stringify([table.schema, table.name]);
    const root = table.partitionOf === undefined ? null : splitRoot(table.partitionOf);
    const unit = root === null ? key : JSON.stringify([root.schema, root.name]);
    const known = units.get(unit);
    units.set(unit, {
      table: root === null ? table : { ...table, ...root },
      rowsBefore: (known?.rowsBefore ?? 0) + table.rows,
      rowsNow: (known?.rowsNow ?? 0) + (loaded.get(key) ?? 0),
      here: known?.here === true || loaded.has(unit) || announced.has(unit),
    });
  }
  return [...units.values()].flatMap(({ table: { schema, name }, rowsBefore, rowsNow, here }) => {
    const leastRows = leastRowsOf(`${schema}.${name}`, rowsBefore, tolerance);
    return here && rowsNow >= leastRows ? [] : [{ schema, name, rowsBefore, leastRows }];
  });
}

/** A dot inside of a schema's name is so rare that the first one separates. */
function splitRoot(root: string): { schema: string; name: string } {
  const dot = root.indexOf('.');
  return { schema: root.slice(0, dot), name: root.slice(dot + 1) };
}
