import { extent, max, nice, ticks } from 'd3-array';
import { line } from 'd3-shape';
import { utcTicks } from 'd3-time';
import { html, type Markup } from '../markup.ts';
import { type ForetoldPoint, foretold } from './foretold.ts';

/** One value of a series. */
export interface TrendPoint {
  /** ISO 8601. */
  at: string;
  value: number;
  proven: boolean;
  /** The drill that the page is about. */
  current: boolean;
}

interface TrendPlotOptions {
  points: TrendPoint[];
  /** Drawn behind the points, in the order of time. */
  forecast?: ForetoldPoint[];
  /** The promise, drawn as a line; null: none. */
  objective: { value: number; label: string } | null;
  /** Size of the unit in which round numbers are sought, e.g. 60 for minutes. */
  unit: number;
  formatValue: (value: number) => string;
}

const height = 168;
const top = 26;
const bottom = 24;
const floor = height - bottom;
/** Share of the width, in percent, that stays free at either side. */
const [left, right] = [2, 97];
/** An objective further up than this would press the series flat: it is drawn at the upper edge, and said to lie above. */
const mostHeadroom = 4;

/**
 * A series over time. Across, everything is a share of the width, so that the same drawing is readable on paper and on a
 * telephone: text keeps its size, and lines their weight.
 */
export function trendPlot({ points, forecast = [], objective, unit, formatValue }: TrendPlotOptions): Markup {
  const moments = [...points, ...forecast].map(({ at }) => Date.parse(at));
  const [first = 0, last = 0] = extent(moments);
  const measured = max(points, ({ value }) => value) ?? 0;
  // A wide interval would press the series flat: it is cut at the upper edge.
  const highest = Math.max(measured, ...forecast.map(({ high }) => Math.min(high, 2 * measured)));
  const within = objective !== null && objective.value <= highest * mostHeadroom;
  const [, most = 1] = nice(0, Math.max(highest, within ? objective.value : 0, unit / 10) / unit, 3);
  const x = (moment: number) =>
    first === last ? (left + right) / 2 : left + ((moment - first) / (last - first)) * (right - left);
  const y = (value: number) => floor - (value / (most * unit)) * (floor - top);
  const path = line<TrendPoint>(
    ({ at }) => x(Date.parse(at)),
    ({ value }) => y(value),
  ).digits(2)(points);

  const ahead = foretold(forecast, points.at(-1) ?? null, {
    x: (at) => round(x(Date.parse(at))),
    y: (value) => round(y(Math.min(value, most * unit))),
  });
  const grid = ticks(0, most, 3).map((tick) => {
    const at = y(tick * unit);
    return html`<line class="grid" x1="0" x2="100%" y1="${round(at)}" y2="${round(at)}"/><text class="tick end" x="-10" y="${round(at + 4)}">${formatValue(tick * unit)}</text>`;
  });
  const days = momentTicks(first, last).map(
    ({ at, label }) => html`<text class="tick middle" x="${round(x(at))}%" y="${height - 6}">${label}</text>`,
  );
  const marks = points.map(({ at, value, proven, current }) => {
    const kind = `${proven ? 'proven' : 'unproven'}${current ? ' current' : ''}`;
    return html`<circle class="${kind}" cx="${round(x(Date.parse(at)))}%" cy="${round(y(value))}" r="${current ? 5 : 3.5}"/>`;
  });
  return html`<div class="over-time"><svg class="trend" width="100%" height="${height}" aria-hidden="true" focusable="false">${grid}${days}${
    objective === null
      ? null
      : objectiveLine(
          objective.label,
          within ? y(objective.value) : null,
          freerSide(
            [...points, ...forecast.map(({ at, central }) => ({ at, value: central }))].map((point) => ({
              x: x(Date.parse(point.at)),
              y: y(point.value),
            })),
            within ? y(objective.value) : null,
          ),
        )
  }<svg viewBox="0 0 100 ${height}" width="100%" height="${height}" preserveAspectRatio="none">${ahead}<path class="series" vector-effect="non-scaling-stroke" d="${path ?? ''}"/></svg>${marks}</svg></div>`;
}

type Side = 'left' | 'right';

/** Height of a label, and the share of the width that it may take. */
const room = { height: 20, width: 35 };

/** Where the words on the objective hide the fewest points. */
function freerSide(drawn: { x: number; y: number }[], at: number | null): Side {
  if (at === null) return 'right';
  const hidden = (side: Side) =>
    drawn.filter(
      ({ x, y }) =>
        Math.abs(y - (at - 8)) < room.height && (side === 'left' ? x < room.width : x > 100 - room.width),
    ).length;
  return hidden('left') < hidden('right') ? 'left' : 'right';
}

/** @param at null: it lies above the scale */
function objectiveLine(label: string, at: number | null, side: Side): Markup {
  const height = round(at ?? top - 8);
  const text = at === null ? `${label}, above this scale` : label;
  return html`<line class="objective" x1="0" x2="100%" y1="${height}" y2="${height}"/><text class="tick${side === 'left' ? '' : ' end'} objective-label" x="${side === 'left' ? '0' : '100%'}" y="${round(height - 6)}">${text}</text>`;
}

const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');
const day = 86_400_000;
/** Side by side at half the width of a page. */
const mostMoments = 5;

/** A few round moments between two, with words as short as their distance allows. */
function momentTicks(first: number, last: number): { at: number; label: string }[] {
  const label = (at: number) => momentLabel(new Date(at), last - first);
  if (first === last) return [{ at: first, label: label(first) }];
  const all = utcTicks(new Date(first), new Date(last), 4)
    .map(Number)
    .filter((at) => at >= first && at <= last);
  // Round steps of a clock are few: up to twice as many moments come as were asked for.
  const step = Math.ceil(all.length / mostMoments);
  return all.filter((_at, place) => place % step === 0).map((at) => ({ at, label: label(at) }));
}

function momentLabel(at: Date, span: number): string {
  const month = months[at.getUTCMonth()] ?? '';
  if (span > 400 * day) return `${month} ${at.getUTCFullYear()}`;
  if (span > 2 * day) return `${at.getUTCDate()} ${month}`;
  return at.toISOString().slice(11, span > 10 * 60_000 ? 16 : 19);
}

const round = (value: number): number => Math.round(value * 100) / 100;
