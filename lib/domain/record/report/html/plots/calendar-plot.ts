import { utcMonths } from 'd3-time';
import { html, type Markup } from '../markup.ts';
import type { Tone } from '../page.ts';

const dayMs = 86_400_000;
const weeks = 53;
/** Pixels of a row, and what is kept for the names of months. */
const [row, head] = [14, 18];
const monthNames = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/**
 * A year of days up to one, a column for each week from Monday to Sunday. Across, everything is a share of the width.
 *
 * @param tones by day, `2026-11-29`
 */
export function calendarPlot(lastDay: string, tones: ReadonlyMap<string, Exclude<Tone, 'neutral'>>): Markup {
  const last = Date.parse(`${lastDay}T00:00:00Z`);
  const weekday = (new Date(last).getUTCDay() + 6) % 7;
  const first = last - weekday * dayMs - (weeks - 1) * 7 * dayMs;
  const width = 100 / weeks;
  const at = (place: number) => ({ x: round(Math.floor(place / 7) * width), y: head + (place % 7) * row });
  const days = Array.from({ length: Math.round((last - first) / dayMs) + 1 }, (_unused, place) => {
    const tone = tones.get(new Date(first + place * dayMs).toISOString().slice(0, 10));
    const { x, y } = at(place);
    return html`<rect class="day ${tone ?? 'none'}" x="${x}%" y="${y}" width="${round(width * 0.8)}%" height="${row - 3}" rx="2"/>`;
  });
  // Every second one: at 400 pixels the names of all would touch.
  const months = utcMonths(new Date(first), new Date(last))
    .filter((month) => month.getUTCMonth() % 2 === 0)
    .map((month) => ({ month, x: at(Math.round((month.getTime() - first) / dayMs)).x }))
    .filter(({ x }) => x < 94)
    .map(
      ({ month, x }) =>
        html`<text class="tick" x="${x}%" y="11">${monthNames[month.getUTCMonth()] ?? ''}</text>`,
    );
  return html`<svg class="calendar" width="100%" height="${head + 7 * row}" aria-hidden="true" focusable="false">${months}${days}</svg>`;
}

const round = (value: number): number => Math.round(value * 1000) / 1000;
