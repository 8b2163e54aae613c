/** Many small things: ours against createdb and psql, in one run, in alternating rounds, as ratios of the medians. */
import { writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { BenchServer, sandboxSettings } from './bench-server.ts';
import { type Contender, type Measured, ownContender, toolContender } from './contenders.ts';
import { manyDumps } from './many-dumps.ts';
import { median } from './median.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    binaries: { type: 'string', default: '/usr/lib/postgresql/15/bin' },
    only: { type: 'string', default: '' },
  },
});

/** Times psql: what a person would still call as fast. */
const target = 3;
const connections = 2;

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const secondsOf = (rounds: Measured[]): number[] => rounds.map(({ seconds }) => seconds);

const server = await BenchServer.start(values.binaries, sandboxSettings);
try {
  say(
    `${cpus().length} cores, load ${loadavg()[0]?.toFixed(1)} at the start, ${values.rounds} rounds, ${connections} connections`,
  );
  const script = join(dirname(fileURLToPath(import.meta.url)), 'restore-once.mjs');
  for (const { name, text } of manyDumps.filter((dump) => dump.name.includes(values.only))) {
    const file = join(server.directory, 'many.sql');
    writeFileSync(file, [...text()].join(''));
    const byHand = toolContender(
      server,
      'psql',
      (to) => `${join(values.binaries, 'psql')} ${to} -qX -d restored -f ${file} > /dev/null`,
    );
    const ours = ownContender(server, 'ours', script, file, connections);
    const measured = new Map<Contender, Measured[]>([
      [byHand, []],
      [ours, []],
    ]);
    // What runs first finds a server without a page in memory, which is up to three times as fast for whoever it is.
    for (const contender of measured.keys()) await contender.run();
    for (let round = 0; round < Number(values.rounds); round += 1)
      for (const contender of round % 2 === 0 ? [byHand, ours] : [ours, byHand])
        measured.get(contender)?.push(await contender.run());
    const [theirs = [], own = []] = [...measured.values()];
    const ratio = median(secondsOf(own)) / median(secondsOf(theirs));
    const peak = Math.max(...own.map((result) => result.own?.peakMebibytes ?? 0));
    // Each statement is a round trip, and on a busy host a round trip waits its turn: CPU tells what it costs by itself.
    const cpuOf = (rounds: Measured[]): number =>
      median(rounds.map((result) => result.serverCpuSeconds + (result.own?.cpuSeconds ?? 0)));
    say(
      `${name}: psql ${median(secondsOf(theirs)).toFixed(2)} s, ours ${median(secondsOf(own)).toFixed(2)} s (medians): ${ratio.toFixed(2)} times psql (target ${target}: ${ratio <= target ? 'met' : 'missed'}), CPU ${(cpuOf(own) / cpuOf(theirs)).toFixed(2)} times; peak ${peak.toFixed(0)} MB`,
    );
  }
} finally {
  await server.stop();
}
