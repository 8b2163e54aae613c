/**
 * npm run bench:first-copy [-- --dump FILE] [--rounds N]
 *
 * When the first COPY begins: ours after the restore was asked for and after its process began, `pg_restore -j2` and `psql` (of what
 * pg_restore writes) after theirs, in alternating rounds, by the log of one server. Theirs include creating the database, as ours do.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, truncateSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { BenchServer, sandboxSettings } from './bench-server.ts';
import { newestPrograms } from './by-hand.ts';
import { median } from './median.ts';

const pagila = '../shared/dumps/public/pagila/pagila_20261118T020000Z.dump';
const { values } = parseArgs({
  options: { dump: { type: 'string' }, rounds: { type: 'string', default: '9' } },
});
const dump = values.dump ?? pagila;
if (!existsSync(dump)) throw new Error(`there is no ${dump}: give an archive by --dump`);

const logged = {
  log_statement: 'all',
  log_line_prefix: '%n ',
  logging_collector: 'on',
  log_directory: '.',
  log_filename: 'server.log',
  log_min_error_statement: 'panic',
};
const binaries = newestPrograms();
const server = await BenchServer.start(binaries, { ...sandboxSettings, ...logged });
const log = join(server.directory, 'data', 'server.log');
const script = join(dirname(fileURLToPath(import.meta.url)), 'restore-once.mjs');

/** Seconds since the epoch of the first line of the log that looks like this. @throws Error when none does */
function moment(pattern: RegExp): number {
  const line = readFileSync(log, 'utf8')
    .split('\n')
    .find((one) => pattern.test(one));
  if (line === undefined) throw new Error(`the server was not asked for ${pattern}`);
  return Number(line.split(' ')[0]);
}

/** One restore. @returns seconds from the beginning of its process to the first COPY, and what the process wrote */
async function timed(command: string): Promise<{ toCopy: number; startedAt: number; output: string }> {
  await server.reset();
  truncateSync(log);
  const startedAt = Date.now() / 1000;
  // Roles and the like that are missing are errors to the tools, which are timed and not judged.
  const { stdout } = spawnSync('bash', ['-c', command], { encoding: 'utf8', maxBuffer: 2 ** 28 });
  return { toCopy: moment(/(statement|execute [^:]*): .*\bCOPY /) - startedAt, startedAt, output: stdout };
}

const connection = `-h ${server.directory} -p ${server.port} -U postgres`;
const created = `${join(binaries, 'createdb')} ${connection} -T template0 restored`;
const pgRestore = join(binaries, 'pg_restore');
const tools: Record<string, string> = {
  'pg_restore -j2': `${created}; ${pgRestore} ${connection} -d restored -j2 ${dump} > /dev/null 2>&1`,
  psql: `${created}; ${pgRestore} -f - ${dump} | ${join(binaries, 'psql')} ${connection} -qX -d restored > /dev/null 2>&1`,
};
const ours = `${process.execPath} ${script} --socket ${server.directory} --port ${server.port} --role postgres --dump ${dump} --connections 2`;

try {
  const seconds = new Map<string, number[]>();
  const note = (name: string, value: number): void =>
    void seconds.set(name, [...(seconds.get(name) ?? []), value]);
  for (let round = 0; round < Number(values.rounds); round += 1) {
    const { toCopy, startedAt, output } = await timed(ours);
    const { askedAt } = JSON.parse(output.trim().split('\n').at(-1) ?? '') as { askedAt: number };
    const asked = askedAt / 1000 - startedAt;
    note('ours, from its process', toCopy);
    note('ours, from the restore', toCopy - asked);
    note('  of it until CREATE DATABASE', moment(/statement: CREATE DATABASE/) - startedAt - asked);
    for (const [name, command] of Object.entries(tools)) note(name, (await timed(command)).toCopy);
  }
  for (const [name, all] of seconds)
    process.stdout.write(
      `${name.padEnd(32)} ${median(all).toFixed(2)} s   (${Math.min(...all).toFixed(2)} to ${Math.max(...all).toFixed(2)})\n`,
    );
} finally {
  await server.stop();
}
