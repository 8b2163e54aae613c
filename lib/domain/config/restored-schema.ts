/**
 * What a look at restored databases found, as `init` needs it to propose checks: names, counts and moments. The only
 * values read from rows are the newest moment per column and the names of applied migrations; see known-migrations.ts.
 */
export interface RestoredTable {
  schema: string;
  name: string;
  /** Null when they could not be counted in the time a proposal is worth. */
  rows: number | null;
  /** Columns of a date or time type, with the newest moment in ISO 8601 UTC (null: no row has one). */
  moments: { column: string; newest: string | null }[];
  /** Columns of a text type whose name speaks of e-mail addresses. */
  emailColumns: string[];
  foreignKeys: number;
  uniqueConstraints: number;
}

/** A table in which a migration tool records what it applied. */
export interface RestoredMigrations {
  /** e.g. `Flyway`. */
  tool: string;
  schema: string;
  table: string;
  column: string;
  /** SQL condition for rows that count as applied; null: all. */
  where: string | null;
  /** `head`: nothing sorts after the newest, so it can be asked for as head; `includes`: its order is not its meaning. */
  asks: 'head' | 'includes';
  /** The migration applied last; null when it is not a plain version or name, or when there are several lines. */
  newest: string | null;
  applied: number;
}

export interface RestoredDatabase {
  /** Its name as `database:` of a check gives it. */
  name: string;
  tables: RestoredTable[];
  migrations: RestoredMigrations[];
}
