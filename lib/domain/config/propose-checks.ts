import { quoted } from '../text/sql-text.ts';
import { inWords, secondsBetween } from '../time/spans.ts';
import type { RestoredDatabase, RestoredMigrations, RestoredTable } from './restored-schema.ts';

/** One proposed entry of `checks:`; `suggestion` is only written as a comment. */
export interface ProposedCheck {
  entry: Record<string, unknown>;
  /** What was seen, in a comment. */
  because: string | null;
  suggestion: boolean;
}

/** The dump's moment, and how much later its newest row may honestly be. */
export interface MomentOfDump {
  dumpMoment: string;
  dumpMomentToleranceSeconds: number;
}

/** Tables from this many rows on get a floor; below, half of them says nothing. */
const largerTableRows = 100;
/** A page of floors is enough to notice a partial dump; the count of every table is compared anyway. */
const mostFloors = 20;
const mostFreshnessHints = 3;

/** What to ask of one database, from what it held in a proven drill. */
export function proposeChecks(database: RestoredDatabase, moment: MomentOfDump): ProposedCheck[] {
  const { tables } = database;
  const foreignKeys = sum(tables, (table) => table.foreignKeys);
  return [
    check(
      { tables: tables.map(tableText) },
      `every table that was there (${tables.length}); remove those that may go away`,
    ),
    ...floors(tables.filter((table) => !isMigrationsTable(database, table))),
    ...freshness(tables, moment),
    ...database.migrations.map(migrations),
    ...(foreignKeys === 0
      ? []
      : [
          check(
            { foreignKeys: { all: true } },
            `${foreignKeys} foreign ${foreignKeys === 1 ? 'key' : 'keys'}; none may have orphans`,
          ),
        ]),
    ...tables.flatMap((table) =>
      table.emailColumns.map((column) =>
        suggestion(
          { unique: { table: tableText(table), on: `lower(${identifierText(column)})` } },
          'where no two rows may have the same address',
        ),
      ),
    ),
  ];
}

const isMigrationsTable = ({ migrations }: RestoredDatabase, { schema, name }: RestoredTable): boolean =>
  migrations.some((known) => known.schema === schema && known.table === name);
const check = (entry: Record<string, unknown>, because: string): ProposedCheck => ({
  entry,
  because,
  suggestion: false,
});
const suggestion = (entry: Record<string, unknown>, because: string | null): ProposedCheck => ({
  entry,
  because,
  suggestion: true,
});
const sum = <T>(items: T[], of: (item: T) => number): number =>
  items.reduce((total, item) => total + of(item), 0);

/** A floor at half of what was seen, for the larger tables; where there is none, for the largest few. */
function floors(tables: RestoredTable[]): ProposedCheck[] {
  const counted = tables
    .flatMap((table) => (table.rows === null ? [] : [{ table, rows: table.rows }]))
    .sort((a, b) => b.rows - a.rows);
  const larger = counted.filter(({ rows }) => rows >= largerTableRows).slice(0, mostFloors);
  const chosen = larger.length > 0 ? larger : counted.filter(({ rows }) => rows > 0).slice(0, 3);
  return chosen.map(({ table, rows }) =>
    check({ rows: { table: tableText(table), min: Math.max(1, Math.floor(rows / 2)) } }, `${rows} seen`),
  );
}

/** Names that say when a row was written, best first. What was planned (starts_at, expires_at) tells nothing of that. */
const writingMoments = [
  /^(created|inserted)_?(at|on|date|time|ts|timestamp)?$/i,
  /^(updated|modified|changed|last_?update[d]?|last_?modified)_?(at|on|date|time|ts|timestamp)?$/i,
  /^(date_?(added|created|joined)|(occurred|recorded|logged|received|ordered|placed|sent|paid|registered|joined|submitted|posted|uploaded)_?(at|on|date|time)?)$/i,
  /^((order|payment|invoice|rental|event|log|sent|transaction|purchase)_?(date|time|at|ts)|timestamp|ts)$/i,
];

