import { installedEmulator } from '../scripts/emulator-installation.mjs';
import { oneMomentYaml } from '../test/emulator/one-moment/databases.ts';
import { oneMoment as momentOf } from '../test/emulator/one-moment/one-moment.ts';
import { stackName, World } from '../test/emulator/support/world.ts';
import type { Seen, Trial } from './trial.ts';

/** Thirty databases that are scheduled at one moment, in the emulated account of `npm run test:emulator`. */
export const oneMoment: Trial = {
  name: 'one-moment',
  what: '30 databases of one schedule, started at once; some twice; one stopped; sweeper and watch run all the while',
  fullCount: 1,
  optIn: true,
  async run(cases, { say }) {
    const seen: Seen = { figures: [], failures: [] };
    try {
      Object.assign(process.env, installedEmulator());
    } catch (error) {
      return { ...seen, skipped: error instanceof Error ? error.message : String(error) };
    }
    const world = await World.start(oneMomentYaml(stackName));
    const values = new Map<string, string[]>();
    try {
      for (const seed of cases.seeds()) {
        const { figures, wrong } = await momentOf(world, seed);
        for (const [name, value] of figures) values.set(name, [...(values.get(name) ?? []), value]);
        seen.failures.push(...wrong.map((what) => ({ seed, what })));
        say(`  seed ${seed}: ${wrong.length === 0 ? 'nothing wrong' : wrong.join('; ')}`);
      }
    } finally {
      await world.stop();
    }
    seen.figures = [...values].map(([name, each]) => [name, [...new Set(each)].join('; ')]);
    return seen;
  },
};
