/**
 * npm run bench:aws
 *
 * What the deployed system costs and how light it is, without AWS: idle cost per month from the synthesized template,
 * transitions and history events from the definition itself, bundle sizes and import times, synth time, and the
 * estimated cost of a drill. Ends with exit code 1 when a promise of the README is broken.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { priceBasis } from '../lib/domain/sandbox/rds/cost.ts';
import { drillCost } from './aws-drill-cost.ts';
import { idleCost, priceDate, total } from './aws-idle-cost.ts';
import { walkDrill } from './aws-walk.ts';

const work = mkdtempSync(join(tmpdir(), 'restore-drill-bench-aws-'));
const broken: string[] = [];

function promise(what: string, value: number, most: number, unit: string): string {
  if (value > most) broken.push(`${what}: ${value.toFixed(2)} ${unit}, promised at most ${most}`);
  const figure = value.toFixed(unit === 'USD' || unit === 's' ? 2 : 0);
  return `${[figure, unit].join(' ').trimEnd()} (at most ${most})`;
}

/** drills.yaml of so many databases, as somebody would deploy them. */
const drillsYaml = (databases: number): string =>
  `databases:\n${Array.from({ length: databases }, (_, index) => `  db${index}:\n    source: { bucket: acme-backups, prefix: db${index}/, maxAge: 26h }\n    objectives: { rto: 4h, rpo: 24h }\n    schedule: { cron: "0 3 1 * ? *" }\n`).join('')}`;

interface Synthesized {
  wallSeconds: number;
  cpuSeconds: number;
  templateBytes: number;
  resources: { Type: string; Properties?: Record<string, unknown> }[];
}

/** What a change of the code makes anew is kept here (lib/infra/app/built-once.ts). */
const keptBundles = join('node_modules', '.cache', 'restore-drill', 'bundles');

function synthesize(databases: number): Synthesized {
  const config = join(work, `drills-${databases}.yaml`);
  const out = join(work, `out-${databases}`);
  writeFileSync(config, drillsYaml(databases));
  const from = performance.now();
  const cdk = `node node_modules/aws-cdk/bin/cdk synth --quiet -c config=${config} -o ${out}`;
  // The shell counts the processors of the command line, the app and the bundler together.
  const { status, stderr } = spawnSync('bash', ['-c', `TIMEFORMAT='cpu %U %S'; time ${cdk}`], {
    encoding: 'utf8',
    // Else the bundler is no child that anybody waits for, and its time is counted nowhere.
    env: { ...process.env, ESBUILD_WORKER_THREADS: '0' },
  });
  if (status !== 0) throw new Error(`synth failed: ${stderr}`);
  const wallSeconds = (performance.now() - from) / 1000;
  const [, user = '0', system = '0'] = /cpu ([\d.]+) ([\d.]+)/.exec(stderr) ?? [];
  const text = readFileSync(join(out, 'restore-drill.template.json'), 'utf8');
  const template = JSON.parse(text) as { Resources: Record<string, Synthesized['resources'][number]> };
  return {
    wallSeconds,
    cpuSeconds: Number(user) + Number(system),
    templateBytes: Buffer.byteLength(text),
    resources: Object.values(template.Resources),
  };
}

/** What drills.yaml may ask for beside: [without, with] the allowances, in USD a month. */
const optional: [string, (databases: number) => [number, number]][] = [
  ['aws.databaseMetrics', (count) => [(1 + 3 * count) * 0.3, Math.max(0, 2 + 3 * count - 10) * 0.3]],
  // Some 20 metrics a database: beyond two of them a dashboard is no longer one of the three free ones.
  ['aws.dashboard (free up to 50 metrics)', (count) => [3, count <= 2 ? 0 : 3]],
  ['aws.customerKey', () => [1, 1]],
];

