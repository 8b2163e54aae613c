import { rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DrillRecord } from '../lib/domain/record/drill-record.ts';
import { type Random, randomOf } from '../test/corpus/mutants/random.ts';
import { type Ended, type Running, recordOf } from '../test/e2e/support/command-line.ts';
import { shopFile, shopRows } from '../test/e2e/support/fixtures.ts';
import { childrenOf, processesIn, type SeenProcess } from '../test/e2e/support/processes.ts';
import { World } from '../test/e2e/support/world.ts';
import { type ArchivedCluster, makeArchivedCluster } from '../test/support/archived-cluster.ts';
import { leftIn, unfinishedIn } from './leftovers.ts';
import { drawn, type Seen, type Trial, tally } from './trial.ts';

/** A drill whose process was killed has ended; one that lost its server ends by itself, and long before this. */
const longestDrillSeconds = 240;

const victims = [
  ['the drill', 4],
  ['its watchdog', 2],
  ['the postmaster', 3],
  ['a process of the server', 4],
  ['any process', 3],
  ['the drill and its watchdog', 4],
  ['all of them', 3],
] as const;
type Victim = (typeof victims)[number][0];

/** One kill, as a seed draws it. */
interface Kill {
  victim: Victim;
  source: 'dump' | 'base backup';
  /** Strikes so many milliseconds after the drill told so many lines of progress. */
  after: { lines: number; milliseconds: number };
  next: 'sweep' | 'a killed sweep, and a sweep' | 'run';
  /** For what the processes that are there decide. */
  random: Random;
}

function killOf(seed: number): Kill {
  const random = randomOf(seed);
  return {
    victim: drawn(random, victims),
    source: drawn(random, [
      ['dump', 4],
      ['base backup', 1],
    ] as const),
    after: { lines: random.below(26), milliseconds: random.below(500) },
    next: drawn(random, [
      ['sweep', 6],
      ['a killed sweep, and a sweep', 2],
      ['run', 4],
    ] as const),
    random,
  };
}

/** Kills with SIGKILL, and whether the next command leaves the machine as it was. */
export const kills: Trial = {
  name: 'kills',
  what: '`kill -9` of one process of a drill, or of several, at a random moment; then the next command',
  fullCount: 300,
  async run(cases, { commandLine, say }) {
    const world = await World.open({ commandLine: { file: commandLine } });
    const archived = await makeArchivedCluster('t');
    await world.run(['keys', 'init']);
    const seen: Seen = { figures: [], failures: [] };
    const outcomes: string[] = [];
    const victimsKilled: string[] = [];
    const goneAfter: number[] = [];
    let records: DrillRecord[] = [];
    try {
      for (const seed of cases.seeds()) {
        const kill = killOf(seed);
        const wrong = (what: string): void => {
          seen.failures.push({ seed, what: `${told(kill)}: ${what}` });
          say(`  seed ${seed}: ${told(kill)}: ${what}`);
        };
        const struck = await strike(world, kill, archived);
        victimsKilled.push(kill.victim);
        const outcome = judged(struck, records, await history(world, wrong), wrong);
        outcomes.push(outcome);
        await nextCommand(world, kill, wrong);
        const { left, seconds } = await leftIn(world);
        goneAfter.push(seconds);
        if (left.length > 0) {
          wrong(`left: ${left.join('; ')}`);
          world.endAll();
        }
        const now = await history(world, wrong);
        const lost = records.filter(({ drillId }) => now.every((each) => each.drillId !== drillId));
        if (lost.length > 0) wrong(`${lost.length} records of earlier drills are lost`);
        records = now;
        say(`  seed ${seed}: ${told(kill)}: ${outcome}`);
      }
      const unfinished = await unfinishedAfterAll(world);
      if (unfinished.length > 0)
        seen.failures.push({ seed: cases.seed, what: `left in the state: ${unfinished.join(', ')}` });
      const verified = await world.run(['verify']);
      if (verified.code !== 0)
        seen.failures.push({
          seed: cases.seed,
          what: `verify ended with ${verified.code}: ${verified.stdout
            .split('\n')
            .filter((line) => /PROBLEM|drills,|^ /.test(line))
            .slice(0, 20)
            .join('; ')}`,
        });
    } finally {
      world.remove();
      rmSync(archived.folder, { recursive: true, force: true });
    }
    goneAfter.sort((a, b) => a - b);
    seen.figures = [
      ['killed', tally(victimsKilled)],
      ['how the drills ended', tally(outcomes)],
      ['records in the ledger, all readable', String(records.length)],
      [
        'nothing left after the next command had ended',
        `at once ${goneAfter.filter((seconds) => seconds < 0.2).length} times, else after at most ${goneAfter.at(-1)?.toFixed(1)} s`,
      ],
    ];
    return seen;
  },
};

const told = ({ victim, source, after, next }: Kill): string =>
  `${victim} of a drill of a ${source}, ${after.milliseconds} ms after line ${after.lines}, then ${next}`;

interface Struck {
  /** Milliseconds, as Date.now() gives them. */
  startedAt: number;
  ended: Ended | 'never';
  /** The drill's own process was among the killed. */
  ownProcess: boolean;
}

async function strike(world: World, kill: Kill, archived: ArchivedCluster): Promise<Struck> {
  const what =
    kill.source === 'dump' ? ['--dump', shopFile] : ['--base', archived.base, '--wal', archived.wal];
  const startedAt = Date.now();
  const drill = world.start(['run', '--json', '--progress', 'json', ...what]);
  await Promise.race([drill.saidLines(kill.after.lines), drill.ended]);
  await sleep(kill.after.milliseconds);
  const chosen = chosenBy(kill, drill, world);
  for (const { pid } of chosen) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It ended in between.
    }
  }
  const ended = await Promise.race([
    drill.ended,
    sleep(longestDrillSeconds * 1000, 'never' as const, { ref: false }),
  ]);
  return { startedAt, ended, ownProcess: chosen.some(({ pid }) => pid === drill.pid) };
}

