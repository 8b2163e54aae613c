import { formatCountOf } from '../text/quantities.ts';
import { drillTimeModel } from './drill-time-model.ts';
import { lastShift } from './level-shift.ts';
import type { DrillMeasurement } from './measurement.ts';
import { type PastSpread, pastSpread, type Quantity } from './past-spread.ts';
import { median } from './robust.ts';

/** A forecast, and between what four of five will lie. */
export interface ForecastRange {
  central: number;
  low: number;
  high: number;
}

/** A drill to come. */
export interface FutureDrill {
  /** ISO 8601. */
  at: string;
  rtoSeconds: ForecastRange;
  /** List prices; null: drills cost nothing, or nobody knows. */
  costUsd: ForecastRange | null;
}

/** What the drills of a database so far say of those to come. */
export interface Forecast {
  /** Drills that it was made of. */
  drills: number;
  /** Those that were not comparable, with the reason. */
  leftOut: LeftOut[];
  /** Null: nothing is forecast. */
  next: FutureDrill | null;
  in90Days: FutureDrill | null;
  /** Why something is not forecast, in a sentence; null: everything is. */
  not: string | null;
}

export interface LeftOut {
  drills: number;
  /** For behind "left out:"; a piece of a sentence. */
  reason: string;
}

/** Fewer say nothing about the next. */
export const fewestDrills = 4;
export const horizonDays = 90;
/** Nobody knows by what a database grows in 90 days who saw it for fewer than these. */
const leastSpanDays = horizonDays / 6;

/** Intervals that say when the next drill is. */
const newestIntervals = 6;

/**
 * Forecasts the next drill and the one at the size in 90 days. The time is the sum of its parts: what works on bytes or rows grows
 * with them, the rest stays (drill-time-model.ts); bytes and rows go on as they did (size-trend.ts). The interval is what four
 * of five past forecasts stayed within, left-out drills and growth together (past-spread.ts). Pure.
 *
 * @param measurements comparable drills in the order of time
 * @param fromDay of the newest drill, measured or not, in days since 1970
 */
export function forecastOf(
  measurements: readonly DrillMeasurement[],
  leftOut: readonly LeftOut[],
  fromDay: number,
): Forecast {
  const since = lastShift(measurements.map(secondsPerAmount));
  const drills = measurements.slice(since);
  const out = since === 0 ? leftOut : [...leftOut, { drills: since, reason: shiftWords(drills) }];
  const made = { drills: drills.length, leftOut: [...out] };
  if (drills.length < fewestDrills)
    return { ...made, next: null, in90Days: null, not: tooFewWords(drills.length) };
  const [first, last] = [drills[0]!, drills.at(-1)!];
  const model = drillTimeModel(drills);
  const spreads = { rto: pastSpread(drills, rto, horizonDays), cost: pastSpread(drills, cost, horizonDays) };
  const on = (day: number): FutureDrill => {
    const ahead = Math.max(0, day - last.day);
    const paid = model.costOn(day);
    return {
      at: momentOf(day),
      rtoSeconds: rangeOf(model.secondsOn(day), spreads.rto, ahead),
      costUsd: paid === null ? null : rangeOf(paid, spreads.cost, ahead),
    };
  };
  const intervals = drills.slice(1).map(({ day }, place) => day - drills[place]!.day);
  const next = on(fromDay + median(intervals.slice(-newestIntervals)));
  const spanDays = last.day - first.day;
  if (spanDays < leastSpanDays) return { ...made, next, in90Days: null, not: tooShortWords(spanDays) };
  return { ...made, next, in90Days: on(fromDay + horizonDays), not: null };
}

const rto: Quantity = {
  measured: ({ rtoSeconds }) => rtoSeconds,
  modelled: (model, drill) => model.secondsOf(drill),
  forecast: (model, day) => model.secondsOn(day),
};

const cost: Quantity = {
  measured: ({ costUsd }) => costUsd,
  modelled: (model, drill) => model.costOf(drill),
  forecast: (model, day) => model.costOn(day),
};

/** Of what grows with the size; 0 of a drill of which nobody knows it. */
function secondsPerAmount({ parts, size }: DrillMeasurement): number {
  const working = parts.filter(({ amount }) => amount !== null);
  return working.reduce((sum, { seconds }) => sum + seconds, 0) / (size ?? 1);
}

/** The two reasons for being off have nothing to do with each other, so their squares add up. */
function rangeOf(central: number, { ofDrill, perDay }: PastSpread, daysAhead: number): ForecastRange {
  const factor = Math.exp(Math.hypot(ofDrill, perDay * daysAhead));
  return { central: rounded(central), low: rounded(central / factor), high: rounded(central * factor) };
}

/** Three decimals: milliseconds, and tenths of a cent. */
const rounded = (value: number): number => Math.round(value * 1000) / 1000;

const momentOf = (day: number): string => new Date(Math.round(day * 86_400_000)).toISOString();

const shiftWords = ([first]: DrillMeasurement[]): string =>
  `before ${momentOf(first?.day ?? 0).slice(0, 10)}, when the time per byte changed at one blow`;

const tooFewWords = (drills: number): string =>
  `a forecast needs ${fewestDrills} comparable drills, and there ${drills === 1 ? 'is' : 'are'} ${drills === 0 ? 'none' : drills}`;

const tooShortWords = (spanDays: number): string =>
  `the drills span ${formatCountOf(Math.floor(spanDays), 'day')}; growth over ${horizonDays} days is told from ${leastSpanDays} on`;
