import { formatCountOf, formatMoment, formatSeconds } from '../../text/quantities.ts';
import type { DrillRecord } from '../drill-record.ts';
import { drillFacts } from '../past-drills.ts';
import { dataTable, figure, section } from '../report/html/elements.ts';
import { type Content, html, htmlSentence, type Markup, shortName } from '../report/html/markup.ts';
import { page, type Tone } from '../report/html/page.ts';
import { calendarPlot } from '../report/html/plots/calendar-plot.ts';
import { objectiveTile, tile, toneOf, verdictCell, verdictSign } from '../report/html-banner.ts';
import { forecastPart, trendPlots } from '../report/html-plots.ts';
import { reasonSentence, verdictReason, verdictWords } from '../report/wording.ts';
import type { DatabaseDrills, SiteOptions } from './database-drills.ts';
import { daysAgo } from './index-page.ts';
import { reportPath } from './site-paths.ts';

/** So many are drawn in a series; the calendar and the list have all. */
const mostInTrend = 60;

/** One database: its last verdict, a calendar of its proofs, how it went over time, and every drill. */
export function databasePage(drills: DatabaseDrills, options: SiteOptions): string {
  const { database, records } = drills;
  const [last] = records;
  // A drill that could not run made none.
  const { forecast } = records.find((record) => record.forecast !== undefined) ?? {};
  return page({
    title: `${shortName(database, 80)}: proofs of its backups`,
    tone: last === undefined ? 'neutral' : toneOf(last.verdict),
    banner: html`<p class="eyebrow"><a href="../index.html">All databases</a></p>
<h1>${shortName(database)}</h1>
${last === undefined ? html`<p class="why">No drill of it is in the ledger yet.</p>` : lastDrill(last)}
<dl class="tiles">
${tiles(drills, options.asOf)}</dl>
`,
    body: [
      calendarSection(records, options.asOf),
      records.length < 2
        ? null
        : section(
            'trend',
            'Over time',
            trendPlots(
              [...records].slice(0, mostInTrend).reverse().map(drillFacts),
              last?.rto.targetSeconds ?? null,
              last?.drillId ?? null,
              forecast,
            ),
            forecastPart(forecast),
          ),
      drillsSection(records, options),
    ],
    footer: html`<p>Made by restore-drill from the ledger, as of ${formatMoment(options.asOf)}. Times are in UTC.</p>\n`,
  });
}

const lastDrill = (last: DrillRecord): Markup =>
  html`<p class="verdict">${verdictSign(last.verdict)}<span>${verdictWords[last.verdict]}</span></p>
<p class="why">${htmlSentence(reasonSentence(last))}</p>`;

function tiles({ records: [last], lastProven, nextDrill }: DatabaseDrills, asOf: string): Content {
  return [
    tile({
      name: 'Last proven',
      value: lastProven === null ? 'never' : daysAgo(lastProven.endedAt, asOf),
      beside: lastProven === null ? 'no drill proved it' : formatMoment(lastProven.endedAt),
    }),
    ...(last === undefined
      ? []
      : [objectiveTile('Recovery time (RTO)', last.rto), objectiveTile('Loss of data (RPO)', last.rpo)]),
    tile({ name: 'Next drill', ...nextDrillWords(nextDrill) }),
  ];
}

function nextDrillWords(nextDrill: string | null | undefined): { value: string; beside: string } {
  if (nextDrill === undefined)
    return { value: 'not known', beside: 'these pages were made without drills.yaml' };
  if (nextDrill === null) return { value: 'not scheduled', beside: 'drills.yaml names no time' };
  return { value: nextDrill.slice(0, 10), beside: `at ${nextDrill.slice(11, 16)} UTC` };
}

function calendarSection(records: DrillRecord[], asOf: string): Markup {
  const tones = new Map<string, Exclude<Tone, 'neutral'>>();
  // The newest first: the last drill of a day says what came of it.
  for (const { startedAt, verdict } of records) {
    const [day, tone] = [startedAt.slice(0, 10), toneOf(verdict)];
    if (!tones.has(day)) tones.set(day, tone);
  }
  const count = (tone: string) => [...tones.values()].filter((one) => one === tone).length;
  const counted = `${formatCountOf(count('proven'), 'day')} proven, ${formatCountOf(count('not-proven'), 'day')} not proven, ${formatCountOf(count('could-not-verify'), 'day')} on which nothing could be verified`;
  return section(
    'calendar',
    'Calendar of proofs',
    figure({
      id: 'calendar-plot',
      title: 'The last twelve months',
      says: `${counted}. The table below has each drill.`,
      drawing: calendarPlot(asOf.slice(0, 10), tones),
      note: `A column is a week, Monday at its top. Filled: proven. Hollow: not proven. Pale: could not be verified. ${counted}.`,
      table: dataTable({
        caption: 'Days with drills, the newest first',
        columns: [{ title: 'Day' }, { title: 'Last drill of it' }],
        rows: [...tones].map(([day, tone]) => [day, words[tone]]),
        rest: { what: 'days', where: 'the ledger has all' },
        room: { most: 370, bytes: 40_000 },
      }),
    }),
  );
}

const words: Record<Exclude<Tone, 'neutral'>, string> = {
  proven: verdictWords.PROVEN,
  'not-proven': verdictWords.NOT_PROVEN,
  'could-not-verify': verdictWords.COULD_NOT_VERIFY,
};

function drillsSection(records: DrillRecord[], { drillsFolder }: SiteOptions): Markup {
  const seconds = (value: number | null) => (value === null ? '–' : formatSeconds(value));
  return section(
    'drills',
    'Drills',
    records.length === 0
      ? html`<p>None yet.</p>\n`
      : dataTable({
          caption: 'Drills, the newest first',
          columns: [
            { title: 'Drill' },
            { title: 'Verdict' },
            { title: 'RTO', figures: true },
            { title: 'RPO', figures: true },
            { title: 'Why' },
          ],
          rows: records.map((record) => [
            html`<a class="whole" href="../${reportPath(drillsFolder, record.drillId)}">${formatMoment(record.startedAt)}</a>`,
            verdictCell(record.verdict),
            seconds(record.rto.actualSeconds),
            seconds(record.rpo.actualSeconds),
            htmlSentence(verdictReason(record), 240),
          ]),
          rest: { what: 'drills', where: 'the ledger has all' },
          room: { most: 370, bytes: 120_000 },
        }),
  );
}
