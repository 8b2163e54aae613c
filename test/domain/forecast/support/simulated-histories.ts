import type { DrillMeasurement, MeasuredPart } from '../../../../lib/domain/forecast/measurement.ts';

/** A drill of a simulated database, with what nobody knows of a real one. */
export interface SimulatedDrill extends DrillMeasurement {
  /** How long it would take without chance: what an objective is compared with. */
  trueSeconds: number;
  /** A stroke of bad luck, of which no forecast can know. */
  outlier: boolean;
}

export interface Scenario {
  name: string;
  /** Factor of the size after so many days; `middle`: the day in the middle of the history. */
  size(days: number, middle: number): number;
  /** Factor of the time per byte after so many days. */
  rate?(days: number, middle: number): number;
  /** Spread of the time of each phase (standard deviation of its logarithm). */
  noise?: number;
  /** Share of the drills that are 1.5 to 3 times as slow. */
  outliers?: number;
  /** It grows, so that an objective breaks which a forecast can foresee. */
  foreseeable?: true;
}

const month = 30;

/** Names are what the table of the backtest prints. */
export const scenarios: Scenario[] = [
  { name: 'constant', size: () => 1 },
  { name: 'constant, noisy', size: () => 1, noise: 0.2 },
  { name: 'constant, outliers', size: () => 1, outliers: 0.1 },
  { name: 'linear', foreseeable: true, size: (days) => 1 + 0.05 * (days / month) },
  { name: 'linear, noisy', foreseeable: true, size: (days) => 1 + 0.05 * (days / month), noise: 0.2 },
  { name: 'linear, outliers', foreseeable: true, size: (days) => 1 + 0.05 * (days / month), outliers: 0.1 },
  { name: 'exponential', foreseeable: true, size: (days) => 1.05 ** (days / month) },
  { name: 'shrinking', size: (days) => Math.max(0.2, 1 - 0.02 * (days / month)) },
  { name: 'step in size', size: (days, middle) => (days < middle ? 1 : 1.6) },
  {
    name: 'index added',
    size: (days) => 1 + 0.03 * (days / month),
    rate: (days, middle) => (days < middle ? 1 : 1.4),
  },
  {
    name: 'growing, seasonal',
    foreseeable: true,
    size: (days) => (1 + 0.03 * (days / month)) * (1 + 0.1 * Math.sin((2 * Math.PI * days) / 365)),
  },
];

/** Chance with a seed: mulberry32 (public domain, Tommy Ettinger). From 0 to 1. */
export function chance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Of Box and Muller: middle 0, standard deviation 1. */
const normal = (random: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

/** So many drills of a scenario, `everyDays` apart, give or take. */
export function simulatedHistory(
  scenario: Scenario,
  { seed, drills, everyDays, middle }: { seed: number; drills: number; everyDays: number; middle: number },
): SimulatedDrill[] {
  const random = chance(seed);
  const { noise = 0.07, outliers = 0 } = scenario;
  const about = (value: number, spread: number) => value * Math.exp(spread * normal(random));
  const bytes = 10 ** (9 + 2 * random());
  const bytesPerSecond = 10 ** (7.3 + 0.4 * random());
  const provision = 120 + 300 * random();
  return Array.from({ length: drills }, (_unused, place) => {
    const days = place * everyDays * (1 + 0.02 * (random() - 0.5)) + 0.3 * random();
    const rate = scenario.rate?.(days, middle) ?? 1;
    const trueSize = bytes * scenario.size(days, middle);
    const size = Math.round(about(trueSize, 0.01));
    const outlier = random() < outliers;
    const luck = outlier ? 1.5 + 1.5 * random() : 1;
    const load = (of: number) => (of / bytesPerSecond) * 0.6;
    const index = (of: number) => (of / bytesPerSecond) * 0.4 * rate;
    const checks = (of: number) => 20 + (of / bytesPerSecond) * 0.05;
    const parts: MeasuredPart[] = [
      { name: 'Provision sandbox', seconds: about(provision, 0.1), amount: null },
      { name: 'Restore dump into sandbox', seconds: about(load(size), noise) * luck, amount: size },
      { name: 'indexes', seconds: about(index(size), noise) * luck, amount: size },
      { name: 'Run checks', seconds: about(checks(size), noise), amount: size },
      { name: 'between', seconds: about(8, 0.3), amount: null },
    ];
    const rtoSeconds = parts.reduce((sum, { seconds }) => sum + seconds, 0);
    return {
      drillId: `drill-${place}`,
      day: 20_000 + days,
      rtoSeconds,
      parts,
      size,
      costUsd: 0.03 + (rtoSeconds / 3600) * 0.4,
      trueSeconds: provision + load(trueSize) + index(trueSize) + checks(trueSize) + 8,
      outlier,
    };
  });
}
