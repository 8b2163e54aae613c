import { cpus } from 'node:os';
import type { Measured } from './contenders.ts';
import { median } from './median.ts';

/** Ratio of two contenders, its target, and who they are. */
const targets: [string, string, number][] = [
  ['ours plain', 'psql', 0.7],
  ['ours plain', 'pg_restore -j2', 1.0],
  ['ours custom', 'pg_restore -j2', 0.95],
];

/** Prints medians, ratios against their targets, CPU, memory, scaling and phases. */
export function printReport(say: (text: string) => void, measured: Map<string, Measured[]>): void {
  const roundsOf = (name: string): number[] => (measured.get(name) ?? []).map(({ seconds }) => seconds);
  const secondsOf = (name: string): number => median(roundsOf(name));
  say('\nmedians');
  for (const [name, results] of measured) {
    const server = median(results.map(({ serverCpuSeconds }) => serverCpuSeconds));
    const own = results.flatMap((result) => (result.own === null ? [] : [result.own]));
    let line = `  ${name.padEnd(16)} ${secondsOf(name).toFixed(2)} s, server CPU ${server.toFixed(1)} s`;
    if (own.length > 0) {
      const cpu = median(own.map(({ cpuSeconds }) => cpuSeconds));
      const share = (100 * cpu) / (cpu + server);
      const wall = (100 * cpu) / (secondsOf(name) * cpus().length);
      line += `, own CPU ${cpu.toFixed(2)} s = ${share.toFixed(0)} % of own + server, ${wall.toFixed(0)} % of wall × cores (target 10 %), peak ${Math.max(...own.map(({ peakMebibytes }) => peakMebibytes)).toFixed(0)} MB (target 200)`;
    }
    say(line);
  }
  say('\nratios of medians, and of the fastest rounds, which a busy host disturbed least');
  for (const [ours, peer, target] of targets) {
    for (const name of [...measured.keys()].filter((key) => key.startsWith(ours))) {
      const ratio = secondsOf(name) / secondsOf(peer);
      const fastest = Math.min(...roundsOf(name)) / Math.min(...roundsOf(peer));
      say(
        `  ${name} / ${peer}: ${ratio.toFixed(2)} (target ${target.toFixed(2)}: ${ratio <= target ? 'met' : 'missed'}), fastest ${fastest.toFixed(2)}`,
      );
    }
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
