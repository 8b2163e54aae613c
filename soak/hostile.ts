import { spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import type { DrillRecord } from '../lib/domain/record/drill-record.ts';
import { type Random, randomOf } from '../test/corpus/mutants/random.ts';
import { Corpus, type LookedAt } from '../test/corpus/support/corpus.ts';
import { repositoryRoot } from '../test/support/repository-root.ts';
import { type Seen, type Trial, tally } from './trial.ts';

const longestDrillSeconds = 180;
/** A collection of whoever develops this; it is no part of the repository. */
const collection = join(repositoryRoot, '..', 'shared', 'hostile', 'run.py');

/** What a dump may want: a mark in the file system, a way out, rights. */
interface Wanted {
  mark: string;
  port: number;
}

const acts: ((wanted: Wanted) => string)[] = [
  ({ mark }) => `COPY (SELECT 1) TO PROGRAM 'touch ${mark}'`,
  ({ mark }) => `COPY (SELECT 1) TO '${mark}'`,
  ({ mark }) => `SELECT pg_catalog.lo_export(pg_catalog.lo_from_bytea(0, 'x'), '${mark}')`,
  ({ port }) =>
    `CREATE EXTENSION IF NOT EXISTS dblink; SELECT dblink_connect('host=127.0.0.1 port=${port} dbname=x')`,
  ({ port }) => `CREATE SUBSCRIPTION s CONNECTION 'host=127.0.0.1 port=${port} dbname=x' PUBLICATION p`,
  () => `ALTER SYSTEM SET archive_command = 'false'`,
  () => `UPDATE pg_catalog.pg_authid SET rolsuper = true`,
  () => `GRANT pg_execute_server_program TO master`,
  () => `CREATE ROLE intruder SUPERUSER LOGIN`,
  () => `ALTER ROLE master SUPERUSER`,
  () => `SELECT pg_catalog.pg_read_file('/etc/passwd')`,
  () => `SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()`,
  () => `SET SESSION AUTHORIZATION drill_admin`,
  () => `LOAD '/tmp/x.so'`,
];

/** What dumps of honest databases hold too: it is left out as everywhere, and told as a matter of course. */
const ordinary = /SUBSCRIPTION|SUPERUSER|GRANT/i;

/** Where a dump lets it happen: given the act, gives the statements. */
const vessels: [name: string, put: (act: string) => string][] = [
  ['a statement', (act) => `${act};`],
  ['a DO block', (act) => `DO $do$ BEGIN EXECUTE $act$${act}$act$; END $do$;`],
  [
    'a check',
    (act) => `${functionOf(act)} CREATE TABLE h (a integer CHECK (public.f(a)));\nINSERT INTO h VALUES (1);`,
  ],
  [
    'a default',
    (act) =>
      `${functionOf(act)} CREATE TABLE h (a integer, b boolean DEFAULT public.f(1));\nINSERT INTO h (a) VALUES (1);`,
  ],
  [
    'a generated column',
    (act) =>
      `${functionOf(act)} CREATE TABLE h (a integer, b boolean GENERATED ALWAYS AS (public.f(a)) STORED);\nCOPY h (a) FROM stdin;\n1\n\\.\n`,
  ],
  [
    'an index',
    (act) =>
      `${functionOf(act)} CREATE TABLE h (a integer);\nINSERT INTO h VALUES (1);\nCREATE INDEX ON h (public.f(a));`,
  ],
  ['a trigger', (act) => `CREATE TABLE h (a integer);\n${triggerOf(act)}\nCOPY h (a) FROM stdin;\n1\n\\.\n`],
  [
    'a materialized view',
    (act) =>
      `${functionOf(act)} CREATE MATERIALIZED VIEW h AS SELECT public.f(1);\nREFRESH MATERIALIZED VIEW h;`,
  ],
  ['a meta-command', (act) => `\\! sh -c ${JSON.stringify(act)}\n${act} \\gexec`],
];

const functionOf = (act: string): string =>
  `CREATE FUNCTION public.f(integer) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $f$ BEGIN EXECUTE $act$${act}$act$; RETURN true; END $f$;\n`;
const triggerOf = (act: string): string =>
  `CREATE FUNCTION public.t() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN EXECUTE $act$${act}$act$; RETURN NEW; END $f$;\nCREATE TRIGGER t BEFORE INSERT ON h FOR EACH ROW EXECUTE FUNCTION public.t();`;

/** Ways to write the same for a server, and something else for who reads carelessly. */
const disguises: ((act: string, random: Random) => string)[] = [
  (act) => act,
  (act, random) =>
    act.replace(/[A-Za-z]/g, (letter) => (random.below(2) === 0 ? letter.toLowerCase() : letter)),
  (act) => act.replaceAll(/ (?=[A-Z])/g, '/* ; -- */ '),
  (act) => act.replaceAll(/ (?=[A-Z])/g, ' -- \\.\n'),
  (act) => act.replaceAll(/ (?=[A-Z])/g, '\n\t\f '),
  (act) => `/* nested /* ; */ */ ${act}`,
];

const dumpWith = (hostile: string): string => `--
-- PostgreSQL database dump
--

-- Dumped from database version 15.18
-- Dumped by pg_dump version 15.18

CREATE TABLE public.calm (id integer, v text);

${hostile}

COPY public.calm (id, v) FROM stdin;
1	one
2	two
\\.

--
-- PostgreSQL database dump complete
--

`;

/** Drills dumps that want to act, in every vessel and disguise; then the collection beside the repository, where it is. */
export const hostile: Trial = {
  name: 'hostile',
  what: 'dumps that want to write files, run programs, connect out or gain rights, in random vessels and disguises',
  fullCount: 300,
  async run(cases, { say }) {
    const seen: Seen = { figures: [], failures: [] };
    const corpus = new Corpus();
    let connections = 0;
    const listener = createServer((socket) => {
      connections += 1;
      socket.destroy();
    });
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
    const address = listener.address();
    const wanted = {
      mark: join(tmpdir(), 'rd-soak-mark'),
      port: typeof address === 'object' ? (address?.port ?? 0) : 0,
    };
    const outcomes: string[] = [];
    try {
      for (const seed of cases.seeds()) {
        const random = randomOf(seed);
        const act = random.pick(disguises)(random.pick(acts)(wanted), random);
        const [vessel, put] = random.pick(vessels);
        const wrong = (what: string): void => {
          seen.failures.push({ seed, what: `${vessel} with ${act.slice(0, 60)}: ${what}` });
          say(`  seed ${seed}: ${vessel} with ${act.slice(0, 60)}: ${what}`);
        };
        let superusers: string[] = [];
        const record = await Promise.race([
          corpus.drill('hostile.sql', dumpWith(put(act)), {
            whenProven: async (sandbox) => {
              superusers = await foreignSuperusers(sandbox);
            },
          }),
          sleep(longestDrillSeconds * 1000, 'never' as const, { ref: false }),
        ]);
        if (record === 'never') {
          wrong(`the drill had not ended after ${longestDrillSeconds} s`);
          break;
        }
        if (existsSync(wanted.mark)) wrong('it wrote a file');
        if (connections > 0) wrong('it connected out');
        if (superusers.length > 0) wrong(`superusers that it made: ${superusers.join(', ')}`);
        if (!record.teardown.confirmed) wrong('its sandbox is not known to be gone');
        if (record.verdict === 'PROVEN' && !isToldOf(record) && !ordinary.test(act))
          wrong('PROVEN without a word of what it tried');
        outcomes.push(
          record.verdict === 'PROVEN'
            ? `PROVEN, ${isToldOf(record) ? 'and told what it tried' : 'and left out what it wanted'}`
            : record.verdict,
        );
        rmSync(wanted.mark, { force: true });
        connections = 0;
        if (outcomes.length % 50 === 0) say(`  ${outcomes.length} done: ${tally(outcomes)}`);
      }
    } finally {
      await corpus.close();
      listener.close();
    }
    seen.figures = [
      ['verdicts', tally(outcomes)],
      [
        'files written, connections, superusers made',
        seen.failures.length === 0 ? 'none' : 'see what was wrong',
      ],
      ['the collection of hostile dumps beside the repository', collected(cases.count, seen, say)],
    ];
    return seen;
  },
};

const isToldOf = ({ findings }: DrillRecord): boolean => findings.some(({ severity }) => severity !== 'info');

/** Predefined roles that would act are superusers in a sandbox, so that nobody but one may grant them. */
async function foreignSuperusers(sandbox: LookedAt): Promise<string[]> {
  const client = new Client(await sandbox('postgres'));
  await client.connect();
  const { rows } = await client
    .query<{ rolname: string }>(
      "SELECT rolname FROM pg_roles WHERE rolsuper AND rolname <> 'drill_admin' AND rolname !~ '^pg_'",
    )
    .finally(() => client.end());
  return rows.map(({ rolname }) => rolname);
}

/** The whole collection takes half an hour: only a whole soak drills it. */
function collected(count: number, { failures }: Seen, say: (text: string) => void): string {
  if (count < hostile.fullCount) return `NOT run: only with ${hostile.fullCount} cases`;
  if (!existsSync(collection)) {
    say(`NOT run: there is no ${collection}`);
    return 'NOT run: it is not there';
  }
  const built = spawnSync(process.execPath, ['scripts/build.mjs'], { cwd: repositoryRoot });
  if (built.status !== 0) throw new Error(`the program could not be built: ${built.stderr}`);
  const run = spawnSync('python3', [collection, '--repo', repositoryRoot], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  const lines = run.stdout.split('\n');
  const broke = lines.filter((line) => line.startsWith('BROKE'));
  for (const line of broke) failures.push({ seed: 1, what: line });
  const held = lines.findLast((line) => / held$/.test(line));
  if (held !== undefined && (run.status === 0) === (broke.length === 0)) return held;
  const words = run.stderr.trim().split('\n').at(-1);
  failures.push({ seed: 1, what: `the collection ended with ${run.status} and without its sum: ${words}` });
  return `it ended with ${run.status}`;
}
