import * as z from 'zod';
import { type Finding, finding } from '../../findings/findings.ts';
import { formatCountOf } from '../../text/quantities.ts';
import { rowSource } from '../../text/sql-text.ts';
import { wordOfBackup } from '../asking/backup-word.ts';
import type { CheckContext, ConfiguredCheck, ConfiguredCheckKind } from '../asking/check.ts';
import { rowsOf } from '../asking/check-words.ts';
import { askEach, refusedFinding, type ScalarAnswer, statusOf } from '../asking/combined-query.ts';
import { configuredOf, databasesOf, plannedConfigured, sandboxName } from '../asking/planning.ts';
import { rowCount, tableName } from '../asking/settings.ts';
import { lookUpTable, missingTableMessage, type TableLookup } from '../asking/table-lookup.ts';

const notADrop = '`maxDrop` is a share such as 5%, or a number of rows';
const dropPattern = /^\d+(?:\.\d+)?%$/;

const rowsSettings = z
  .strictObject({
    table: tableName,
    min: rowCount.optional().describe('Fewest rows allowed.'),
    max: rowCount.optional().describe('Most rows allowed.'),
    maxDrop: z
      .union(
        [
          z
            .string()
            .regex(dropPattern, notADrop)
            .refine((share) => !(Number(share.slice(0, -1)) > 100), '`maxDrop` is at most 100%'),
          rowCount,
        ],
        {
          error: notADrop,
        },
      )
      .optional()
      .describe(
        'Largest loss allowed since the last proven drill: a share such as `5%`, or a number of rows.',
      ),
  })
  .refine(
    (rows) => rows.min !== undefined || rows.max !== undefined || rows.maxDrop !== undefined,
    '`rows` needs `min`, `max` or `maxDrop`',
  )
  .refine(
    (rows) => rows.min === undefined || rows.max === undefined || rows.min <= rows.max,
    '`min` is greater than `max`',
  )
  .describe('Bounds for the number of rows of a table (with all its partitions).');

const paramsSchema = z.object({
  rows: rowsSettings,
  database: z.string(),
  /** Rows of the last proven drill for tables of that name, by `schema.table`. Empty: no comparison is possible. */
  lastProven: z.record(z.string(), z.number()),
});
type Params = z.infer<typeof paramsSchema>;

interface Observation {
  lookup: TableLookup;
  rows: ScalarAnswer | null;
}

/** Rows of the last proven drill for tables with this check's table name, by `schema.table`. */
function lastProvenRowsOf(
  context: CheckContext,
  check: ConfiguredCheck,
  table: string,
): Record<string, number> {
  const database =
    check.database === null ? context.defaultDatabase : sandboxName(context.account, check.database);
  const lastPart = table.split('.').at(-1)?.replace(/^"|"$/g, '').toLowerCase() ?? '';
  const { dumpName } = context.account.databases.find(({ name }) => name === database) ?? { dumpName: null };
  const ofThisDatabase = (key: string): string | null => {
    // In a cluster the record names tables `database:schema.table`, under the dump's name of the database.
    for (const prefix of [`${database}:`, `${dumpName}:`])
      if (key.startsWith(prefix)) return key.slice(prefix.length);
    const unprefixed =
      databasesOf(context).length === 1 || (database === context.defaultDatabase && !key.includes(':'));
    return unprefixed ? key : null;
  };
  const found: Record<string, number> = {};
  for (const [key, rows] of Object.entries(context.lastProvenRows ?? {})) {
    const name = ofThisDatabase(key);
    if (name?.toLowerCase().endsWith(`.${lastPart}`) === true) found[name] = rows;
  }
  return found;
}

