import { watchMetrics } from '../../contract/metric-names.ts';
import { isWithinForecast } from '../../domain/forecast/objective-break.ts';
import { secondsBetween } from '../../domain/time/spans.ts';
import type { DatabaseFacts } from '../../domain/watch/facts.ts';

/** Stands for "never", in hours: more than a century, above anything that a graph compares it with. */
export const neverHours = 1_000_000;

/** Hourly gauges of one database, for those who pay for them. What could not be read is the worst there is. */
export function gaugesOf(
  { drills, newestDump }: DatabaseFacts,
  now: string,
): { metric: string; value: number }[] {
  const hoursSince = (moment: string) => Math.max(0, secondsBetween(moment, now) / 3600);
  const known = drills.outcome === 'read' ? drills.value : null;
  const dump = newestDump?.outcome === 'read' ? newestDump.value : null;
  const broken = known?.rtoBreak ?? null;
  return [
    {
      metric: watchMetrics.hoursSinceProven,
      value: known === null ? neverHours : hoursSince(known.provenAt ?? known.firstWatchedAt),
    },
    { metric: watchMetrics.newestDumpAgeHours, value: dump === null ? neverHours : hoursSince(dump.moment) },
    {
      metric: watchMetrics.rtoForecastMissed,
      value: known === null || (broken !== null && isWithinForecast(broken, now)) ? 1 : 0,
    },
  ];
}
