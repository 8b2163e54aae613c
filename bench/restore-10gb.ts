/** The long run: a dump of any size, made on the fly, through the whole loader; tells whether memory stays constant. */
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { BenchServer, sandboxSettings } from './bench-server.ts';
import { generatedDump } from './generated-dump.ts';

const { values } = parseArgs({
  options: {
    gigabytes: { type: 'string', default: '10' },
    connections: { type: 'string', default: '2' },
    binaries: { type: 'string', default: '/usr/lib/postgresql/15/bin' },
    /** Without compression, for when the generator is what limits. */
    plain: { type: 'boolean', default: false },
  },
});
const gigabytes = Number(values.gigabytes);
const targetMebibytes = 200;

const server = await BenchServer.start(values.binaries, sandboxSettings);
try {
  const script = join(dirname(fileURLToPath(import.meta.url)), 'restore-stream-once.mjs');
  const startedAt = performance.now();
  const child = spawn(
    process.execPath,
    [
      script,
      ...['--socket', server.directory, '--port', String(server.port)],
      ...['--role', 'master', '--connections', values.connections],
    ],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  let output = '';
  child.stdout.on('data', (data: Buffer) => {
    output += data.toString();
  });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  await pipeline(generatedDump(gigabytes, { gzip: !values.plain }), child.stdin);
  const code = await ended;
  if (code !== 0) throw new Error(`the restore ended with ${code}`);
  const seconds = (performance.now() - startedAt) / 1000;
  const report = JSON.parse(output.trim().split('\n').at(-1) ?? '');
  process.stdout.write(
    `${JSON.stringify({ gigabytes, seconds: Math.round(seconds), ...report }, null, 2)}\n`,
  );
  const isGood = report.complete === true && report.peakMebibytes <= targetMebibytes;
  process.stdout.write(
    `peak ${report.peakMebibytes.toFixed(0)} MiB (target ${targetMebibytes}): ${isGood ? 'met' : 'missed'}\n`,
  );
  if (!isGood) process.exitCode = 1;
} finally {
  await server.stop();
}
