import { html, type Markup } from '../markup.ts';

/** A value to come, and between what four of five will lie. */
export interface ForetoldPoint {
  /** ISO 8601. */
  at: string;
  central: number;
  low: number;
  high: number;
}

/** The interval as a band that opens from the last measured value, and the forecast as a line through it. */
export function foretold(
  forecast: readonly ForetoldPoint[],
  last: { at: string; value: number } | null,
  { x, y }: { x(at: string): number; y(value: number): number },
): Markup | null {
  if (forecast.length === 0 || last === null) return null;
  const from = `M${x(last.at)},${y(last.value)}`;
  const through = (points: readonly ForetoldPoint[], of: 'central' | 'low' | 'high') =>
    points.map((point) => `L${x(point.at)},${y(point[of])}`).join('');
  const band = `${from}${through(forecast, 'high')}${through(forecast.toReversed(), 'low')}Z`;
  return html`<path class="band" d="${band}"/><path class="foretold" vector-effect="non-scaling-stroke" d="${from}${through(forecast, 'central')}"/>`;
}
