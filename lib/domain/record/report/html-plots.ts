import type { Forecast, FutureDrill } from '../../forecast/forecast.ts';
import {
  formatBytes,
  formatCount,
  formatCountOf,
  formatMoment,
  formatSeconds,
} from '../../text/quantities.ts';
import { secondsBetween } from '../../time/spans.ts';
import type { DrillRecord } from '../drill-record.ts';
import { type DrillFacts, drillFacts } from '../past-drills.ts';
import { phaseSpeeds } from '../trend.ts';
import { forecastBasis, forecastRows, forecastTitles } from './forecast-words.ts';
import { dataTable, figure, section } from './html/elements.ts';
import { html, type Markup, shortName } from './html/markup.ts';
import { timelinePlot } from './html/plots/timeline-plot.ts';
import { trendPlot } from './html/plots/trend-plot.ts';
import type { ReportContext } from './report-context.ts';
import { verdictWords } from './wording.ts';

/** More phases than a machine has are of nobody's drill. */
const mostPhases = 60;

/** Where the time of the drill went. */
export function timelineSection(record: DrillRecord): Markup {
  const { phases } = record;
  if (phases.length === 0) return section('timeline', 'Timeline', html`<p>No step was begun.</p>\n`);
  const shown = phases.slice(0, mostPhases);
  const longest = [...phases].sort((a, b) => b.seconds - a.seconds)[0];
  const speeds = phaseSpeeds(phases);
  return section(
    'timeline',
    'Timeline',
    figure({
      id: 'timeline-plot',
      title: 'Steps of the drill',
      says: `${formatCountOf(phases.length, 'step')}; the longest, ${shortName(longest?.name ?? '', 80)}, took ${formatSeconds(longest?.seconds ?? 0)}. The table below has each.`,
      drawing: timelinePlot(
        shown.map(({ name, startedAt, seconds }) => ({
          name,
          fromSeconds: finite(secondsBetween(record.startedAt, startedAt)),
          seconds: finite(seconds),
          duration: formatSeconds(seconds),
        })),
      ),
      table: dataTable({
        caption: 'Steps of the drill',
        columns: [
          { title: 'Step' },
          { title: 'Start' },
          { title: 'Duration', figures: true },
          { title: 'Bytes', figures: true },
          { title: 'Rows', figures: true },
        ],
        rows: phases.map((phase, place) => [
          shortName(phase.name, 120),
          formatMoment(shortName(phase.startedAt, 40)),
          formatSeconds(phase.seconds),
          withSpeed(phase.bytes, speeds[place]?.bytesPerSecond ?? null, formatBytes),
          withSpeed(phase.rows, speeds[place]?.rowsPerSecond ?? null, formatCount),
        ]),
        rest: { what: 'steps', where: 'record.json lists all' },
        room: { most: mostPhases, bytes: 15_000 },
      }),
    }),
  );
}

const finite = (value: number): number => (Number.isFinite(value) ? value : 0);

const withSpeed = (
  amount: number | undefined,
  perSecond: number | null,
  format: (value: number) => string,
): string =>
  amount === undefined ? '' : format(amount) + (perSecond === null ? '' : ` (${format(perSecond)}/s)`);

/** How recovery time, size and rows went over the drills. */
export function trendSection(record: DrillRecord, { past }: ReportContext): Markup {
  const title = 'Over time';
  if (past === undefined)
    return section('trend', title, html`<p>The drills before this one were not read for this report.</p>\n`);
  if (past.drills.length === 0)
    return section(
      'trend',
      title,
      html`<p>This is the first drill of this database in the ledger: a trend needs a second one.</p>\n`,
    );
  const drills = [...past.drills, drillFacts(record)];
  return section(
    'trend',
    title,
    trendPlots(drills, record.rto.targetSeconds, record.drillId, record.forecast),
    forecastPart(record.forecast),
  );
}

/**
 * Recovery time, size and rows of some drills.
 *
 * @param drills the oldest first
 * @param currentId of the drill that the page is about
 * @param forecast drawn behind the recovery times; absent: none was made
 */
