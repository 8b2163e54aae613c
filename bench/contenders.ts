import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { RestorePhase } from '../lib/domain/recovery/restore-account.ts';
import type { BenchServer } from './bench-server.ts';

/** What one restore cost. */
export interface Measured {
  seconds: number;
  serverCpuSeconds: number;
  /** Of our process, by getrusage; null for the tools. */
  own: { cpuSeconds: number; peakMebibytes: number; phases: RestorePhase[]; rows: number } | null;
}

export interface Contender {
  name: string;
  run(): Promise<Measured>;
}

/** Runs a command line and gives its standard output. @throws Error when it fails */
function shell(command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('bash', ['-o', 'pipefail', '-c', command], { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.on('data', (data: Buffer) => {
      output += data.toString();
    });
    child.once('exit', (code) =>
      code === 0 ? resolve(output) : reject(new Error(`exit code ${code}: ${command}`)),
    );
  });
}

async function measure(
  server: BenchServer,
  command: string,
): Promise<{ seconds: number; serverCpuSeconds: number; output: string }> {
  const cpuBefore = await server.cpuSeconds();
  const startedAt = performance.now();
  const output = await shell(command);
  const seconds = (performance.now() - startedAt) / 1000;
  return { seconds, serverCpuSeconds: (await server.cpuSeconds()) - cpuBefore, output };
}

/** PostgreSQL's own tools, as superuser: they do not even have to care for RDS's rules. Their time too includes creating the database. */
export function toolContender(
  server: BenchServer,
  name: string,
  command: (connection: string) => string,
): Contender {
  return {
    name,
    run: async () => {
      await server.reset();
      const to = `-h ${server.directory} -p ${server.port} -U postgres`;
      const createdb = `${join(server.binaries, 'createdb')} ${to} -T template0 restored`;
      const { seconds, serverCpuSeconds } = await measure(server, `${createdb} && ${command(to)}`);
      return { seconds, serverCpuSeconds, own: null };
    },
  };
}

/**
 * Ours, as the RDS-like master; its time includes creating the database, owners, and ANALYZE.
 *
 * @param before words before the program, such as taskset with its own
 */
export function ownContender(
  server: BenchServer,
  name: string,
  script: string,
  dump: string,
  connections: number,
  before = '',
): Contender {
  return {
    name,
    run: async () => {
      await server.reset();
      const command = `${before}${process.execPath} ${script} --socket ${server.directory} --port ${server.port} --role master --dump ${dump} --connections ${connections}`;
      const { seconds, serverCpuSeconds, output } = await measure(server, command);
      const report = JSON.parse(output.trim().split('\n').at(-1) ?? '');
      if (report.complete !== true || report.errors > 0)
        throw new Error(`${name} did not restore everything: ${output}`);
      return { seconds, serverCpuSeconds, own: report };
    },
  };
}
