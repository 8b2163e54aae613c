/** The restore bench: ours against psql and pg_restore, in one run, in alternating rounds, as ratios of medians. */
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { BenchServer, sandboxSettings } from './bench-server.ts';
import { type Contender, type Measured, ownContender, toolContender } from './contenders.ts';
import { printReport } from './report.ts';

const { values } = parseArgs({
  options: {
    repository: { type: 'string', default: '.' },
    'make-large': { type: 'string' },
    scale: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '3' },
    binaries: { type: 'string', default: '/usr/lib/postgresql/15/bin' },
    'server-defaults': { type: 'boolean', default: false },
  },
});

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const repository = resolve(values.repository);
const makeLarge = resolve(values['make-large'] ?? join(repository, '../shared/dumps/make-large.sql'));
if (!existsSync(makeLarge)) {
  process.stderr.write(
    `${makeLarge} does not exist: give the script that makes the database with --make-large PATH\n`,
  );
  process.exit(64);
}

const tool = (name: string): string => join(values.binaries, name);
const must = (command: string, args: string[]): void => {
  const run = spawnSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  if (run.status !== 0) throw new Error(`${command} failed`);
};

const settings = values['server-defaults'] ? {} : sandboxSettings;
const server = await BenchServer.start(values.binaries, settings);
try {
  say(
    `server settings for every contender: ${
      Object.entries(settings)
        .map(([name, value]) => `${name}=${value}`)
        .join(' ') || 'PostgreSQL defaults'
    }`,
  );
  say(
    `${cpus().length} cores, load ${loadavg()[0]?.toFixed(1)} at the start, scale ${values.scale}, ${values.rounds} rounds`,
  );
  const connection = ['-h', server.directory, '-p', String(server.port), '-U', 'postgres'];
  await server.sql('CREATE DATABASE source TEMPLATE template0');
  must(tool('psql'), [...connection, '-qX', '-d', 'source', '-v', `scale=${values.scale}`, '-f', makeLarge]);
  const plain = join(server.directory, 'large.sql.gz');
  const custom = join(server.directory, 'large.dump');
  // Level 6 is what `gzip` in a backup job uses, and pg_dump -Fc by default.
  must(tool('pg_dump'), [...connection, '-d', 'source', '-Z6', '-f', plain]);
  must(tool('pg_dump'), [...connection, '-d', 'source', '-Fc', '-f', custom]);
  await server.sql('DROP DATABASE source WITH (FORCE)');
  say(
    `plain ${(statSync(plain).size / 1e6).toFixed(0)} MB gzipped, custom ${(statSync(custom).size / 1e6).toFixed(0)} MB`,
  );

  const script = join(dirname(fileURLToPath(import.meta.url)), 'restore-once.mjs');
  const contenders: Contender[] = [
    toolContender(
      server,
      'psql',
      (to) => `gunzip -c ${plain} | ${tool('psql')} ${to} -qX -d restored > /dev/null`,
    ),
    ...[1, 2, 4].map((connections) =>
      ownContender(server, `ours plain ${connections}`, script, plain, connections),
    ),
    toolContender(server, 'pg_restore -j2', (to) => `${tool('pg_restore')} ${to} -d restored -j2 ${custom}`),
    ...[2, 4].map((connections) =>
      ownContender(server, `ours custom ${connections}`, script, custom, connections),
    ),
  ];
  const measured = new Map<string, Measured[]>(contenders.map(({ name }) => [name, []]));
  for (let round = 0; round < Number(values.rounds); round += 1) {
    // Every other round backwards, so that no contender always follows the same one.
    for (const contender of round % 2 === 0 ? contenders : [...contenders].reverse()) {
      const result = await contender.run();
      measured.get(contender.name)?.push(result);
      say(
        `  ${contender.name.padEnd(16)} ${result.seconds.toFixed(2)} s   (load ${loadavg()[0]?.toFixed(1)})`,
      );
    }
  }
  printReport(say, measured);
} finally {
  await server.stop();
}
