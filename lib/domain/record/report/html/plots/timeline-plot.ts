import { html, type Markup, shortName } from '../markup.ts';

/** One bar. */
export interface Stretch {
  name: string;
  /** Seconds since the drill began. */
  fromSeconds: number;
  seconds: number;
  /** In words. */
  duration: string;
}

/** A bar that is too short to be seen still is one. */
const leastPercent = 0.6;

/** Bars below each other, each where it was in time. Names and durations are text of the page, so that they wrap. */
export function timelinePlot(stretches: Stretch[]): Markup {
  const end = Math.max(...stretches.map(({ fromSeconds, seconds }) => fromSeconds + seconds), 0.001);
  const percent = (seconds: number) => Math.round((seconds / end) * 10_000) / 100;
  return html`<div class="timeline">${stretches.map(({ name, fromSeconds, seconds, duration }) => {
    const width = Math.max(leastPercent, percent(seconds));
    const from = Math.max(0, Math.min(percent(fromSeconds), 100 - width));
    return html`<div class="stretch"><span class="name">${shortName(name, 80)}</span><svg width="100%" height="10" aria-hidden="true" focusable="false"><rect class="track" width="100%" height="10" rx="3"/><rect class="bar" x="${from}%" width="${width}%" height="10" rx="3"/></svg><span class="duration">${duration}</span></div>`;
  })}</div>`;
}