/** Those that are there to be killed; the drill itself where a server has not begun or has gone. */
function chosenBy({ victim, random }: Kill, drill: Running, world: World): SeenProcess[] {
  const own = { pid: drill.pid, title: 'the drill' };
  const below = descendantsOf(drill.pid);
  const watchdogs = below.filter(({ title }) => title.includes('watchdog'));
  const servers = [...below, ...processesIn(world.temporaryDirectory)].filter(({ title }) =>
    /postgres/.test(title),
  );
  const oneOf = (some: SeenProcess[]): SeenProcess[] => (some.length === 0 ? [own] : [random.pick(some)]);
  switch (victim) {
    case 'the drill':
      return [own];
    case 'its watchdog':
      return watchdogs.length === 0 ? [own] : watchdogs;
    case 'the postmaster':
      return oneOf(servers.filter(({ title }) => !title.startsWith('postgres: ')));
    case 'a process of the server':
      return oneOf(servers.filter(({ title }) => title.startsWith('postgres: ')));
    case 'any process':
      return oneOf([own, ...below]);
    case 'the drill and its watchdog':
      return [...watchdogs, own];
    case 'all of them':
      return [own, ...below];
  }
}

const descendantsOf = (pid: number): SeenProcess[] =>
  childrenOf(pid).flatMap((child) => [child, ...descendantsOf(child.pid)]);

/** How the drill ended, after telling what is wrong with that. */
function judged(
  { startedAt, ended, ownProcess }: Struck,
  before: DrillRecord[],
  after: DrillRecord[],
  wrong: (what: string) => void,
): string {
  if (ended === 'never') {
    wrong(`the drill had not ended after ${longestDrillSeconds} s`);
    return 'never';
  }
  const fresh = after.filter(({ drillId }) => before.every((each) => each.drillId !== drillId));
  // A drill seals for the one before it, which was killed before it could.
  const [own, forOthers] = [true, false].map((isOwn) =>
    fresh.filter((each) => isOwn === Date.parse(each.startedAt) >= startedAt),
  );
  if ((own?.length ?? 0) > 1) wrong(`${own?.length} records of one drill`);
  if (forOthers?.some(({ verdict }) => verdict !== 'COULD_NOT_VERIFY'))
    wrong('a drill that was killed before it sealed got another verdict than COULD_NOT_VERIFY');
  const record = own?.[0];
  if (record?.verdict === 'PROVEN' && !holdsAll(record)) wrong('PROVEN, and rows are missing');
  if (record?.verdict === 'NOT_PROVEN')
    wrong(`a kill was held against the dump: ${record.findings.map(({ code }) => code).join(', ')}`);
  if (record?.verdict === 'PROVEN' && !record.teardown.confirmed) wrong('PROVEN before it was torn down');
  if (ownProcess)
    return `killed, ${record === undefined ? 'no record' : `sealed before as ${record.verdict}`}`;
  try {
    const said = recordOf(ended);
    if (said.drillId !== record?.drillId || said.verdict !== record.verdict)
      wrong('what it printed is not what the ledger holds');
    const codes = said.findings.filter(({ severity }) => severity === 'unverified').map(({ code }) => code);
    return [said.verdict, ...new Set(codes)].join(' ');
  } catch {
    wrong(`it ended with ${ended.code} and no record: ${ended.stderr.slice(-500)}`);
    return 'no record';
  }
}

function holdsAll({ tables }: DrillRecord): boolean {
  const rows = Object.fromEntries(tables.map((table) => [table.name, table.rows]));
  if ('marker' in rows) return rows.marker === 4;
  return Object.entries(shopRows).every(([table, expected]) => rows[table] === expected);
}

async function nextCommand(
  world: World,
  { next, random }: Kill,
  wrong: (what: string) => void,
): Promise<void> {
  if (next === 'run') {
    const { record } = await world.drill(['--dump', shopFile]);
    if (record.verdict !== 'PROVEN') wrong(`the next drill is ${record.verdict}`);
    return;
  }
  if (next !== 'sweep') {
    const sweep = world.start(['sweep']);
    await sleep(random.below(800));
    sweep.kill('SIGKILL');
    await sweep.ended;
  }
  const { code, stderr } = await world.run(['sweep']);
  if (code !== 0) wrong(`sweep ended with ${code}: ${stderr}`);
}

/** What is half written in the state after a drill and a sweep, as if the minute had passed from which on it counts as left. */
async function unfinishedAfterAll(world: World): Promise<string[]> {
  const longAgo = new Date(Date.now() - 120_000);
  for (const name of unfinishedIn(world)) utimesSync(join(world.stateDirectory, name), longAgo, longAgo);
  await world.drill(['--dump', shopFile]);
  await world.run(['sweep']);
  return unfinishedIn(world);
}

/** The whole ledger, newest first. */
async function history(world: World, wrong: (what: string) => void): Promise<DrillRecord[]> {
  const { code, stdout, stderr } = await world.run(['history', '--json', '--limit', '100000']);
  if (code !== 0 || stderr !== '') {
    wrong(`the ledger cannot be read whole: ${stderr}`);
    return [];
  }
  return JSON.parse(stdout) as DrillRecord[];
}