export function trendPlots(
  drills: DrillFacts[],
  rtoTargetSeconds: number | null,
  currentId: string | null,
  forecast?: Forecast,
): Markup {
  const drawn = (shown: Series) => series(drills, currentId, shown);
  const hollow = drills.some(({ verdict }) => verdict !== 'PROVEN')
    ? '; hollow: those that did not prove'
    : '';
  const [rto, size, rows]: [Series, Series, Series] = [
    {
      id: 'rto-plot',
      title: 'Recovery time (RTO)',
      of: ({ rtoSeconds }) => rtoSeconds,
      format: formatSeconds,
      tick: formatSeconds,
      unit: timeUnit,
      objective: rtoTargetSeconds,
      future: futureOf(forecast),
    },
    {
      id: 'size-plot',
      title: 'Size of the backup',
      of: ({ backupBytes }) => backupBytes,
      format: formatBytes,
      tick: (bytes) => formatBytes(bytes).replace('.0 ', ' '),
      unit: byteUnit,
      objective: null,
    },
    {
      id: 'rows-plot',
      title: 'Rows restored',
      of: ({ rows }) => rows,
      format: formatCount,
      tick: shortCount,
      unit: () => 1,
      objective: null,
    },
  ];
  return html`<p class="soft">${formatCountOf(drills.length, 'drill')}, the newest large${hollow}.</p>
${drawn(rto)}<div class="pair">
${[size, rows].map(drawn)}</div>
`;
}

const futureOf = (forecast: Forecast | undefined): FutureDrill[] =>
  [forecast?.next, forecast?.in90Days].filter((drill) => drill !== null && drill !== undefined);

/** The forecast in words and figures; nothing where none was made. */
export function forecastPart(forecast: Forecast | undefined): Markup | null {
  if (forecast === undefined) return null;
  const rows = forecastRows(forecast);
  return html`<h3>Forecast</h3>
${
  rows.length === 0
    ? null
    : dataTable({
        caption: 'Forecast',
        columns: forecastTitles(forecast).map((title, place) => ({ title, figures: place > 0 })),
        rows,
      })
}<p class="soft">${forecastBasis(forecast).join(' ')}</p>
`;
}

/** Counts beside an axis: `8 M`. */
function shortCount(count: number): string {
  const [size, unit] =
    count >= 1e9 ? [1e9, ' bn'] : count >= 1e6 ? [1e6, ' M'] : count >= 1e4 ? [1e3, ' k'] : [1, ''];
  return size === 1 ? formatCount(count) : `${Math.round((count / size) * 10) / 10}${unit}`;
}

interface Series {
  id: string;
  title: string;
  of: (drill: DrillFacts) => number | null;
  format: (value: number) => string;
  /** The same beside the axis, where room is scarce. */
  tick: (value: number) => string;
  /** Of the unit in which round numbers are sought, for the highest value. */
  unit: (highest: number) => number;
  objective: number | null;
  /** Drills to come, drawn behind the others. */
  future?: FutureDrill[];
}

function series(drills: DrillFacts[], currentId: string | null, shown: Series): Markup {
  const { id, title, of, format, objective, future = [] } = shown;
  const measured = drills.flatMap((drill) => {
    const value = of(drill);
    return value === null || !Number.isFinite(Date.parse(drill.startedAt)) ? [] : [{ drill, value }];
  });
  const [first, last] = [measured[0], measured.at(-1)];
  if (first === undefined || last === undefined)
    return html`<figure id="${id}"><figcaption>${title}</figcaption><p class="note">No drill measured it yet.</p></figure>\n`;
  const allowed = objective === null ? '' : ` The objective is ${format(objective)}.`;
  return figure({
    id,
    title,
    says: `${title} of ${formatCountOf(measured.length, 'drill')}: ${format(first.value)} on ${first.drill.startedAt.slice(0, 10)}, ${format(last.value)} on ${last.drill.startedAt.slice(0, 10)}.${allowed}${foretold(future, format)} The table below has each.`,
    drawing: trendPlot({
      points: measured.map(({ drill, value }) => ({
        at: drill.startedAt,
        value,
        proven: drill.verdict === 'PROVEN',
        current: drill.drillId === currentId,
      })),
      objective: objective === null ? null : { value: objective, label: `objective ${format(objective)}` },
      forecast: future.map(({ at, rtoSeconds }) => ({ at, ...rtoSeconds })),
      unit: shown.unit(Math.max(...measured.map(({ value }) => value))),
      formatValue: shown.tick,
    }),
    table: dataTable({
      caption: `${title} of past drills, the newest first`,
      columns: [{ title: 'Drill' }, { title: 'Verdict' }, { title, figures: true }],
      rows: [...measured]
        .reverse()
        .map(({ drill, value }) => [
          formatMoment(drill.startedAt),
          verdictWords[drill.verdict],
          format(value),
        ]),
      room: { most: 40, bytes: 10_000 },
    }),
  });
}

const foretold = (future: FutureDrill[], format: (value: number) => string): string =>
  future
    .map(({ at, rtoSeconds }) => ` Forecast for ${at.slice(0, 10)}: ${format(rtoSeconds.central)}.`)
    .join('');

const timeUnit = (seconds: number): number =>
  seconds < 120 ? 1 : seconds < 7200 ? 60 : seconds < 172_800 ? 3600 : 86_400;

const byteUnit = (bytes: number): number => 1000 ** Math.floor(Math.log10(Math.max(1, bytes)) / 3);
