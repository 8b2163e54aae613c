import { DamagedBases } from './damaged-bases.ts';
import type { Seen, Trial } from './trial.ts';

/** What `damage` does to one in ten, and nothing else. */
export const baseDamage: Trial = {
  name: 'base-damage',
  what: 'base backups of every form and their WAL, one file cut short, with one bit turned or a block of zeros',
  fullCount: 400,
  async run(cases, { commandLine, say }) {
    const bases = await DamagedBases.open(commandLine);
    const failures: Seen['failures'] = [];
    try {
      for (const seed of cases.seeds()) await bases.drill(seed, failures, say);
    } finally {
      bases.close();
    }
    return { figures: bases.figures, failures };
  },
};
