import { describe, expect, test } from 'vitest';
import { type BacktestResult, backtest } from './support/backtest.ts';
import { scenarios } from './support/simulated-histories.ts';

// The short form of `npm run bench:forecast`, whose table stands in docs/performance.md.
const results = new Map<string, BacktestResult>();
function monthly(name: string): BacktestResult {
  const known = results.get(name);
  if (known !== undefined) return known;
  const scenario = scenarios.find((one) => one.name === name);
  if (scenario === undefined) throw new Error(`no scenario is called ${name}`);
  const result = backtest(scenario, { everyDays: 30, histories: 5 });
  results.set(name, result);
  return result;
}

describe('on simulated histories the forecast', () => {
  test.each(['linear', 'exponential', 'shrinking', 'linear, outliers'])(
    'is nearer to what came than the last value and the mean of three: %s',
    (name) => {
      const { next, in90Days } = monthly(name);
      expect(next.ours).toBeLessThan(Math.min(next.lastValue, next.meanOfThree));
      expect(in90Days.ours).toBeLessThan(Math.min(in90Days.lastValue, in90Days.meanOfThree));
    },
  );

  test.each(['constant', 'constant, noisy', 'linear', 'linear, outliers', 'exponential'])(
    'holds four of five drills within its interval, give or take 12 in 100: %s',
    (name) => {
      const { within, forecasts } = monthly(name);
      expect(forecasts).toBeGreaterThan(100);
      for (const share of [within.next, within.in90Days]) {
        expect(share).toBeGreaterThan(72);
        expect(share).toBeLessThan(96);
      }
    },
  );

  test.each([
    'constant',
    'constant, noisy',
    'constant, outliers',
    'shrinking',
    'step in size',
    'index added',
  ])('rings for nothing in fewer than 5 of 100 drills where nothing breaks: %s', (name) => {
    const { quiet } = monthly(name);
    expect(quiet.drills).toBeGreaterThan(100);
    expect(quiet.alarms / quiet.drills).toBeLessThan(0.05);
  });

  test.each(['linear', 'exponential'])('warns weeks before growth breaks the objective: %s', (name) => {
    const { broken } = monthly(name);
    expect(broken.objectives).toBeGreaterThan(3);
    expect(broken.missed).toBeLessThanOrEqual(1);
    expect(broken.daysOfWarning).toBeGreaterThan(45);
  });
});
