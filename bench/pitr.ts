// Recovers one base backup with its WAL by turns: by the drill's front door (verification, pages and checks on) and by hand (tar -x,
// restore_command = gunzip, PostgreSQL). What is compared is unpacking, reading, replaying and the pages' checksums; the drill's other
// phases stand beside it.
//   node bench/pitr.mjs [--scale N] [--wal-mb N] [--rounds N]    a base of about N × 100 MB (10), WAL of about N MB (500)
import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { DrillRecord } from '../lib/domain/record/drill-record.ts';
import { newestPrograms } from './by-hand.ts';
import { median } from './median.ts';

const { values } = parseArgs({
  options: {
    scale: { type: 'string', default: '10' },
    'wal-mb': { type: 'string', default: '500' },
    rounds: { type: 'string', default: '3' },
  },
});
const [scale, walMegabytes, rounds] = [values.scale, values['wal-mb'], values.rounds].map(Number) as [
  number,
  number,
  number,
];

const folder = mkdtempSync(join(tmpdir(), 'bench-pitr-'));
const owner =
  process.getuid?.() === 0 ? ['-u', '-g'].map((flag) => Number(run(`id ${flag} postgres`))) : null;
give(folder);
chmodSync(folder, 0o711);
const [data, base, wal] = ['data', 'base', 'wal'].map((name) => join(folder, name)) as [
  string,
  string,
  string,
];

function give(path: string): void {
  if (owner !== null) chownSync(path, owner[0] as number, owner[1] as number);
}

function run(command: string): string {
  const { status, stdout, stderr } = spawnSync('sh', ['-c', command], {
    encoding: 'utf8',
    env: { PATH: `${newestPrograms()}:${process.env.PATH ?? ''}`, LC_ALL: 'C.UTF-8' },
    maxBuffer: 64 * 1024 ** 2,
  });
  if (status !== 0) throw new Error(`${command}: ${stderr}`);
  return stdout;
}

const asServer = (command: string): string =>
  run(
    owner === null
      ? command
      : `setpriv --reuid=postgres --regid=postgres --clear-groups sh -c '${command.replaceAll("'", "'\\''")}'`,
  );
const sql = (statement: string): string =>
  asServer(`psql -qAtX -h ${folder} -U postgres -c "${statement}" postgres`);
const start = (settings: string): void =>
  void asServer(
    `pg_ctl -D ${data} -w -t 600 -l ${folder}/log -o "-c listen_addresses= -c unix_socket_directories=${folder} -c fsync=off ${settings}" start`,
  );

/** A base and an archive of gzipped segments, made by PostgreSQL itself. Rows differ, so that they compress as real ones do. */
function makeBackup(): void {
  for (const path of [wal]) {
    mkdirSync(path);
    give(path);
  }
  asServer(`initdb -D ${data} -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync --data-checksums`);
  writeFileSync(join(folder, 'archive.sh'), `gzip -1 < "$1" > ${wal}/$2.gz\n`);
  start(
    `-c wal_level=replica -c archive_mode=on -c max_wal_size=4GB -c 'archive_command=sh ${folder}/archive.sh %p %f'`,
  );
  const row = `n, md5(n::text), md5((n * 7)::text) || md5((n * 13)::text)`;
  sql(
    `create table filled as select ${row.replace('n,', 'n as id,')} from generate_series(1, ${scale * 600_000}) n`,
  );
  sql('alter table filled add primary key (id)');
  sql('create table later (id bigint, a text, b text)');
  // What came before the backup is not asked for.
  run(`find ${wal} -name '*.gz' -delete`);
  asServer(`pg_basebackup -h ${folder} -U postgres -D ${base} -Ft -z -Z 1 -X fetch -c fast`);
  const written = (): number => Number(sql("select pg_current_wal_lsn() - '0/0'::pg_lsn"));
  const before = written();
  for (let n = 1; written() - before < walMegabytes * 1_000_000; n += 100_000)
    sql(`insert into later select ${row} from generate_series(${n}, ${n + 99_999}) n`);
  const last = sql('select pg_walfile_name(pg_switch_wal())').trim();
  while (run(`ls ${wal}`).includes(`${last}.gz`) === false) run('sleep 0.1');
  asServer(`pg_ctl -D ${data} -w -m fast stop`);
  rmSync(data, { recursive: true });
}

