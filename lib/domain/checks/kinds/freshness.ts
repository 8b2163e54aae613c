import * as z from 'zod';
import { finding } from '../../findings/findings.ts';
import { formatCountOf } from '../../text/quantities.ts';
import { quoted, rowSource } from '../../text/sql-text.ts';
import { parseDuration } from '../../time/durations.ts';
import type { ConfiguredCheckKind, QueryAnswer } from '../asking/check.ts';
import { refusedFinding } from '../asking/combined-query.ts';
import { configuredOf, plannedConfigured } from '../asking/planning.ts';
import { duration, query, tableName, text } from '../asking/settings.ts';
import { lookUpTable, missingTableMessage, type TableLookup } from '../asking/table-lookup.ts';
import { parseTimestamp, timestampTypes } from '../asking/timestamp.ts';

const freshnessSettings = z
  .strictObject({
    query: query.optional().describe('One SELECT that gives one timestamp: that of the newest business row.'),
    table: tableName.optional(),
    column: text('a column name').optional().describe('Column name, as it is (not quoted).'),
    maxAge: duration.describe('Largest age of the newest row at the moment of the dump.'),
  })
  .refine(
    (freshness) =>
      freshness.query === undefined
        ? freshness.table !== undefined && freshness.column !== undefined
        : freshness.table === undefined && freshness.column === undefined,
    '`freshness` needs either `query`, or `table` and `column`',
  )
  .describe('How old the newest business row may be; drives the measured RPO.');

const paramsSchema = z.object({
  freshness: freshnessSettings,
  dumpMoment: z.iso.datetime({ offset: true }),
  toleranceSeconds: z.number(),
});
type Params = z.infer<typeof paramsSchema>;

interface Observation {
  lookup: TableLookup | null;
  answer: QueryAnswer | null;
}

/**
 * Clocks of the application, the database and the backup job may differ by this much; a context that knows less of
 * the dump's moment allows more. A newest row further in the future tells of planned events (an appointment, an
 * expiry), not of when the application last wrote: were it taken for fresh, a stale dump would pass.
 */
const clockSkewSeconds = 5 * 60;

const whatOf = ({ query, table, column }: Params['freshness']) =>
  query === undefined ? `${table}.${column}` : 'the freshness query';

export const freshness: ConfiguredCheckKind<Params, Observation> = {
  kind: 'freshness',
  title: 'freshness of the data',
  asks: 'How old was the newest business row at the moment of the dump? Times without a zone count as UTC. A newest row in the future proves nothing.',
  origin: 'configured',
  settings: freshnessSettings,
  scans: false,
  findings: ['STALE_DATA', 'FRESHNESS_EMPTY', 'TABLE_MISSING', 'CHECK_COULD_NOT_RUN', 'CHECK_TIMED_OUT'],
  plan: (context) =>
    configuredOf(context, 'freshness').map((check) => {
      const settings = freshnessSettings.parse(check.settings);
      const name = settings.query === undefined ? `freshness of ${whatOf(settings)}` : 'freshness by query';
      return plannedConfigured(context, check, name, {
        freshness: settings,
        dumpMoment: context.dumpMoment,
        toleranceSeconds: Math.max(clockSkewSeconds, context.dumpMomentToleranceSeconds ?? 0),
      });
    }),
  notTested: (context) =>
    configuredOf(context, 'freshness').length > 0
      ? []
      : ['How fresh the data is: no freshness check is configured, so the newest row is not known.'],
  evidence: {
    expected: ({ freshness: { maxAge }, dumpMoment }) => `a row at most ${maxAge} older than ${dumpMoment}`,
    scope: ({ freshness: settings }) => whatOf(settings),
    actual: (_params, { answer }) => {
      const newest = parseTimestamp(answer?.rows[0]?.[0] ?? '');
      if (newest === null || !timestampTypes.has(answer?.columns[0]?.type ?? '')) return 'no moment to tell';
      return newest.iso === null ? 'the newest row at infinity' : `the newest row at ${newest.iso}`;
    },
  },
  parseParams: (params) => paramsSchema.parse(params),
  async observe({ freshness: { query, table, column } }, database) {
    if (query !== undefined) return { lookup: null, answer: await database.ask(query, 2) };
    const lookup = await lookUpTable(database, table ?? '');
    if (!('found' in lookup) || !lookup.found.readable) return { lookup, answer: null };
    const { schema, name, relationKind } = lookup.found;
    return {
      lookup,
      answer: await database.ask(
        `select max(${quoted(column ?? '')}) from ${rowSource(schema, name, relationKind)}`,
        2,
      ),
    };
  },
  judge({ freshness: settings, dumpMoment, toleranceSeconds }, { lookup, answer }) {
    const what = whatOf(settings);
    const couldNotRun = (reason: string) => ({
      status: 'could not run' as const,
      findings: [refusedFinding({ code: 'CHECK_COULD_NOT_RUN', reason }, `freshness by ${what}`)],
    });
    if (lookup !== null && 'missingBut' in lookup) {
      return {
        status: 'failed',
        findings: [finding('TABLE_MISSING', missingTableMessage(settings.table ?? '', lookup.missingBut))],
      };
    }
    if (lookup !== null && 'refused' in lookup) return couldNotRun(lookup.refused);
    if (answer === null) return couldNotRun(lookup?.found.obstacle ?? 'no answer came back');
    if (answer.columns.length !== 1)
      return couldNotRun(
        `it gives ${formatCountOf(answer.columns.length, 'column')} where one timestamp is expected`,
      );
    if (answer.rows.length > 1)
      return couldNotRun('it gives more than one row where one timestamp is expected');
    const text = answer.rows[0]?.[0] ?? null;
    const type = answer.columns[0]?.type ?? 'unknown';
    if (!timestampTypes.has(type))
      return couldNotRun(
        `it gives a value of type ${type} where a timestamp is expected; cast it in the query`,
      );
    if (text === null)
      return {
        status: 'failed',
        findings: [finding('FRESHNESS_EMPTY', `${what} found no row to tell freshness from`)],
      };

    const newest = parseTimestamp(text);
    if (newest === null) return couldNotRun('its timestamp could not be read');
    const ageMilliseconds = Date.parse(dumpMoment) - newest.epochMilliseconds;
    if (ageMilliseconds < -toleranceSeconds * 1000) {
      const when = newest.iso === null ? 'infinitely far' : `at ${newest.iso}`;
      return couldNotRun(
        `it holds future values (the newest is ${when}, the moment of the backup, ${dumpMoment}), which cannot prove freshness; choose a column that records when rows were written, or leave future rows out in a query`,
      );
    }
    const measured = newest.iso === null ? {} : { newestRow: newest.iso };
    const maxAgeSeconds = parseDuration(settings.maxAge) ?? 0;
    if (ageMilliseconds <= maxAgeSeconds * 1000) return { status: 'passed', findings: [], measured };
    const age =
      newest.iso === null ? 'infinitely old' : `${describeAge(ageMilliseconds)} old (${newest.iso})`;
    return {
      status: 'failed',
      findings: [
        finding(
          'STALE_DATA',
          `the newest row by ${what} was ${age} at the moment of the backup, ${dumpMoment}; allowed are ${settings.maxAge}`,
        ),
      ],
      measured,
    };
  },
};

/** `40 days`, `26.5 hours`, `12 minutes`. */
function describeAge(milliseconds: number): string {
  const hours = milliseconds / 3_600_000;
  if (hours >= 48) return `${Math.round((hours / 24) * 10) / 10} days`;
  return hours >= 2 ? `${Math.round(hours * 10) / 10} hours` : `${Math.round(hours * 60)} minutes`;
}
