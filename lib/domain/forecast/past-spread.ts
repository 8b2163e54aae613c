import { type DrillTimeModel, drillTimeModel } from './drill-time-model.ts';
import type { DrillMeasurement } from './measurement.ts';
import { fourInFive } from './robust.ts';

/** What is forecast: the time of a drill, or its cost. Null: it is not known. */
export interface Quantity {
  measured(drill: DrillMeasurement): number | null;
  /** Of a drill whose amounts are known. */
  modelled(model: DrillTimeModel, drill: DrillMeasurement): number | null;
  /** On a day, at the sizes that the model expects. */
  forecast(model: DrillTimeModel, day: number): number | null;
}

/** How far off forecasts were, as logarithms of a factor: four of five stay within. */
export interface PastSpread {
  /** Of a drill whose size is known. */
  ofDrill: number;
  /** Of what growth does to it, for each day ahead. */
  perDay: number;
}

/** Drills that a model of growth is tried with. */
const fewest = 3;
/** No clock and no server repeats itself better than this: 2 %. */
const leastSpread = Math.log(1.02);

/**
 * How far off the model was in the past. Of a drill: what a model of all the others says of it (leave one out). Of growth: what
 * a model of the drills up to a moment made of the last drill within the horizon behind it, against what it would have
 * made of it had it known the size.
 *
 * @param drills in the order of time
 */
export function pastSpread(
  drills: readonly DrillMeasurement[],
  { measured, modelled, forecast }: Quantity,
  horizonDays: number,
): PastSpread {
  // As the cost of drills on one machine: no model needs to be tried.
  if (drills.every((drill) => measured(drill) === null)) return { ofDrill: leastSpread, perDay: 0 };
  const ofDrill = drills.flatMap((drill, place) => {
    const others = drillTimeModel(drills.toSpliced(place, 1));
    return distance(measured(drill), modelled(others, drill));
  });
  const perDay = drills.slice(fewest - 1, -1).flatMap((origin, place) => {
    const until = place + fewest;
    const later = drills.slice(until).filter(({ day }) => day > origin.day);
    const last = later.findLast(({ day }) => day - origin.day <= horizonDays) ?? later[0];
    if (last === undefined) return [];
    const model = drillTimeModel(drills.slice(0, until));
    const off = distance(modelled(model, last), forecast(model, last.day));
    return off.map((one) => one / (last.day - origin.day));
  });
  return { ofDrill: Math.max(leastSpread, fourInFive(ofDrill)), perDay: fourInFive(perDay) };
}

const distance = (a: number | null, b: number | null): number[] =>
  a === null || b === null || a <= 0 || b <= 0 ? [] : [Math.abs(Math.log(a / b))];
