/**
 * npm run bench [-- --dump FILE] [--runs N]
 *
 * Whole drills as a user starts them – cold process, servers already fetched – against the same recovery by hand with
 * PostgreSQL's own tools (initdb, start, pg_restore or psql, count every table, stop), in alternating pairs. Prints each phase, our own
 * processor time and peak memory, and the ratio. Default dump: Pagila, where ../shared/dumps is present, else the example.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { DrillRecord } from '../lib/domain/record/drill-record.ts';
import { formatBytes } from '../lib/domain/text/quantities.ts';
import { recoverByHand } from './by-hand.ts';
import { median } from './median.ts';

const pagila = '../shared/dumps/public/pagila/pagila_20261118T020000Z.dump';
const { values } = parseArgs({
  options: { dump: { type: 'string' }, runs: { type: 'string', default: '5' } },
});
const dump = values.dump ?? (existsSync(pagila) ? pagila : 'examples/shop_20261120T020000Z.sql.gz');
const runs = Number(values.runs);
const work = mkdtempSync(join(tmpdir(), 'drill-bench-'));

interface Measured {
  record: DrillRecord;
  wallSeconds: number;
  cpuSeconds: number;
  peakBytes: number;
}

function drillOnce(): Measured {
  const usageFile = join(work, 'usage.json');
  const started = performance.now();
  const result = spawnSync(
    process.execPath,
    [
      '--import',
      resolve('bench/usage-on-exit.mjs'),
      'dist/restore-drill.js',
      'run',
      '--dump',
      dump,
      '--json',
      '--state-dir',
      join(work, 'state'),
    ],
    { encoding: 'utf8', env: { ...process.env, USAGE_FILE: usageFile }, maxBuffer: 1 << 28 },
  );
  const wallSeconds = (performance.now() - started) / 1000;
  if (result.status === null || result.stdout === '')
    throw new Error(`the drill gave no record:\n${result.stderr}`);
  const record = JSON.parse(result.stdout) as DrillRecord;
  return {
    record,
    wallSeconds,
    ...(JSON.parse(readFileSync(usageFile, 'utf8')) as { cpuSeconds: number; peakBytes: number }),
  };
}

/** Processor time of a command that does nothing else than begin. */
function cpuSecondsOf(...words: string[]): number {
  const usageFile = join(work, 'usage.json');
  spawnSync(process.execPath, ['--import', resolve('bench/usage-on-exit.mjs'), ...words], {
    stdio: 'ignore',
    env: { ...process.env, USAGE_FILE: usageFile },
  });
  return (JSON.parse(readFileSync(usageFile, 'utf8')) as { cpuSeconds: number }).cpuSeconds;
}

const print = (text: string): void => void process.stdout.write(`${text}\n`);
const seconds = (value: number): string => `${value.toFixed(2)} s`;

try {
  drillOnce(); // fetches the server and fills the file cache; not counted
  const ours: Measured[] = [];
  const byHand: number[] = [];
  const bare: number[] = [];
  const begun: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    ours.push(drillOnce());
    byHand.push(await recoverByHand(dump, join(work, `by-hand-${run}`)));
    bare.push(cpuSecondsOf('-e', '0'));
    begun.push(cpuSecondsOf('dist/restore-drill.js', 'list', '--dump', dump));
  }
  const [first] = ours;
  if (first === undefined) throw new Error('--runs must be at least 1');
  const { record } = first;
  print(
    `${dump}: ${record.verdict}, ${record.tables.length} tables, ${record.restore?.rowsLoaded ?? 0} rows; ${runs} pairs, medians, Node.js ${process.versions.node}`,
  );
  print('');
  for (const { name } of record.phases) {
    const times = ours.map((one) => one.record.phases.find((phase) => phase.name === name)?.seconds ?? 0);
    print(`  ${name.padEnd(28)} ${seconds(median(times))}`);
  }
  const wall = median(ours.map((one) => one.wallSeconds));
  const inPhases = median(
    ours.map((one) => one.record.phases.reduce((sum, phase) => sum + phase.seconds, 0)),
  );
  print(`  ${'start, judging, record'.padEnd(28)} ${seconds(wall - inPhases)}`);
  print('');
  print(`  whole run                    ${seconds(wall)}   (aim: ≤ 2 s on Pagila)`);
  print(
    `  our own processor time       ${seconds(median(ours.map((one) => one.cpuSeconds)))}   (aim: ≤ 1 s)`,
  );
  print(`    of it Node.js alone        ${seconds(median(bare))}   (node -e 0)`);
  print(
    `    of it beginning            ${seconds(median(begun))}   (list: the program is loaded and the dump looked at)`,
  );
  print(
    `  our peak memory              ${formatBytes(Math.max(...ours.map((one) => one.peakBytes)))}   (aim: ≤ 200 MB)`,
  );
  print(
    `  the same by hand             ${seconds(median(byHand))}   (initdb, start, restore on one connection, count, stop)`,
  );
  print(
    `  ratio whole run / by hand    ${median(ours.map((one, index) => one.wallSeconds / (byHand[index] ?? Number.NaN))).toFixed(2)}`,
  );
} finally {
  rmSync(work, { recursive: true, force: true });
}
