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
import { restoreTaskSizes } from '../lib/contract/restore-task-sizes.ts';
import { estimateCostUsd, priceBasis } from '../lib/domain/sandbox/rds/cost.ts';
import { sizeInstance } from '../lib/domain/sandbox/rds/instance-sizing.ts';
import { storageBytesFor } from '../lib/domain/sandbox/sandbox-plan.ts';
import { idleCost, total } from './aws-idle-cost.ts';
import { walkDrill } from './aws-walk.ts';

const region = 'us-east-1';
const gibibyte = 1024 ** 3;
const work = mkdtempSync(join(tmpdir(), 'restore-drill-bench-aws-'));
const broken: string[] = [];

function promise(what: string, value: number, most: number, unit: string): string {
  if (value > most) broken.push(`${what}: ${value.toFixed(2)} ${unit}, promised at most ${most}`);
  const figure = value.toFixed(unit === 'USD' || unit === 's' ? 2 : 0);
  return `${[figure, unit].join(' ').trimEnd()} (at most ${most})`;
}

function synthesize(): {
  wallSeconds: number;
  cpuSeconds: number;
  resources: { Type: string; Properties?: Record<string, unknown> }[];
} {
  const config = join(work, 'drills.yaml');
  writeFileSync(
    config,
    'databases:\n  shop:\n    source: { bucket: acme-backups, maxAge: 26h }\n    objectives: { rto: 4h, rpo: 24h }\n    schedule: { cron: "0 3 1 * ? *" }\n',
  );
  const from = performance.now();
  const cdk = `node node_modules/aws-cdk/bin/cdk synth --quiet -c config=${config} -o ${join(work, 'out')}`;
  // The shell counts the processors of the command line, the app and the bundler together.
  const { status, stderr } = spawnSync('bash', ['-c', `TIMEFORMAT='cpu %U %S'; time ${cdk}`], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`synth failed: ${stderr}`);
  const wallSeconds = (performance.now() - from) / 1000;
  const [, user = '0', system = '0'] = /cpu ([\d.]+) ([\d.]+)/.exec(stderr) ?? [];
  const cpuSeconds = Number(user) + Number(system);
  const template = JSON.parse(readFileSync(join(work, 'out/restore-drill.template.json'), 'utf8')) as {
    Resources: Record<string, { Type: string; Properties?: Record<string, unknown> }>;
  };
  return { wallSeconds, cpuSeconds, resources: Object.values(template.Resources) };
}

function drillCosts(): string[] {
  return [1, 50, 500].map((gigabytes) => {
    const dumpBytes = gigabytes * gibibyte;
    const storageBytes = storageBytesFor({ sizeBytes: dumpBytes, compressed: true });
    const sized = sizeInstance({ storageBytes, region, instanceClass: null, storageGib: null });
    const task = restoreTaskSizes.find(({ upToDumpBytes }) => dumpBytes <= upToDumpBytes)!;
    const [instanceClass = ''] = sized.instanceClasses;
    const usd = estimateCostUsd({
      plan: { placements: [{ instanceClass, availabilityZone: null }], storageGib: sized.storageGib },
      taskVcpu: task.cpuUnits / 1024,
      taskMemoryGib: task.memoryMib / 1024,
      expectedRestoreSeconds: sized.expectedRestoreSeconds,
      region,
      dumpBytes,
    });
    const minutes = Math.round(sized.expectedRestoreSeconds / 60);
    return `  ${String(gigabytes).padStart(4)} GB dump  ${usd.toFixed(2).padStart(7)} USD  ${instanceClass}, ${sized.storageGib} GiB, task ${task.name}, restore some ${minutes} min`;
  });
}

try {
  const { wallSeconds, cpuSeconds, resources } = synthesize();
  const idle = idleCost(resources, 1);
  console.log('Idle cost per month, one database (us-east-1)');
  for (const { service, usd, why } of idle) {
    console.log(`  ${service.padEnd(34)} ${usd.toFixed(2).padStart(6)} USD  ${why}`);
  }
  console.log(`  together ${promise('idle cost', total(idle, 'usd'), 3, 'USD')}`);
  console.log(
    `  ${total(idle, 'listUsd').toFixed(2)} USD in an account that uses its always-free alarms, metrics and dashboards for other things\n`,
  );

  // 8 min until the instance is available, 13 of restoring, 3 of checks, 6 until it is gone.
  const drill = { provisionSeconds: 480, teardownSeconds: 360, checks: 24 };
  const walked = walkDrill(drill);
  console.log(`A drill of 30 minutes with ${drill.checks} checks`);
  console.log(`  transitions ${promise('transitions', walked.transitions, 150, '')}`);
  console.log(`  history events ${promise('history events', walked.events, 1500, '')}\n`);

  console.log(`Cost of a drill, estimated (${priceBasis})`);
  for (const line of drillCosts()) console.log(line);

  console.log(
    `\nSynth with bundling and validation: ${promise('synth', cpuSeconds, 10, 's')} of processor, ${wallSeconds.toFixed(1)} s on the clock`,
  );
  console.log(`  ${resources.length} resources\n`);

  const { stdout, stderr, status } = spawnSync(process.execPath, ['bench/lambda-bundles.mjs'], {
    encoding: 'utf8',
  });
  console.log('Bundles (at most 1,536 kB each, which the bundling itself enforces)');
  console.log(status === 0 ? stdout : stderr);
  if (status !== 0) broken.push('bundles could not be measured');
} finally {
  rmSync(work, { recursive: true, force: true });
}
for (const problem of broken) console.error(`BROKEN PROMISE: ${problem}`);
process.exitCode = broken.length > 0 ? 1 : 0;
