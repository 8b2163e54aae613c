import { createWriteStream, existsSync, mkdirSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { createGzip, gzipSync } from 'node:zlib';
import type { Client } from 'pg';
import type { DrillRecord } from '../lib/domain/record/drill-record.ts';
import { postgresqlPrograms } from '../scripts/oracle-programs.mjs';
import { type Random, randomOf } from '../test/corpus/mutants/random.ts';
import { Corpus, type LookedAt } from '../test/corpus/support/corpus.ts';
import { SourceServer } from '../test/corpus/support/source-server.ts';
import { isRoot, World } from '../test/e2e/support/world.ts';
import { TestServer } from '../test/support/server.ts';
import { type BreakingSocket, breakingSocket } from './breaking-socket.ts';
import { enduringSandbox } from './enduring-sandbox.ts';
import { startSource } from './oracle.ts';
import { differenceOf, dumpedFrom, type Restored } from './restored.ts';
import { type Seen, type Trial, tally } from './trial.ts';

const faults = [
  'a statement is cancelled',
  'a backend is terminated',
  'a backend is killed and the server recovers',
  'all connections break',
  'max_connections is reached',
  'the server is restarted',
  'the server is ended at once and started again',
  'the disk is full',
] as const;
type Fault = (typeof faults)[number];

interface Struck {
  server: TestServer;
  socket: BreakingSocket;
  random: Random;
}

/** What each does to a server that comes back; gives how much of it there was to do. */
const strikes: Record<Exclude<Fault, 'the disk is full'>, (struck: Struck) => Promise<number>> = {
  'a statement is cancelled': ({ server }) => told(server, 'pg_cancel_backend'),
  'a backend is terminated': ({ server }) => told(server, 'pg_terminate_backend'),
  'a backend is killed and the server recovers': async ({ server, random }) => {
    const backends = await backendsOf(server);
    if (backends.length === 0) return 0;
    process.kill(random.pick(backends), 'SIGKILL');
    return 1;
  },
  'all connections break': async ({ socket }) => socket.breakAll(),
  'max_connections is reached': async ({ server, random }) => {
    const taken = await takeAllConnections(server);
    await sleep(200 + random.below(3000));
    await Promise.all(taken.map((each) => each.end()));
    return taken.length;
  },
  'the server is restarted': async ({ server }) => {
    await server.restart('SIGINT');
    return 1;
  },
  'the server is ended at once and started again': async ({ server }) => {
    await server.restart('SIGQUIT');
    return 1;
  },
};

/** Codes that say of a drill that its server, and not its dump, was at fault. */
const fitting = new Set(['SANDBOX_LOST', 'SANDBOX_UNAVAILABLE', 'SANDBOX_DISK_FULL', 'CHECK_COULD_NOT_RUN']);

/** Lets the server of a drill fail while it restores or is asked. */
export const serverFaults: Trial = {
  name: 'server-faults',
  what: 'the server fails while a dump is restored into it or while it is asked',
  fullCount: 200,
  async run(cases, { commandLine, say }) {
    const source = await startSource();
    const server = await TestServer.start('sandbox', {
      ...{ programs: postgresqlPrograms(15), initdb: [] },
      settings: { restart_after_crash: 'on', max_connections: '20' },
    });
    const socket = await breakingSocket(server.directory);
    const corpus = new Corpus((host) => enduringSandbox(host, server, () => socket.directory));
    const world = await World.open({ commandLine: { file: commandLine } });
    const seen: Seen = { figures: [], failures: [] };
    const outcomes = new Map<Fault, string[]>(faults.map((fault) => [fault, []]));
    const moments: string[] = [];
    try {
      const database = await SourceServer.on(source).database(ledgerSql, '', 'ledger');
      const dumps = {
        'ledger.sql.gz': gzipSync(source.tool('pg_dump', [database])),
        'inserts.sql': source.tool('pg_dump', ['--rows-per-insert=100', database]),
        'ledger.dump': source.tool('pg_dump', ['-Fc', database]),
      };
      const whole: Restored = new Map([
        ['main', source.tool('pg_dump', ['--no-owner', '--no-privileges', database]).toString()],
      ]);
      const bigDump = world.path('big.sql.gz');
      const drill = async (name: keyof typeof dumps, strike: (step: string) => void) => {
        const ours: Restored = new Map();
        const record = await corpus.drill(name, dumps[name], {
          began: strike,
          whenProven: async (sandbox) => {
            // An archive keeps the name of its database, a plain dump has none.
            for (const text of (await dumpedPatiently(sandbox)).values()) ours.set('main', text);
          },
        });
        return { record, ours };
      };
      const began = new Map<string, number>();
      const healthy = await drill('ledger.dump', (step) => began.set(step, performance.now()));
      if (healthy.record.verdict !== 'PROVEN' || differenceOf(whole, healthy.ours) !== null)
        throw new Error(
          `undisturbed, the drill is ${healthy.record.verdict}: ${JSON.stringify(healthy.record.findings)}`,
        );
      const milliseconds = (began.get('tearDownSandbox') ?? 0) - (began.get('restoreDump') ?? 0);
      for (const seed of cases.seeds()) {
        const random = randomOf(seed);
        const fault = random.pick(isRoot ? faults : faults.slice(0, -1));
        const name = random.pick(Object.keys(dumps) as (keyof typeof dumps)[]);
        const wait = random.below(Math.ceil(milliseconds));
        const wrong = (what: string): void => {
          seen.failures.push({ seed, what: `${fault}, ${name}: ${what}` });
          say(`  seed ${seed}: ${fault} ${wait} ms after the restore of ${name} began: ${what}`);
        };
        if (fault === 'the disk is full') {
          if (!existsSync(bigDump)) await writeBigDump(bigDump);
          outcomes
            .get(fault)
            ?.push(judged(await withSmallDisk(world, bigDump, 60 + random.below(160)), null, wrong));
          continue;
        }
        let striking: Promise<number> | null = null;
        let [step, during] = ['', 'nothing'];
        const { record, ours } = await drill(name, (each) => {
          step = each;
          if (step !== 'restoreDump' || striking !== null) return;
          striking = sleep(wait).then(() => {
            during = step;
            return strikes[fault]({ server, socket, random });
          });
        });
        if ((await (striking ?? 0)) === 0) during = 'nothing';
        moments.push(during);
        const difference = record.verdict === 'PROVEN' ? differenceOf(whole, ours) : null;
        const outcome = judged(record, difference, wrong);
        outcomes.get(fault)?.push(outcome);
        say(`  seed ${seed}: ${fault} during ${during} of ${name}: ${outcome}`);
      }
    } finally {
      await corpus.close();
      socket.close();
      await Promise.all([server.stop(), source.stop()]);
      world.remove();
    }
    seen.figures = [
      ...[...outcomes].map(([fault, each]): [string, string] => [
        fault,
        each.length === 0 && fault === 'the disk is full' && !isRoot ? 'NOT tried: needs root' : tally(each),
      ]),
      ['steps that were struck', tally(moments)],
    ];
    return seen;
  },
};

/** The fault may have come late, and hit the look at what was restored. */
async function dumpedPatiently(sandbox: LookedAt): Promise<Restored> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await dumpedFrom(sandbox);
    } catch (error) {
      if (tries === 10) throw error;
      await sleep(500);
    }
  }
}

