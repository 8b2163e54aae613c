import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { randomOf } from '../test/corpus/mutants/random.ts';
import { Corpus } from '../test/corpus/support/corpus.ts';
import { shopFile } from '../test/e2e/support/fixtures.ts';
import { type Seen, type Trial, tally } from './trial.ts';

/** Heap that a drill may leave in use, after a collection: a thousand drills are then 2 MB. */
const mostKilobytesPerDrill = 2;
/** Drills until everything is loaded and run once, as a share of all. */
const warmUp = 0.5;
/** Fewer drills after it tell nothing of growth. */
const fewestJudged = 10;
/**
 * What V8 compiles while it runs lies in the heap as well, and grew by 48 kB a drill over 60 drills in which no object of ours was kept
 * (heap snapshots). Without compilers and their notes of types what is left is data, and slower.
 */
const dataOnly = ['--no-opt', '--no-maglev', '--no-sparkplug', '--no-lazy-feedback-allocation'];

interface Measured {
  heapBytes: number;
  residentBytes: number;
  files: number;
  /** Timers, sockets, processes that keep the event loop. */
  resources: string[];
}

/** Drills in one process, as a service would that embeds the runtime: is what it holds flat? */
export const longLived: Trial = {
  name: 'long-lived',
  what: 'drills in a row inside one process, through the runtime of this machine, each with a server of its own',
  fullCount: 60,
  async run(cases, { say }) {
    const enough = (drills: number): boolean => drills >= fewestJudged;
    if (enough(Math.ceil(cases.count * (1 - warmUp)))) for (const flag of dataOnly) setFlagsFromString(flag);
    // Removed with its drill, as without a pool.
    const corpus = new Corpus((host) => ({ ...host, close: async () => {} }));
    const seen: Seen = { figures: [], failures: [] };
    const verdicts: string[] = [];
    const measured: Measured[] = [];
    try {
      const gzip = readFileSync(shopFile);
      for (const seed of cases.seeds()) {
        const isGood = randomOf(seed).below(3) > 0;
        const record = await corpus.drill('shop.sql.gz', isGood ? gzip : gzip.subarray(0, 20_000));
        verdicts.push(record.verdict);
        if (record.verdict !== (isGood ? 'PROVEN' : 'NOT_PROVEN'))
          seen.failures.push({ seed, what: `a ${isGood ? 'good' : 'cut'} dump is ${record.verdict}` });
        measured.push(await measure());
        if (measured.length % 10 === 0) say(`  ${measured.length} done`);
      }
    } finally {
      await corpus.close();
    }
    const settled = measured.slice(Math.floor(measured.length * warmUp));
    const heap = growthPerDrill(settled.map(({ heapBytes }) => heapBytes)) / 1000;
    const resident = growthPerDrill(settled.map(({ residentBytes }) => residentBytes)) / 1000;
    const [first, last] = [settled[0], settled.at(-1)];
    const wrong = (what: string): void => void seen.failures.push({ seed: cases.seed, what });
    if (enough(settled.length) && heap > mostKilobytesPerDrill)
      wrong(`the heap grows by ${heap.toFixed(0)} kB a drill`);
    if (first !== undefined && last !== undefined) {
      if (last.files > first.files) wrong(`${last.files - first.files} more open files`);
      if (last.resources.length > first.resources.length)
        wrong(`more that keeps the event loop: ${tally(first.resources)}, then ${tally(last.resources)}`);
    }
    seen.figures = [
      ['verdicts', tally(verdicts)],
      [
        'heap in use, growth per drill after warm-up',
        `${heap.toFixed(1)} kB (limit ${mostKilobytesPerDrill} kB)`,
      ],
      ['resident memory, growth per drill after warm-up', `${resident.toFixed(0)} kB`],
      ['resident memory at the end', `${((last?.residentBytes ?? 0) / 1e6).toFixed(0)} MB`],
      ['open files after warm-up, at the end', `${first?.files}, ${last?.files}`],
      [
        'what keeps the event loop after warm-up, at the end',
        `${first?.resources.length}, ${last?.resources.length}`,
      ],
    ];
    return seen;
  },
};

async function measure(): Promise<Measured> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  // What ended a moment ago is told in the next turns of the event loop.
  await sleep(100);
  collect();
  await sleep(10);
  collect();
  const { heapUsed, rss } = process.memoryUsage();
  return {
    ...{ heapBytes: heapUsed, residentBytes: rss },
    files: readdirSync('/proc/self/fd').length,
    resources: process.getActiveResourcesInfo(),
  };
}

/** From the median of the first half to that of the second: one odd figure does not tilt it. */
function growthPerDrill(values: number[]): number {
  const half = Math.floor(values.length / 2);
  const middleOf = (some: number[]): number =>
    [...some].sort((a, b) => a - b)[Math.floor(some.length / 2)] ?? 0;
  return half === 0 ? 0 : (middleOf(values.slice(half)) - middleOf(values.slice(0, half))) / half;
}
