import { cpus } from 'node:os';
import type { Measured } from './contenders.ts';
import type { LeastWork } from './least-work.ts';
import { median } from './median.ts';

/** Ratio of two contenders and its goal, for every data set or for one. */
const goals: readonly { ours: string; peer: string; goal: number; dataSet?: string }[] = [
  { ours: 'ours plain 2', peer: 'psql', goal: 0.6 },
  { ours: 'ours plain 2', peer: 'pg_restore -j2', goal: 1 },
  { ours: 'ours custom 2', peer: 'pg_restore -j2', goal: 0.95 },
  { ours: 'ours custom 2', peer: 'pg_restore -j2', goal: 0.75, dataSet: 'one table' },
  { ours: 'ours custom 4', peer: 'pg_restore -j4', goal: 0.95 },
  { ours: 'ours plain 4', peer: 'pg_restore -j4', goal: 1 },
];

/** Prints medians, ratios against their goals, CPU, memory, the bound that the server's work sets, and phases. */
export function printReport(
  say: (text: string) => void,
  measured: Map<string, Measured[]>,
  least: LeastWork[],
  { dataSet, coresApart }: { dataSet: string; coresApart: boolean },
): void {
  const roundsOf = (name: string): number[] => (measured.get(name) ?? []).map(({ seconds }) => seconds);
  const secondsOf = (name: string): number => median(roundsOf(name));
  const serverCores = coresApart ? 1 : cpus().length;
  say('\nmedians');
  for (const [name, results] of measured) {
    const server = median(results.map(({ serverCpuSeconds }) => serverCpuSeconds));
    const own = results.flatMap((result) => (result.own === null ? [] : [result.own]));
    // The least that the machine could take for this work, were every core of the server busy all the time.
    const cpu = own.length === 0 ? null : median(own.map(({ cpuSeconds }) => cpuSeconds));
    const bound = coresApart ? Math.max(server, cpu ?? 0) : (server + (cpu ?? 0)) / serverCores;
    let line = `  ${name.padEnd(16)} ${secondsOf(name).toFixed(2)} s, server CPU ${server.toFixed(1)} s`;
    if (cpu !== null) {
      const share = (100 * cpu) / (cpu + server);
      const peak = Math.max(...own.map(({ peakMebibytes }) => peakMebibytes));
      line += `, own CPU ${cpu.toFixed(2)} s = ${share.toFixed(0)} % of own + server (goal 10 %), peak ${peak.toFixed(0)} MB (goal 200)`;
      line += `, bound by CPU ÷ cores ${bound.toFixed(2)} s = ${((100 * bound) / secondsOf(name)).toFixed(0)} % of the time`;
    }
    say(line);
  }
  say(
    `  least own work: CPU ${median(least.map(({ cpuSeconds }) => cpuSeconds)).toFixed(2)} s, peak ${Math.max(...least.map(({ peakMebibytes }) => peakMebibytes)).toFixed(0)} MB (each statement parsed once, each block inflated once, both sent; nothing else)`,
  );
  say('\nratios of medians, and of the fastest rounds, which a busy host disturbed least');
  for (const { ours, peer, goal } of goals.filter((each) => (each.dataSet ?? dataSet) === dataSet)) {
    if (!measured.has(ours) || !measured.has(peer)) continue;
    const ratio = secondsOf(ours) / secondsOf(peer);
    const fastest = Math.min(...roundsOf(ours)) / Math.min(...roundsOf(peer));
    say(
      `  ${ours} / ${peer}: ${ratio.toFixed(2)} (goal ${goal.toFixed(2)}: ${ratio <= goal ? 'met' : 'missed'}), fastest ${fastest.toFixed(2)}`,
    );
  }
  say('\nshare of time per phase (phases overlap; the last round)');
  for (const [name, results] of measured) {
    const last = results.at(-1);
    if (last?.own == null) continue;
    say(
      `  ${name.padEnd(16)} ${last.own.phases.map(({ name: phase, seconds }) => `${phase} ${((100 * seconds) / last.seconds).toFixed(0)} %`).join(', ')}`,
    );
  }
}