/** Three tables of some thousand rows each, with keys, an index and a foreign key. */
const ledgerSql = `CREATE TABLE accounts (id integer PRIMARY KEY, name text NOT NULL UNIQUE);
INSERT INTO accounts SELECT n, md5(n::text) FROM generate_series(1, 4000) n;
CREATE TABLE bookings (id integer PRIMARY KEY, account integer NOT NULL REFERENCES accounts, cents bigint, note text);
INSERT INTO bookings SELECT n, 1 + n % 4000, n * 3, repeat(md5(n::text), 3) FROM generate_series(1, 30000) n;
CREATE INDEX ON bookings (account); CREATE INDEX ON bookings (note);
CREATE TABLE events (at timestamptz, what text);
INSERT INTO events SELECT '2026-01-01'::timestamptz + n * interval '1 minute', md5(n::text) FROM generate_series(1, 30000) n;`;

function judged(record: DrillRecord, difference: string | null, wrong: (what: string) => void): string {
  const { verdict, findings } = record;
  const codes = findings
    .filter(({ severity }) => severity === (verdict === 'NOT_PROVEN' ? 'error' : 'unverified'))
    .map(({ code }) => code);
  if (verdict === 'NOT_PROVEN')
    wrong(`the fault of the server was held against the dump: ${codes.join(', ')}`);
  if (difference !== null) wrong(`PROVEN, and the restored database differs: ${difference}`);
  if (verdict === 'COULD_NOT_VERIFY' && !codes.some((code) => fitting.has(code)))
    wrong(`COULD_NOT_VERIFY for ${codes.join(', ')}`);
  return [verdict, ...new Set(codes)].join(' ');
}

const backendsOf = async (server: TestServer): Promise<number[]> => {
  const rows = await server.sql(
    'postgres',
    "SELECT pid FROM pg_stat_activity WHERE usename = 'master' ORDER BY state = 'active' DESC, pid",
  );
  return rows.map(([pid]) => Number(pid));
};

/** Tells one session of the drill, a busy one where there is one. */
async function told(server: TestServer, by: 'pg_cancel_backend' | 'pg_terminate_backend'): Promise<number> {
  const [pid] = await backendsOf(server);
  if (pid === undefined) return 0;
  await server.sql('postgres', `SELECT ${by}(${pid})`);
  return 1;
}

async function takeAllConnections(server: TestServer): Promise<Client[]> {
  const taken: Client[] = [];
  for (;;) {
    try {
      taken.push(await server.connect('master', 'postgres'));
    } catch {
      return taken;
    }
  }
}

/** Rows of a kilobyte: as many as fill the largest of the small disks. */
async function writeBigDump(path: string): Promise<void> {
  function* text() {
    yield '--\n-- PostgreSQL database dump\n--\n\n-- Dumped from database version 15.18\n-- Dumped by pg_dump version 15.18\n\n';
    yield 'CREATE TABLE public.numbers (\n    n integer NOT NULL,\n    filling text\n);\n\nCOPY public.numbers (n, filling) FROM stdin;\n';
    for (let n = 1; n <= 100_000; n += 1) yield `${n}\t${'x'.repeat(1000)}\n`;
    yield '\\.\n\n--\n-- PostgreSQL database dump complete\n--\n\n';
  }
  await pipeline(Readable.from(text()), createGzip({ level: 1 }), createWriteStream(path));
}

/** Through the shipped command, whose sandboxes lie on a disk of this size that only it sees. */
async function withSmallDisk(world: World, dump: string, megabytes: number): Promise<DrillRecord> {
  const sandboxes = world.path('small-disk');
  mkdirSync(sandboxes, { recursive: true, mode: 0o711 });
  const mount = `mount -t tmpfs -o size=${megabytes}m,mode=0711 tmpfs '${sandboxes}' && exec "$@"`;
  const { record } = await world.drill(['--dump', dump], {
    env: { RESTORE_DRILL_SANDBOX_DIR: sandboxes },
    wrapper: ['unshare', '--mount', 'sh', '-c', mount, 'sh'],
  });
  return record;
}