function drillCosts(): string[] {
  return [1, 50, 500].map((gigabytes) => {
    const { usd, sized, task } = drillCost(gigabytes);
    const minutes = Math.round(sized.expectedRestoreSeconds / 60);
    return `  ${String(gigabytes).padStart(4)} GB dump  ${usd.toFixed(2).padStart(7)} USD  ${sized.instanceClasses[0]}, ${sized.storageGib} GiB, task ${task.name}, restore some ${minutes} min`;
  });
}

try {
  const counts = [1, 5, 20, 200];
  rmSync(keptBundles, { recursive: true, force: true });
  const first = synthesize(5);
  const stacks = new Map(counts.map((count) => [count, synthesize(count)]));
  const costs = new Map(counts.map((count) => [count, idleCost(stacks.get(count)!.resources, count)]));
  console.log(`Idle cost per month in USD without any free allowance (${priceDate})`);
  const column = (text: string) => text.padStart(8);
  console.log(`  ${'databases'.padEnd(36)}${counts.map((count) => column(String(count))).join('')}`);
  for (const [index, { service, why }] of costs.get(1)!.entries()) {
    const figures = counts.map((count) => column(costs.get(count)![index]!.listUsd.toFixed(3)));
    console.log(`  ${service.padEnd(36)}${figures.join('')}  ${why}`);
  }
  const totals = (which: 'usd' | 'listUsd') =>
    counts.map((count) => column(total(costs.get(count)!, which).toFixed(2))).join('');
  console.log(`  ${'together'.padEnd(36)}${totals('listUsd')}`);
  console.log(`  ${'with ten free alarms and metrics'.padEnd(36)}${totals('usd')}`);
  for (const count of counts)
    promise(`idle cost of ${count} databases`, total(costs.get(count)!, 'listUsd'), 0.6, 'USD');
  console.log('  Asked for by drills.yaml, without and with the allowances:');
  for (const [what, each] of optional) {
    const figures = counts.map((count) => column(each(count)[0].toFixed(2)));
    const withFree = counts.map((count) => column(each(count)[1].toFixed(2)));
    console.log(`  ${what.padEnd(36)}${figures.join('')}`);
    console.log(`  ${''.padEnd(36)}${withFree.join('')}`);
  }
  console.log('');

  // 8 min until the instance is available, 13 of restoring, 3 of checks, 6 until it is gone.
  const drill = { provisionSeconds: 480, teardownSeconds: 360, checks: 24 };
  const walked = walkDrill(drill);
  console.log(`A drill of 30 minutes with ${drill.checks} checks`);
  console.log(`  transitions ${promise('transitions', walked.transitions, 150, '')}`);
  console.log(`  history events ${promise('history events', walked.events, 1500, '')}\n`);

  console.log(`Cost of a drill, estimated (${priceBasis})`);
  for (const line of drillCosts()) console.log(line);

  const { cpuSeconds, wallSeconds } = stacks.get(5)!;
  console.log(
    `\nSynth of five databases: ${promise('synth', cpuSeconds, 10, 's')} of processor, ${wallSeconds.toFixed(1)} s on the clock`,
  );
  console.log(
    `  the first one after a change of the code, which bundles all functions: ${first.cpuSeconds.toFixed(2)} s of processor, ${first.wallSeconds.toFixed(1)} s on the clock`,
  );
  for (const [count, { resources, templateBytes }] of stacks)
    console.log(
      `  ${String(count).padStart(4)} databases: ${resources.length} resources, ${Math.round(templateBytes / 1000)} kB`,
    );
  console.log('');

  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['scripts/run-ts.mjs', 'bench/lambda-bundles.ts'],
    {
      encoding: 'utf8',
    },
  );
  console.log('Bundles (at most 2,048 kB each, which the bundling itself enforces)');
  console.log(status === 0 ? stdout : stderr);
  if (status !== 0) broken.push('bundles could not be measured');
} finally {
  rmSync(work, { recursive: true, force: true });
}
for (const problem of broken) console.error(`BROKEN PROMISE: ${problem}`);
process.exitCode = broken.length > 0 ? 1 : 0;