/**
 * What a person types: unpack, say where the WAL is, start, and wait until the server has been promoted. pg_ctl does not
 * wait for that: without hot_standby it takes a server for started as soon as recovery has begun
 * (`postmaster.c`, PMSIGNAL_RECOVERY_STARTED).
 */
function recoverByHand(): number {
  const startedAt = performance.now();
  asServer(
    `mkdir -m 700 ${data} && tar -xzf ${base}/base.tar.gz -C ${data} && touch ${data}/recovery.signal`,
  );
  start(
    `-c 'restore_command=gunzip < ${wal}/%f.gz > %p' -c recovery_target_action=promote -c hot_standby=off -c archive_mode=off -c full_page_writes=off -c shared_buffers=1GB`,
  );
  asServer(
    `until psql -qAtX -h ${folder} -U postgres -c "select 1" postgres 2>/dev/null; do sleep 0.02; done`,
  );
  const seconds = (performance.now() - startedAt) / 1000;
  if (Number(sql('select count(*) from later')) === 0) throw new Error('by hand: nothing was replayed');
  asServer(`pg_ctl -D ${data} -w -m immediate stop`);
  rmSync(data, { recursive: true });
  return seconds;
}

/** What by hand is done too, and the checksums of every page, which by hand nobody verifies. */
const compared = new Set([
  'Fetch and unpack base backup',
  'Fetch and read archived WAL',
  'Replay WAL',
  'Verify pages',
]);

/** By the record of a drill. */
function recoverByDrill(): { seconds: number; phases: DrillRecord['phases']; peakMebibytes: number } {
  const out = join(folder, 'out');
  const drill = spawnSync(
    '/usr/bin/env',
    [
      ...['node', '--import', resolve('bench/usage-on-exit.mjs'), resolve('dist/restore-drill.js'), 'run'],
      ...['--base', base, '--wal', wal, '--state-dir', join(folder, 'state'), '--out', out],
    ],
    { encoding: 'utf8', env: { ...process.env, USAGE_FILE: join(folder, 'usage.json') } },
  );
  if (drill.status !== 0) throw new Error(drill.stdout + drill.stderr);
  const { phases } = JSON.parse(readFileSync(join(out, 'record.json'), 'utf8')) as DrillRecord;
  const { peakBytes } = JSON.parse(readFileSync(join(folder, 'usage.json'), 'utf8')) as { peakBytes: number };
  return {
    phases,
    seconds: phases.filter(({ name }) => compared.has(name)).reduce((sum, { seconds }) => sum + seconds, 0),
    peakMebibytes: peakBytes / 1024 ** 2,
  };
}

const say = (text: string): void => void process.stdout.write(`${text}\n`);
try {
  makeBackup();
  say(run(`du -shc ${base} ${wal} | tr '\\n' ' '`).trim());
  const ratios: number[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    const byHand = recoverByHand();
    const { seconds, phases, peakMebibytes } = recoverByDrill();
    ratios.push(seconds / byHand);
    const parts = phases.map(({ name, seconds: each }) => `${name} ${each.toFixed(1)}`).join(', ');
    say(
      `round ${round}: by hand ${byHand.toFixed(1)} s, ours ${seconds.toFixed(1)} s = ${(seconds / byHand).toFixed(2)}, peak ${peakMebibytes.toFixed(0)} MB (${parts})`,
    );
  }
  const ratio = median(ratios);
  say(`median of the ratios: ${ratio.toFixed(2)} (target 1.10: ${ratio <= 1.1 ? 'met' : 'missed'})`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
