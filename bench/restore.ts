/**
 * The restore bench: ours against psql, pg_restore and pgcopydb, per data set, in one run, in alternating rounds, as ratios
 * of medians. With `--cores-apart` the server has one core and every client the other, as two machines have.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { BenchServer, sandboxSettings } from './bench-server.ts';
import { type Contender, type Measured, ownContender, toolContender } from './contenders.ts';
import { type DataSet, dataSets } from './data-sets.ts';
import { type LeastWork, layOut, measureLeastWork } from './least-work.ts';
import { printReport } from './report.ts';

const { values } = parseArgs({
  options: {
    scale: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '5' },
    only: { type: 'string', default: '' },
    contenders: { type: 'string', default: '' },
    binaries: { type: 'string', default: '/usr/lib/postgresql/15/bin' },
    'server-defaults': { type: 'boolean', default: false },
    'cores-apart': { type: 'boolean', default: false },
  },
});

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const tool = (name: string): string => join(values.binaries, name);
const must = (command: string, args: string[]): void => {
  const run = spawnSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  if (run.status !== 0) throw new Error(`${command} failed`);
};
const beside = (name: string): string => join(dirname(fileURLToPath(import.meta.url)), name);
const script = beside('restore-once.mjs');
const settings = values['server-defaults'] ? {} : sandboxSettings;
const [serverCore, clientCore] = values['cores-apart'] ? [0, 1] : [null, null];
const onClientCore = clientCore === null ? '' : `taskset -c ${clientCore} `;

/** It does not get 5,000 tables done, and ends its whole process group when it gives up: hence a session of its own. */
const pgcopydb = 'pgcopydb clone 2';

/** Everybody who restores the data set; pgcopydb has no file, and reads the living source instead. */
function contendersFor(server: BenchServer, plain: string, custom: string): Contender[] {
  const source = `host=${server.directory} port=${server.port} user=postgres dbname=living`;
  const restored = source.replace('dbname=living', 'dbname=restored');
  const byTool = (name: string, command: (to: string) => string): Contender =>
    toolContender(server, name, (to) => `${onClientCore}bash -o pipefail -c '${command(to)}'`);
  const all = [
    byTool('psql', (to) => `gunzip -c ${plain} | ${tool('psql')} ${to} -qX -d restored > /dev/null`),
    ...[2, 4].map((jobs) =>
      byTool(`pg_restore -j${jobs}`, (to) => `${tool('pg_restore')} ${to} -d restored -j${jobs} ${custom}`),
    ),
    ...[2, 4].flatMap((connections) => [
      ownContender(server, `ours plain ${connections}`, script, plain, connections, onClientCore),
      ownContender(server, `ours custom ${connections}`, script, custom, connections, onClientCore),
    ]),
    ...(existsSync('/usr/bin/pgcopydb')
      ? [
          byTool(
            pgcopydb,
            () =>
              `rm -rf ${server.directory}/pgcopydb && setsid -w pgcopydb clone --source "${source}" --target "${restored}" --dir ${server.directory}/pgcopydb --table-jobs 2 --index-jobs 2 --not-consistent > /dev/null 2>&1`,
          ),
        ]
      : []),
  ];
  const wanted = values.contenders === '' ? null : values.contenders.split(',');
  return all.filter(({ name }) => wanted === null || wanted.includes(name));
}

async function bench(server: BenchServer, dataSet: DataSet): Promise<void> {
  const connection = ['-h', server.directory, '-p', String(server.port), '-U', 'postgres'];
  await server.sql('CREATE DATABASE source TEMPLATE template0');
  const script = join(server.directory, 'source.sql');
  writeFileSync(script, `SET synchronous_commit = off;\n${dataSet.sql(Number(values.scale))}`);
  must(tool('psql'), [...connection, '-qX', '-v', 'ON_ERROR_STOP=1', '-d', 'source', '-f', script]);
  await server.sql('ANALYZE', 'source');
  const plain = join(server.directory, 'dump.sql.gz');
  const custom = join(server.directory, 'dump.dump');
  // Level 6 is what `gzip` in a backup job uses, and pg_dump -Fc by default.
  must(tool('pg_dump'), [...connection, '-d', 'source', '-Z6', '-f', plain]);
  must(tool('pg_dump'), [...connection, '-d', 'source', '-Fc', '-f', custom]);
  // Ours makes a database of the dump's own name.
  await server.sql('ALTER DATABASE source RENAME TO living');
  const megabytes = (file: string): string => (statSync(file).size / 1e6).toFixed(0);
  say(`\n# ${dataSet.name}: plain ${megabytes(plain)} MB gzipped, custom ${megabytes(custom)} MB`);
  const contenders = contendersFor(server, plain, custom);
  const measured = new Map<string, Measured[]>(contenders.map(({ name }) => [name, []]));
  for (let round = 0; round < Number(values.rounds); round += 1) {
    // Every other round backwards, so that no contender always follows the same one.
    for (const contender of round % 2 === 0 ? contenders : [...contenders].reverse()) {
      if (!measured.has(contender.name)) continue;
      const result = await contender.run().catch((error) => {
        if (contender.name !== pgcopydb) throw error;
        measured.delete(pgcopydb);
        return null;
      });
      if (result === null) {
        say(`  ${pgcopydb.padEnd(16)} gave up`);
        continue;
      }
      measured.get(contender.name)?.push(result);
      say(
        `  ${contender.name.padEnd(16)} ${result.seconds.toFixed(2)} s   (load ${loadavg()[0]?.toFixed(1)})`,
      );
    }
  }
  const bare = join(server.directory, 'bare');
  layOut(tool('pg_restore'), custom, bare);
  const least: LeastWork[] = [];
  for (let round = 0; round < Number(values.rounds); round += 1)
    least.push(await measureLeastWork(beside('least-work-once.mjs'), bare, join(server.directory, 'sink')));
  printReport(say, measured, least, { dataSet: dataSet.name, coresApart: clientCore !== null });
  await server.reset();
  await server.sql('DROP DATABASE living WITH (FORCE)');
}

const server = await BenchServer.start(values.binaries, settings, serverCore);
try {
  const given = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
  say(`server settings for every contender: ${given.join(' ') || 'PostgreSQL defaults'}`);
  const where = clientCore === null ? `${cpus().length} cores` : 'one core for the server, one for clients';
  say(`${where}, load ${loadavg()[0]?.toFixed(1)}, scale ${values.scale}, ${values.rounds} rounds`);
  for (const dataSet of dataSets.filter(({ name }) => name.includes(values.only)))
    await bench(server, dataSet);
} finally {
  await server.stop();
}
