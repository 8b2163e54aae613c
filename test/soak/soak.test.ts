import { expect, test } from 'vitest';
import { baseDamage } from '../../soak/base-damage.ts';
import { damage } from '../../soak/damage.ts';
import { drills } from '../../soak/drills.ts';
import { hostile } from '../../soak/hostile.ts';
import { kills } from '../../soak/kills.ts';
import { longLived } from '../../soak/long-lived.ts';
import { serverFaults } from '../../soak/server-faults.ts';
import { storage } from '../../soak/storage.ts';
import { Cases, type Trial } from '../../soak/trial.ts';
import { builtCommandLine } from '../e2e/support/command-line.ts';

/** A few cases of each trial of `npm run soak`; the seeds are such that each shows another thing. */
const shortForm: { trial: Trial; count: number; seed: number }[] = [
  { trial: drills, count: 2, seed: 1 },
  { trial: longLived, count: 2, seed: 1 },
  { trial: kills, count: 2, seed: 2 },
  { trial: damage, count: 6, seed: 1 },
  { trial: baseDamage, count: 1, seed: 1003 },
  { trial: storage, count: 2, seed: 5 },
  { trial: serverFaults, count: 4, seed: 17 },
  { trial: hostile, count: 4, seed: 4 },
];

test.each(shortForm)(
  '$trial.name: some cases of it hold',
  { timeout: 300_000 },
  async ({ trial, count, seed }) => {
    const { file: commandLine } = await builtCommandLine();
    const { failures, skipped } = await trial.run(new Cases(count, seed), { commandLine, say: () => {} });
    expect(failures).toEqual([]);
    expect(skipped).toBeUndefined();
  },
);
