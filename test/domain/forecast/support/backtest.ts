import { fewestDrills, forecastOf, horizonDays } from '../../../../lib/domain/forecast/forecast.ts';
import { objectiveBreak } from '../../../../lib/domain/forecast/objective-break.ts';
import { chance, type Scenario, type SimulatedDrill, simulatedHistory } from './simulated-histories.ts';

/** Drills after which a forecast is made; behind them lie two horizons more, to hold it against. */
const mostDrills = 24;

/** Mean error in percent, of drills without bad luck. */
interface Errors {
  ours: number;
  lastValue: number;
  meanOfThree: number;
}

export interface BacktestResult {
  scenario: string;
  everyDays: number;
  forecasts: number;
  /** Forecasts that were not made although there were four drills. */
  none: number;
  next: Errors;
  in90Days: Errors;
  /** Percent of the drills that came to lie within the interval of 80 %, bad luck included. */
  within: { next: number; in90Days: number };
  /** Drills more than two horizons before the objective breaks, or of a database that never breaks it, and alarms after them. */
  quiet: { drills: number; alarms: number };
  /** Objectives that broke, those without an alarm in the 90 days before, and the mean of the days of warning. */
  broken: { objectives: number; missed: number; daysOfWarning: number };
}

/** Forecasts after each drill of many histories of a scenario, against what came. Seeds are fixed. */
export function backtest(
  scenario: Scenario,
  options: { everyDays: number; histories: number; firstSeed?: number },
): BacktestResult {
  const { everyDays, histories, firstSeed = 0 } = options;
  const tally = new Tally();
  for (let place = 0; place < histories; place += 1)
    tryHistory(scenario, everyDays, firstSeed + place, tally);
  return { scenario: scenario.name, everyDays, ...tally.result() };
}

function tryHistory(scenario: Scenario, everyDays: number, seed: number, tally: Tally): void {
  const ahead = Math.round(horizonDays / everyDays);
  const drills = simulatedHistory(scenario, {
    seed: seed * 7919 + everyDays,
    drills: mostDrills + 2 * ahead,
    everyDays,
    middle: (mostDrills / 2) * everyDays,
  });
  const target = targetOf(drills, scenario, chance(seed + 991));
  const broken = drills.findIndex(({ trueSeconds }) => trueSeconds > target);
  const breaksOn = drills[broken]?.day ?? Number.POSITIVE_INFINITY;
  const warnings: number[] = [];
  let warnable = false;
  for (let count = fewestDrills; count <= mostDrills; count += 1) {
    const past = drills.slice(0, count);
    const [last, next, far] = [past.at(-1)!, drills[count]!, drills[count - 1 + ahead]!];
    const forecast = forecastOf(past, [], last.day);
    tally.forecast(past, { next, far }, forecast);
    const daysLeft = breaksOn - last.day;
    const alarm = objectiveBreak(forecast, target) !== null;
    if (daysLeft > 2 * horizonDays) tally.quiet(alarm);
    else if (daysLeft > 0 && daysLeft <= horizonDays) {
      warnable = true;
      if (alarm) warnings.push(daysLeft);
    }
  }
  if (warnable) tally.broken(warnings[0] ?? null);
}

/** Of what grows, one that breaks after some drill; of the rest, 15 % to twice above all that comes. */
function targetOf(drills: SimulatedDrill[], { foreseeable }: Scenario, random: () => number): number {
  const breaking = drills[6 + Math.floor(18 * random())]!.trueSeconds;
  return foreseeable
    ? breaking
    : Math.max(...drills.map(({ trueSeconds }) => trueSeconds)) * (1.15 + random());
}

class Tally {
  #forecasts = 0;
  #none = 0;
  #errors: { next: Errors[]; far: Errors[] } = { next: [], far: [] };
  #within = { next: 0, far: 0, farForecasts: 0 };
  #quiet = { drills: 0, alarms: 0 };
  #warnings: (number | null)[] = [];

  forecast(
    past: SimulatedDrill[],
    came: { next: SimulatedDrill; far: SimulatedDrill },
    { next, in90Days }: ReturnType<typeof forecastOf>,
  ): void {
    if (next === null) {
      this.#none += 1;
      return;
    }
    this.#forecasts += 1;
    const peers = [past.at(-1)!, ...past.slice(-3)].map(({ rtoSeconds }) => rtoSeconds);
    const [lastValue, ...three] = peers as [number, ...number[]];
    const meanOfThree = three.reduce((sum, value) => sum + value, 0) / three.length;
    const hold = (range: typeof next.rtoSeconds, { rtoSeconds, outlier }: SimulatedDrill, into: Errors[]) => {
      const off = (guess: number) => 100 * Math.abs(guess / rtoSeconds - 1);
      if (!outlier)
        into.push({ ours: off(range.central), lastValue: off(lastValue), meanOfThree: off(meanOfThree) });
      return rtoSeconds >= range.low && rtoSeconds <= range.high ? 1 : 0;
    };
    this.#within.next += hold(next.rtoSeconds, came.next, this.#errors.next);
    if (in90Days === null) return;
    this.#within.farForecasts += 1;
    this.#within.far += hold(in90Days.rtoSeconds, came.far, this.#errors.far);
  }

  quiet(alarm: boolean): void {
    this.#quiet.drills += 1;
    if (alarm) this.#quiet.alarms += 1;
  }

  /** @param daysOfWarning null: there was none */
  broken(daysOfWarning: number | null): void {
    this.#warnings.push(daysOfWarning);
  }

  result(): Omit<BacktestResult, 'scenario' | 'everyDays'> {
    const warned = this.#warnings.filter((days) => days !== null);
    return {
      forecasts: this.#forecasts,
      none: this.#none,
      next: meanOf(this.#errors.next),
      in90Days: meanOf(this.#errors.far),
      within: {
        next: (100 * this.#within.next) / this.#forecasts,
        in90Days: (100 * this.#within.far) / this.#within.farForecasts,
      },
      quiet: this.#quiet,
      broken: {
        objectives: this.#warnings.length,
        missed: this.#warnings.length - warned.length,
        daysOfWarning: mean(warned),
      },
    };
  }
}

const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

const meanOf = (errors: Errors[]): Errors => ({
  ours: mean(errors.map(({ ours }) => ours)),
  lastValue: mean(errors.map(({ lastValue }) => lastValue)),
  meanOfThree: mean(errors.map(({ meanOfThree }) => meanOfThree)),
});
