import { secondsBetween } from '../time/spans.ts';
import { type Forecast, type FutureDrill, horizonDays } from './forecast.ts';

/** When an objective of recovery time is about to be missed, by a forecast. */
export interface ObjectiveBreak {
  /** `likely`: the forecast passes it. `possible`: it grows, and comes close within 90 days. */
  certainty: 'likely' | 'possible';
  /** When it passes, or comes closest, ISO 8601. */
  at: string;
  /** When the upper end of the interval passes it: from then on one drill in ten may miss it. ISO 8601. */
  earliestAt: string;
}

/** As close as this counts, because a forecast is some percent off: 5 %. */
const close = 0.95;
/** Less growth than this in 90 days is none: 1 %. */
const leastGrowth = 1.01;

/**
 * Whether to warn of an objective before it breaks. The middle of the forecast counts, and never its upper end: that of a noisy
 * database would ring for noise. Instead it need only come close while it grows, because with monthly drills three forecasts are
 * all the warning there is. What the rule misses, and what it rings for in vain: docs/performance.md. Pure.
 */
export function objectiveBreak(
  { next, in90Days }: Pick<Forecast, 'next' | 'in90Days'>,
  targetSeconds: number,
): ObjectiveBreak | null {
  if (next === null) return null;
  if (next.rtoSeconds.central > targetSeconds)
    return { certainty: 'likely', at: next.at, earliestAt: next.at };
  if (in90Days === null) return null;
  const [soon, far] = [next.rtoSeconds, in90Days.rtoSeconds];
  const passing = (of: 'central' | 'high') => passesAt(next, in90Days, of, targetSeconds);
  if (far.central > targetSeconds)
    return { certainty: 'likely', at: passing('central'), earliestAt: passing('high') };
  return far.central > close * targetSeconds && far.central > leastGrowth * soon.central
    ? { certainty: 'possible', at: in90Days.at, earliestAt: passing('high') }
    : null;
}

/** Between the two drills the forecast is taken for a straight line. */
function passesAt(next: FutureDrill, later: FutureDrill, of: 'central' | 'high', target: number): string {
  const [from, to] = [next.rtoSeconds[of], later.rtoSeconds[of]];
  if (from > target) return next.at;
  if (to <= target) return later.at;
  const [start, end] = [Date.parse(next.at), Date.parse(later.at)];
  return new Date(start + ((target - from) / (to - from)) * (end - start)).toISOString();
}

/** Whether people are to be told of it already. @param now ISO 8601 */
export const isWithinForecast = ({ at }: ObjectiveBreak, now: string): boolean =>
  secondsBetween(now, at) <= horizonDays * 86_400;
