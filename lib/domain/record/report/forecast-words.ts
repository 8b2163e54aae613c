import type { Forecast, ForecastRange, FutureDrill } from '../../forecast/forecast.ts';
import { formatCountOf, formatSeconds } from '../../text/quantities.ts';

/** `next 3 min (2 min 50 s to 3 min 12 s), in 90 days 4 min (…)`, or why there is none; for behind "Forecast". */
export function forecastSentence({ next, in90Days, not }: Forecast): string {
  if (next === null) return `none yet: ${not ?? ''}`;
  const soon = `next drill ${secondsRange(next.rtoSeconds)}`;
  return in90Days === null
    ? `${soon}; ${not ?? ''}`
    : `${soon}, in 90 days ${secondsRange(in90Days.rtoSeconds)}`;
}

/** What the figures are, in sentences: how sure, from what, and what was left out. */
export function forecastBasis({ drills, leftOut, next, not }: Forecast): string[] {
  const out = leftOut.map(({ drills, reason }) => `${formatCountOf(drills, 'drill')} left out: ${reason}.`);
  if (next === null) return [`Nothing is forecast: ${not ?? ''}.`, ...out];
  return [
    `From ${formatCountOf(drills, 'drill')}; four of five drills are expected between the two ends.`,
    ...(not === null ? [] : [`Nothing is forecast for 90 days ahead: ${not}.`]),
    ...out,
  ];
}

/** Rows of a table: which drill, its recovery time, and its cost where drills cost something. */
export function forecastRows({ next, in90Days }: Forecast): string[][] {
  const row = (name: string, drill: FutureDrill | null) =>
    drill === null
      ? []
      : [
          [
            `${name}, about ${drill.at.slice(0, 10)}`,
            secondsRange(drill.rtoSeconds),
            ...(drill.costUsd === null ? [] : [costRange(drill.costUsd)]),
          ],
        ];
  return [...row('Next drill', next), ...row('At the size in 90 days', in90Days)];
}

/** Titles above these rows. */
export const forecastTitles = ({ next }: Forecast): string[] => [
  'Forecast',
  'Recovery time (RTO)',
  ...(next?.costUsd == null ? [] : ['Cost']),
];

const secondsRange = ({ central, low, high }: ForecastRange): string =>
  `${formatSeconds(central)} (${formatSeconds(low)} to ${formatSeconds(high)})`;

const costRange = ({ central, low, high }: ForecastRange): string =>
  `${central.toFixed(2)} USD (${low.toFixed(2)} to ${high.toFixed(2)})`;