/** Rows this old say that nobody writes there any more; such an age is worth a look, not a promise. */
const oldestFreshness = 90 * 24 * 3600;

interface Candidate {
  table: RestoredTable;
  column: string;
  /** Null: only the definition was read. */
  ageSeconds: number | null;
  rank: number;
}

function freshness(
  tables: RestoredTable[],
  { dumpMoment, dumpMomentToleranceSeconds }: MomentOfDump,
): ProposedCheck[] {
  const candidates = tables.flatMap((table) =>
    table.moments.flatMap(({ column, newest }): Candidate[] => {
      const rank = writingMoments.findIndex((pattern) => pattern.test(column));
      // Migration tools write on deployment, not with the business.
      if (rank === -1 || /migration|schema_history|changelog/i.test(table.name)) return [];
      // Counted tables without a newest moment hold none; of definitions alone nobody knows.
      if (newest === null) return table.rows === null ? [{ table, column, ageSeconds: null, rank }] : [];
      const age = secondsBetween(newest, dumpMoment);
      return age < -dumpMomentToleranceSeconds ? [] : [{ table, column, ageSeconds: Math.max(0, age), rank }];
    }),
  );
  // The clearest kind of name first; among those the column that was written last.
  const [best, ...others] = candidates.sort(
    (a, b) =>
      a.rank - b.rank ||
      (a.ageSeconds ?? 0) - (b.ageSeconds ?? 0) ||
      (b.table.rows ?? 0) - (a.table.rows ?? 0),
  );
  if (best === undefined) return [];
  return [
    {
      entry: freshnessEntry(best),
      because: seenAge(best),
      suggestion: best.ageSeconds === null || best.ageSeconds > oldestFreshness,
    },
    ...others
      .slice(0, mostFreshnessHints)
      .map((candidate) => suggestion(freshnessEntry(candidate), seenAge(candidate))),
  ];
}

const freshnessEntry = ({ table, column, ageSeconds }: Candidate): Record<string, unknown> => ({
  freshness: { table: tableText(table), column, maxAge: generousAge(ageSeconds ?? 0) },
});

const seenAge = ({ ageSeconds }: Candidate): string =>
  ageSeconds === null
    ? 'if rows are written there every day'
    : ageSeconds < 60
      ? 'the newest row was as young as the dump'
      : `the newest row was ${inWords(ageSeconds)} older than the dump`;

const hour = 3600;
const day = 24 * hour;
const ages: [number, string][] = [
  [26 * hour, '26h'],
  [2 * day, '2d'],
  [3 * day, '3d'],
  [7 * day, '7d'],
  [14 * day, '14d'],
  [30 * day, '30d'],
  [90 * day, '90d'],
  [180 * day, '180d'],
  [365 * day, '365d'],
];

/** Twice what was seen, rounded up to a length people use, and never below a day and some slack: nights are quiet. */
export function generousAge(seenSeconds: number): string {
  const wanted = seenSeconds * 2;
  return ages.find(([seconds]) => seconds >= wanted)?.[1] ?? `${Math.ceil(wanted / (365 * day)) * 365}d`;
}

function migrations({
  tool,
  schema,
  table,
  column,
  where,
  asks,
  newest,
  applied,
}: RestoredMigrations): ProposedCheck {
  const place = { table: tableText({ schema, name: table }) };
  const condition = where === null ? {} : { where };
  if (newest === null)
    return check(
      { migrations: { ...place, ...condition, count: { atLeast: applied } } },
      `${tool}, ${applied} applied`,
    );
  const entry = { migrations: { ...place, column, ...condition, [asks]: newest } };
  return check(
    entry,
    `${tool}, ${applied} applied; raise it with every release, or ask for includes or atLeast instead`,
  );
}

/** A table as SQL would name it, always with its schema: a database may have any search_path. */
function tableText({ schema, name }: { schema: string; name: string }): string {
  return `${identifierText(schema)}.${identifierText(name)}`;
}

const identifierText = (name: string): string => (/^[a-z_][a-z0-9_]*$/.test(name) ? name : quoted(name));
