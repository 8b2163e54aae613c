import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Verdict } from '../lib/domain/findings/verdict.ts';
import type { DrillRecord } from '../lib/domain/record/drill-record.ts';
import { randomOf } from '../test/corpus/mutants/random.ts';
import { cutAfter, without } from '../test/corpus/support/damage.ts';
import { shopFile } from '../test/e2e/support/fixtures.ts';
import { World } from '../test/e2e/support/world.ts';
import { leftIn, unfinishedIn } from './leftovers.ts';
import { type Seen, type Trial, tally } from './trial.ts';

/** Each drills databases of its own name: two drills of one never run at once. */
const lanes = ['left', 'right'];

interface Sample {
  name: string;
  content: Buffer | string;
  expected: Verdict;
}

function samples(): Sample[] {
  const gzip = readFileSync(shopFile);
  const text = gunzipSync(gzip).toString();
  return [
    { name: 'good.sql.gz', content: gzip, expected: 'PROVEN' },
    { name: 'good.sql', content: text, expected: 'PROVEN' },
    { name: 'cut.sql.gz', content: gzip.subarray(0, 20_000), expected: 'NOT_PROVEN' },
    {
      name: 'endless.sql',
      content: without(text, /--\n-- PostgreSQL database dump complete\n--\n/),
      expected: 'NOT_PROVEN',
    },
    {
      name: 'half.sql.gz',
      content: gzipSync(cutAfter(text, /ADD CONSTRAINT orders_pkey[^;]*;\n/)),
      expected: 'NOT_PROVEN',
    },
    { name: 'empty.sql', content: '', expected: 'NOT_PROVEN' },
  ];
}

/** Drills as cron starts them, for a year: good and bad dumps, two at a time, in one state directory. */
export const drills: Trial = {
  name: 'drills',
  what: 'drills of good and bad dumps in a row, two at a time, each a process of its own with one state directory',
  fullCount: 200,
  async run(cases, { commandLine, say }) {
    const world = await World.open({ commandLine: { file: commandLine } });
    const seen: Seen = { figures: [], failures: [] };
    const records: DrillRecord[] = [];
    const wrong = (seed: number, what: string): void => {
      seen.failures.push({ seed, what });
      say(`  seed ${seed}: ${what}`);
    };
    try {
      await world.run(['keys', 'init']);
      const some = samples();
      const lane = async (side: string): Promise<void> => {
        const folder = world.path(side);
        mkdirSync(folder);
        for (let seed = cases.next(); seed !== null; seed = cases.next()) {
          const { name, content, expected } = randomOf(seed).pick(some);
          const dump = `${folder}/${side}-${name}`;
          writeFileSync(dump, content);
          const { record } = await world.drill(['--dump', dump]);
          records.push(record);
          if (record.verdict !== expected) {
            const codes = record.findings.map(({ code }) => code).join(', ');
            wrong(seed, `${name} is ${record.verdict} (${codes}) and not ${expected}`);
          }
          if (!record.teardown.confirmed) wrong(seed, `${name}: its sandbox is not known to be gone`);
          if (records.length % 20 === 0) say(`  ${records.length} done`);
        }
      };
      await Promise.all(lanes.map(lane));
      const { left } = await leftIn(world);
      for (const each of [...left, ...unfinishedIn(world)]) wrong(cases.seed, `left: ${each}`);
      const inLedger = await world.history();
      const lost = records.filter((record) => !inLedger.some(({ drillId }) => drillId === record.drillId));
      if (lost.length > 0 || inLedger.length !== records.length)
        wrong(cases.seed, `${records.length} drills, ${inLedger.length} records, ${lost.length} lost`);
      const { code, stdout } = await world.run(['verify']);
      if (code !== 0) wrong(cases.seed, `verify ended with ${code}: ${stdout}`);
    } finally {
      world.remove();
    }
    const seconds = records.map(
      ({ startedAt, endedAt }) => (Date.parse(endedAt) - Date.parse(startedAt)) / 1000,
    );
    seen.figures = [
      ['verdicts', tally(records.map(({ verdict }) => verdict))],
      ['records in the ledger, chain verified', String(records.length)],
      [
        'processes, directories, sockets, temporary files left',
        seen.failures.length === 0 ? 'none' : 'see what was wrong',
      ],
      ['longest drill', `${Math.max(0, ...seconds).toFixed(1)} s`],
    ];
    return seen;
  },
};
