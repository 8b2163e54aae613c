/**
 * npm run soak [-- --only NAME,NAME] [--count N] [--seed N] [--minutes N]
 *
 * Puts the product through what a year of bad luck may bring, and prints what came of it as the tables of docs/reliability.md.
 * --minutes bounds each trial. Every case has a seed; a failure names its own, by which it is repeated. Ends with 1 when anything was wrong.
 */

import { rmSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildCommandLine } from '../test/support/built-command-line.ts';
import { baseDamage } from './base-damage.ts';
import { damage } from './damage.ts';
import { drills } from './drills.ts';
import { hostile } from './hostile.ts';
import { kills } from './kills.ts';
import { longLived } from './long-lived.ts';
import { oneMoment } from './one-moment.ts';
import { paper } from './paper.ts';
import { serverFaults } from './server-faults.ts';
import { storage } from './storage.ts';
import { Cases, type Seen, type Trial } from './trial.ts';

const local: readonly Trial[] = [
  drills,
  longLived,
  kills,
  damage,
  baseDamage,
  storage,
  serverFaults,
  hostile,
];
const trials: readonly Trial[] = [...local, oneMoment, paper];

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    count: { type: 'string' },
    seed: { type: 'string', default: '1' },
    minutes: { type: 'string' },
  },
});
const named = values.only?.split(',');
const unknown = named?.filter((name) => trials.every((trial) => trial.name !== name)) ?? [];
const seed = Number(values.seed);
const count = values.count === undefined ? null : Number(values.count);
const minutes = values.minutes === undefined ? undefined : Number(values.minutes);
if (
  unknown.length > 0 ||
  !Number.isSafeInteger(seed) ||
  (count !== null && !(count >= 1)) ||
  Number.isNaN(minutes)
) {
  const names = trials.map(({ name }) => name).join(', ');
  process.stderr.write(`usage: npm run soak -- [--only ${names}] [--count N] [--seed N] [--minutes N]\n`);
  process.exit(64);
}

const print = (text: string): void => void process.stdout.write(`${text}\n`);
const say = (text: string): void => void process.stderr.write(`${text}\n`);

function printSeen(trial: Trial, cases: number, seconds: number, { figures, failures, skipped }: Seen): void {
  print(`\n### ${trial.name}: ${trial.what}\n`);
  if (skipped !== undefined) {
    print(`NOT run: ${skipped}`);
    return;
  }
  print('| figure | value |\n| --- | --- |');
  const frame: [string, string][] = [
    ['cases, first seed', `${cases}, ${seed}`],
    ['time', `${Math.round(seconds)} s, load ${loadavg()[0]?.toFixed(1)} at the end`],
  ];
  for (const [name, value] of [...frame, ...figures, ['wrong', String(failures.length)]])
    print(`| ${name} | ${value} |`);
  for (const failure of failures) {
    say(`WRONG (${trial.name}, seed ${failure.seed}): ${failure.what}`);
    say(`  again: npm run soak -- --only ${trial.name} --seed ${failure.seed} --count 1`);
  }
}

/** A trial that could not go on has failed: the case that it was at says where. */
const endedBy = (error: unknown, { seed: first, tried }: Cases): Seen => ({
  figures: [],
  failures: [
    {
      seed: first + Math.max(0, tried - 1),
      what: error instanceof Error ? (error.stack ?? error.message) : String(error),
    },
  ],
});

const chosen = trials.filter(({ name, optIn }) => named?.includes(name) ?? optIn !== true);
const gibibytes = (totalmem() / 1024 ** 3).toFixed(0);
print(
  `${new Date().toISOString().slice(0, 10)}, Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, ${gibibytes} GiB`,
);
// A copy of its own: whoever builds beside a run of hours cannot pull it away.
const built = buildCommandLine();
process.once('exit', () => rmSync(built, { recursive: true, force: true }));
let wrong = 0;
for (const trial of chosen) {
  const cases = new Cases(count ?? trial.fullCount, seed, minutes);
  const startedAt = performance.now();
  say(`${trial.name}: ${cases.count} cases from seed ${seed}`);
  const seen = await trial
    .run(cases, { commandLine: join(built, 'restore-drill.js'), say })
    .catch((error: unknown): Seen => endedBy(error, cases));
  wrong += seen.failures.length;
  printSeen(trial, cases.tried, (performance.now() - startedAt) / 1000, seen);
}
print(wrong === 0 ? '\nNothing was wrong.' : `\nWrong: ${wrong}.`);
process.exitCode = wrong === 0 ? 0 : 1;
