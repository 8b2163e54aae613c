import * as z from 'zod';
import { finding } from '../../findings/findings.ts';
import type { RestoreAccount } from '../../recovery/restore-account.ts';
import { formatCountOf } from '../../text/quantities.ts';
import { notOfExtension, quotedTable, userSchema } from '../../text/sql-text.ts';
import type { BuiltInCheckKind, CheckDatabase, Judgement, ObjectCounts, Partition } from '../asking/check.ts';
import { askEach, refusedFinding } from '../asking/combined-query.ts';
import { isBookkeeping } from '../asking/known-migrations.ts';
import { countObjects, readPartitions } from '../asking/object-counts.ts';
import { databasesOf, plannedBuiltIn, sandboxName } from '../asking/planning.ts';

const paramsSchema = z.object({
  /** Rows that the server confirmed in the other databases of the same dump. */
  rowsElsewhere: z.number(),
  /** The dump brings no rows of any table, not even of an empty one. Absent in checks planned by earlier versions. */
  definitionsOnly: z.boolean().default(false),
  /** The dump defines tables that could not be restored. */
  tablesFailed: z.boolean().default(false),
  /** All rows of the dump belong to tables that need an extension which the sandbox lacks. */
  onlyForExtensions: z.boolean().default(false),
});
type Params = z.infer<typeof paramsSchema>;

interface Found {
  /** Tables but those in which migration tools keep their books. */
  tables: number;
  bookkeeping: number;
  filled: boolean;
  /** Tables that could not be looked into, with the reason. */
  refused: { table: string; reason: string }[];
}

/** What the database holds: asked here once, for the record and the next drill's comparison. */
interface Observation extends Found {
  objects: ObjectCounts;
  partitions: Partition[];
}

export const dataPresent: BuiltInCheckKind<Params, Observation> = {
  kind: 'dataPresent',
  title: 'holds data',
  asks: 'Does at least one table hold a row, those of migration tools apart? A restore of nothing, or of a schema alone, never passes.',
  origin: 'built-in',
  scans: false,
  findings: ['NO_DATA', 'CHECK_COULD_NOT_RUN'],
  plan(context) {
    const { account } = context;
    const definitionsOnly =
      account.tables.length === 0 && account.entries.every(({ type }) => type !== 'TABLE DATA');
    return databasesOf(context).map((database) => {
      const rowsElsewhere = account.tables
        .filter((table) => sandboxName(account, table.database) !== database && !isBookkeeping(table.name))
        .reduce((sum, table) => sum + table.rowsLoaded, 0);
      return plannedBuiltIn(context, 'dataPresent', database, 'holds data', {
        rowsElsewhere,
        definitionsOnly,
        tablesFailed: account.entries.some(
          ({ type, outcome }) => type === 'TABLE' && outcome.status === 'failed',
        ),
        onlyForExtensions: onlyForExtensions(account, database),
      });
    });
  },
  evidence: {
    expected: () => 'at least one row',
    scope: () => 'user tables but those of migration tools',
    actual: ({ rowsElsewhere }, { tables, filled, refused }) =>
      filled
        ? `${formatCountOf(tables, 'table')}, at least one of them with a row`
        : `${formatCountOf(tables, 'table')}, ${refused.length === 0 ? 'all empty' : `${refused.length} of them not readable`}${rowsElsewhere > 0 ? `; ${formatCountOf(rowsElsewhere, 'row')} in other databases of the backup` : ''}`,
  },
  parseParams: (params) => paramsSchema.parse(params),
  async observe(_params, database) {
    return {
      ...(await lookForRows(database)),
      objects: await countObjects(database),
      partitions: await readPartitions(database),
    };
  },
  judge(params, { objects, partitions, ...found }) {
    return { ...judgeFound(params, found), measured: { objects, partitions } };
  },
};

function judgeFound(
  { rowsElsewhere, definitionsOnly, tablesFailed, onlyForExtensions }: Params,
  { tables, bookkeeping, filled, refused }: Found,
): Judgement {
  if (filled || rowsElsewhere > 0) return { status: 'passed', findings: [] };
  if (refused.length > 0) {
    const findings = refused.map(({ table, reason }) =>
      refusedFinding({ code: 'CHECK_COULD_NOT_RUN', reason }, `whether ${table} holds rows`),
    );
    return { status: 'could not run', findings };
  }
  const message = emptiness(tables, bookkeeping, definitionsOnly);
  const noData = finding(
    'NO_DATA',
    message,
    tables + bookkeeping === 0 ? noTableHint(tablesFailed) : undefined,
  );
  if (!onlyForExtensions) return { status: 'failed', findings: [noData] };
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
}

async function lookForRows(database: CheckDatabase): Promise<Found> {
  const rows = await database.query(userTablesSql);
  const all = rows.map((row) => ({ schema: String(row.schema), name: String(row.name) }));
  const tables = all.filter(({ name }) => !isBookkeeping(name));
  const bookkeeping = all.length - tables.length;
  const refused: Found['refused'] = [];
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
      else if (answer.value === '1') return { tables: tables.length, bookkeeping, filled: true, refused };
    }
  }
  return { tables: tables.length, bookkeeping, filled: false, refused };
}

const noTableHint = (tablesFailed: boolean): string =>
  tablesFailed
    ? 'Other findings of this drill say what kept the tables of the backup from being restored.'
    : 'The dump defines no table: check which database the backup job dumps (its -d, PGDATABASE or URL).';

function emptiness(tables: number, bookkeeping: number, definitionsOnly: boolean): string {
  if (tables + bookkeeping === 0) return 'there is no table at all after the restore';
  if (definitionsOnly)
    return `it is a schema-only dump (pg_dump --schema-only, --section=pre-data or --exclude-table-data): it defines ${formatCountOf(tables + bookkeeping, 'table')} and holds no rows`;
  if (tables === 0) return 'there is no table after the restore but those of migration tools';
  const apart = bookkeeping === 0 ? '' : ', but for those of migration tools,';
  return tables === 1
    ? `the only table${apart} is empty after the restore`
    : `all ${tables} tables${apart} are empty after the restore`;
}

function onlyForExtensions(account: RestoreAccount, database: string): boolean {
  const lacking = new Set(
    account.entries
      .filter(({ outcome }) => outcome.status === 'failed' && outcome.failure === 'missing extension')
      .map((entry) => JSON.stringify([entry.schema ?? 'public', entry.name])),
  );
  const filled = account.tables.filter(
    (table) => table.rowsInDump > 0 && sandboxName(account, table.database) === database,
  );
  return filled.length > 0 && filled.every(({ schema, name }) => lacking.has(JSON.stringify([schema, name])));
}

/** Tables that can hold rows of the user. Those that the dump fills with most certainty come first: the largest. */
const userTablesSql = `select n.nspname as schema, c.relname as name
from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind = 'r' and ${userSchema} and ${notOfExtension('pg_class', 'c.oid')}
order by c.relpages desc, 1, 2`;
