import * as z from 'zod';
import { finding } from '../../findings/findings.ts';
import { formatCountOf } from '../../text/quantities.ts';
import { rowSource } from '../../text/sql-text.ts';
import type { ConfiguredCheckKind, QueryAnswer } from '../asking/check.ts';
import { refusedFinding } from '../asking/combined-query.ts';
import { configuredOf, plannedConfigured } from '../asking/planning.ts';
import { tableName, text } from '../asking/settings.ts';
import { lookUpTable, missingTableMessage, type TableLookup } from '../asking/table-lookup.ts';

const uniqueSettings = z
  .strictObject({
    table: tableName,
    on: z
      .union([text('`on`'), z.array(text('`on`')).min(1, '`on` must name at least one column')], {
        error: '`on` is a column, an expression, or a list of them',
      })
      .describe('Column or SQL expression such as `lower(email)`, or a list of them.'),
    where: text('`where`').optional().describe('SQL condition: only rows that meet it must be unique.'),
  })
  .describe('Values that occur at most once. NULL is not a value.');

const paramsSchema = z.object({ unique: uniqueSettings });
type Params = z.infer<typeof paramsSchema>;

interface Observation {
  lookup: TableLookup;
  answer: QueryAnswer | null;
}

const keysOf = (on: string | string[]) => (Array.isArray(on) ? on : [on]);

export const unique: ConfiguredCheckKind<Params, Observation> = {
  kind: 'unique',
  title: 'unique values',
  asks: 'Does every value of a column or expression occur at most once? NULL is not a value.',
  origin: 'configured',
  settings: uniqueSettings,
  scans: true,
  findings: ['TABLE_MISSING', 'DUPLICATES_FOUND', 'CHECK_COULD_NOT_RUN', 'CHECK_TIMED_OUT'],
  plan: (context) =>
    configuredOf(context, 'unique').map((check) => {
      const settings = uniqueSettings.parse(check.settings);
      return plannedConfigured(
        context,
        check,
        `${settings.table} is unique on ${keysOf(settings.on).join(', ')}`,
        { unique: settings },
      );
    }),
  evidence: {
    expected: () => '0 values that occur more than once',
    scope: ({ unique: { table, on, where } }) =>
      `table ${table}, ${keysOf(on).join(', ')}${where === undefined ? '' : ', under a condition'}`,
    actual: (_params, { answer }) => {
      const count = answer?.rows[0]?.[0];
      return count == null ? 'not counted' : formatCountOf(Number(count), 'value');
    },
  },
  parseParams: (params) => paramsSchema.parse(params),
  async observe({ unique: { table, on, where } }, database) {
    const lookup = await lookUpTable(database, table);
    if (!('found' in lookup) || !lookup.found.readable) return { lookup, answer: null };
    const { schema, name, relationKind } = lookup.found;
    // Each text of the user stands on lines of its own, so that a comment in it cannot swallow what follows.
    const keys = keysOf(on).map((key) => `(\n${key}\n)`);
    const conditions = [
      ...keys.map((key) => `${key} is not null`),
      ...(where === undefined ? [] : [`(\n${where}\n)`]),
    ];
    const groups = `select 1 from ${rowSource(schema, name, relationKind)} where ${conditions.join(' and ')} group by ${keys.join(', ')} having count(*) > 1`;
    return { lookup, answer: await database.ask(`select count(*) from (${groups}) d`, 2) };
  },
  judge({ unique: { table, on } }, { lookup, answer }) {
    if ('missingBut' in lookup)
      return {
        status: 'failed',
        findings: [finding('TABLE_MISSING', missingTableMessage(table, lookup.missingBut))],
      };
    const count = answer?.rows[0]?.[0];
    if ('refused' in lookup || count === undefined || count === null) {
      const reason = 'refused' in lookup ? lookup.refused : lookup.found.obstacle || 'no count came back';
      return {
        status: 'could not run',
        findings: [refusedFinding({ code: 'CHECK_COULD_NOT_RUN', reason }, `uniqueness of ${table}`)],
      };
    }
    if (count === '0') return { status: 'passed', findings: [] };
    const values = count === '1' ? '1 value occurs' : `${count} values occur`;
    return {
      status: 'failed',
      findings: [
        finding('DUPLICATES_FOUND', `${values} more than once in ${table} (${keysOf(on).join(', ')})`),
      ],
    };
  },
};