export const rows: ConfiguredCheckKind<Params, Observation> = {
  kind: 'rows',
  title: 'bounds of a row count',
  asks: 'Does the table hold enough rows, not too many, and not many fewer than in the last proven drill?',
  origin: 'configured',
  settings: rowsSettings,
  scans: true,
  findings: [
    'TABLE_MISSING',
    'ROWS_BELOW_MINIMUM',
    'ROWS_DROPPED',
    'EXPECTATION_FAILED',
    'CHECK_COULD_NOT_RUN',
    'CHECK_TIMED_OUT',
  ],
  plan: (context) =>
    configuredOf(context, 'rows').map((check) => {
      const settings = rowsSettings.parse(check.settings);
      const lastProven =
        settings.maxDrop === undefined ? {} : lastProvenRowsOf(context, check, settings.table);
      const planned = plannedConfigured(context, check, `rows of ${settings.table}`, null);
      return { ...planned, params: { rows: settings, database: planned.database, lastProven } };
    }),
  notTested(context) {
    const configured = configuredOf(context, 'rows');
    if (configured.length === 0)
      return [
        `Whether rows were lost before the ${wordOfBackup(context)} was made: no row bounds are configured.`,
      ];
    return configured.flatMap((check) => {
      const { table, maxDrop } = rowsSettings.parse(check.settings);
      const comparable = Object.keys(lastProvenRowsOf(context, check, table)).length > 0;
      return maxDrop === undefined || comparable
        ? []
        : [
            `Whether ${table} lost rows since the last proven drill (maxDrop): no proven drill has counted it.`,
          ];
    });
  },
  evidence: {
    expected: ({ rows: { min, max, maxDrop } }) =>
      [
        ...(min === undefined ? [] : [`at least ${rowsOf(min)}`]),
        ...(max === undefined ? [] : [`at most ${rowsOf(max)}`]),
        ...(maxDrop === undefined
          ? []
          : [
              `a drop of at most ${typeof maxDrop === 'number' ? rowsOf(maxDrop) : maxDrop} since the last proven drill`,
            ]),
      ].join(', '),
    scope: ({ rows: { table } }) => `table ${table}`,
    actual: (_params, { rows: counted }) =>
      counted === null || 'refused' in counted ? 'not counted' : rowsOf(Number(counted.value)),
  },
  parseParams: (params) => paramsSchema.parse(params),
  async observe({ rows: { table } }, database) {
    const lookup = await lookUpTable(database, table);
    if (!('found' in lookup) || !lookup.found.readable) return { lookup, rows: null };
    const { schema, name, relationKind } = lookup.found;
    const [count] = await askEach(database, [
      { value: 'count(*)', source: rowSource(schema, name, relationKind) },
    ]);
    return { lookup, rows: count ?? null };
  },
  judge({ rows: settings, database, lastProven }, { lookup, rows: counted }) {
    const { table, min, max, maxDrop } = settings;
    if ('missingBut' in lookup)
      return {
        status: 'failed',
        findings: [finding('TABLE_MISSING', missingTableMessage(table, lookup.missingBut))],
      };
    const couldNotRun = (code: 'CHECK_COULD_NOT_RUN' | 'CHECK_TIMED_OUT', reason: string) => ({
      status: 'could not run' as const,
      findings: [refusedFinding({ code, reason }, `the number of rows of ${table}`)],
    });
    if ('refused' in lookup) return couldNotRun('CHECK_COULD_NOT_RUN', lookup.refused);
    if (!lookup.found.readable) return couldNotRun('CHECK_COULD_NOT_RUN', lookup.found.obstacle);
    if (counted === null) return couldNotRun('CHECK_COULD_NOT_RUN', 'no count came back');
    if ('refused' in counted) return couldNotRun(counted.refused.code, counted.refused.reason);

    const { schema, name, relationKind } = lookup.found;
    const actual = Number(counted.value);
    const findings: Finding[] = [];
    if (min !== undefined && actual < min)
      findings.push(
        finding(
          'ROWS_BELOW_MINIMUM',
          `table ${table} holds ${formatCountOf(actual, 'row')}, at least ${min} are required`,
        ),
      );
    if (max !== undefined && actual > max)
      findings.push(
        finding(
          'EXPECTATION_FAILED',
          `table ${table} holds ${formatCountOf(actual, 'row')}, at most ${max} are allowed`,
        ),
      );
    const before = lastProven[`${schema}.${name}`];
    if (maxDrop !== undefined && before !== undefined) {
      const allowed = typeof maxDrop === 'number' ? maxDrop : (before * Number(maxDrop.slice(0, -1))) / 100;
      // A millionth of a row forgives the rounding of the share, never a row.
      if (before - actual > allowed + 1e-6) {
        findings.push(
          finding(
            'ROWS_DROPPED',
            `table ${table} holds ${formatCountOf(actual, 'row')}, the last proven drill counted ${before}; a drop of ${typeof maxDrop === 'number' ? formatCountOf(maxDrop, 'row') : maxDrop} is allowed`,
          ),
        );
      }
    } else if (maxDrop !== undefined && Object.keys(lastProven).length > 0) {
      const reason = `the last proven drill counted ${Object.keys(lastProven).join(', ')}, not ${schema}.${name}`;
      findings.push(refusedFinding({ code: 'CHECK_COULD_NOT_RUN', reason }, `the drop of rows of ${table}`));
    }
    // Partitions are measured each for itself; a partitioned table is kept here so that the next drill can compare it.
    const measured = relationKind === 'p' ? { tables: [{ database, schema, name, rows: actual }] } : {};
    return { status: statusOf(findings), findings, measured };
  },
};
