import { cpus } from 'node:os';
import { type BacktestResult, backtest } from '../test/domain/forecast/support/backtest.ts';
import { scenarios } from '../test/domain/forecast/support/simulated-histories.ts';

// What the forecast is worth, on simulated histories: npm run bench:forecast. HISTORIES asks for another number of each,
// FIRST_SEED for others.

const histories = Number(process.env.HISTORIES ?? 40);
const firstSeed = Number(process.env.FIRST_SEED ?? 0);
const say = (line: string): boolean => process.stdout.write(`${line}\n`);
const percent = (value: number): string => (Number.isFinite(value) ? `${value.toFixed(1)} %` : '–');
const errors = ({ ours, lastValue, meanOfThree }: BacktestResult['next']): string =>
  `${percent(ours)} | ${percent(lastValue)} | ${percent(meanOfThree)}`;

function row({ scenario, everyDays, next, in90Days, within, quiet, broken }: BacktestResult): string {
  const cadence = everyDays === 7 ? 'weekly' : 'monthly';
  const falseAlarms = quiet.drills === 0 ? '–' : `${quiet.alarms} of ${quiet.drills}`;
  const missed = broken.objectives === 0 ? '–' : `${broken.missed} of ${broken.objectives}`;
  const warning = Number.isFinite(broken.daysOfWarning) ? `${Math.round(broken.daysOfWarning)} d` : '–';
  return `| ${scenario}, ${cadence} | ${errors(next)} | ${errors(in90Days)} | ${percent(within.next)} | ${percent(within.in90Days)} | ${falseAlarms} | ${missed} | ${warning} |`;
}

say(
  `${new Date().toISOString().slice(0, 10)}, Node.js ${process.versions.node}, ${cpus()[0]?.model ?? 'unknown'}; ${histories} histories of each kind\n`,
);
say(
  '| History | Next: error | last value | mean of 3 | 90 days: error | last value | mean of 3 | Within: next | 90 days | False alarms | Missed | Warning |',
);
say(`|---|${'--:|'.repeat(11)}`);
for (const everyDays of [7, 30])
  for (const scenario of scenarios) say(row(backtest(scenario, { everyDays, histories, firstSeed })));
