import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DrillRecord } from '../lib/domain/record/drill-record.ts';
import { clinicSql } from '../test/corpus/mutants/healthy.ts';
import { Corpus } from '../test/corpus/support/corpus.ts';
import { SourceServer } from '../test/corpus/support/source-server.ts';
import { World } from '../test/e2e/support/world.ts';
import { repositoryRoot } from '../test/support/repository-root.ts';
import { DamagedBases } from './damaged-bases.ts';
import { type Damaged, damagedBy } from './damaged-dump.ts';
import { type DumpForm, dumpForms } from './dump-forms.ts';
import { Oracle, startSource } from './oracle.ts';
import { comparedMajor, differenceOf, dumpedFrom, type Restored } from './restored.ts';
import { type Seen, type Trial, tally } from './trial.ts';

/** A drill of these 40 kB takes a second on a quiet machine. */
const longestDrillSeconds = 180;
/** Every so many cases one goes through the shipped command. */
const commandLineEvery = 25;
const mostMegabytes = 200;

/** Whether the case of a seed is a base backup: one in ten, each of which takes as long as five dumps. */
const isOfBaseBackup = (seed: number): boolean => seed % 10 === 9;

/** Drills dumps and base backups that were cut or had a bit turned, and asks PostgreSQL's own programs about every one that is PROVEN. */
export const damage: Trial = {
  name: 'damage',
  what: 'dumps of every form cut short anywhere, or with one bit turned; of ten cases one is a base backup or its WAL',
  fullCount: 2000,
  async run(cases, { commandLine, say }) {
    const source = await startSource();
    const oracle = await Oracle.start();
    const corpus = new Corpus();
    const world = await World.open({ commandLine: { file: commandLine } });
    const seen: Seen = { figures: [], failures: [] };
    const outcomes: string[] = [];
    const codes: string[] = [];
    const damages: string[] = [];
    let bases: DamagedBases | null = null;
    let throughCommand = 0;
    let mostSeconds = 0;
    let mostOfCommand = 0;
    try {
      const database = await SourceServer.on(source).database(clinicSql(1), '', 'clinic');
      const forms = dumpForms(source, database);
      const healthy = new Map<string, Restored>();
      for (const seed of cases.seeds()) {
        if (isOfBaseBackup(seed)) {
          bases ??= await DamagedBases.open(commandLine);
          await bases.drill(seed, seen.failures, say);
          continue;
        }
        const damaged = damagedBy(seed, forms);
        const wrong = (what: string): void => {
          seen.failures.push({
            seed,
            what: `${damaged.form.name} ${damaged.kind} at ${damaged.where}: ${what}`,
          });
          say(`  seed ${seed}: ${damaged.form.name} ${damaged.kind} at ${damaged.where}: ${what}`);
        };
        damages.push(`${damaged.form.name}, ${damaged.kind}`);
        const startedAt = performance.now();
        const { record, ours } = await drillOf(corpus, damaged);
        mostSeconds = Math.max(mostSeconds, (performance.now() - startedAt) / 1000);
        if (record === 'never') {
          wrong(`the drill had not ended after ${longestDrillSeconds} s`);
          break;
        }
        codes.push(...gravest(record));
        if (ours instanceof Error) {
          wrong(`PROVEN, and nobody could look at what was restored: ${ours.message}`);
          continue;
        }
        if (record.findings.some(({ code }) => code === 'INTERNAL_ERROR')) wrong('INTERNAL_ERROR');
        outcomes.push(
          record.verdict === 'PROVEN'
            ? await proven({ damaged, ours, healthy, oracle, wrong })
            : record.verdict,
        );
        if (seed % commandLineEvery === 0) {
          throughCommand += 1;
          const megabytes = await throughCommandLine(world, damaged, record, wrong);
          mostOfCommand = Math.max(mostOfCommand, megabytes);
          if (megabytes > mostMegabytes) wrong(`${megabytes.toFixed(0)} MB of our process`);
        }
        if (damages.length % 50 === 0) say(`  ${damages.length} done: ${tally(outcomes)}`);
      }
    } finally {
      await corpus.close();
      await oracle.stop();
      await source.stop();
      world.remove();
      bases?.close();
    }
    seen.figures = [
      ['forms', tally(damages.map((each) => each.replace(/, (?!.*, ).*$/, '')))],
      ['damage', tally(damages.map((each) => each.replace(/^.*, /, '')))],
      ['verdicts', tally(outcomes)],
      ['findings that decided', tally(codes)],
      ['longest drill', `${mostSeconds.toFixed(1)} s (limit ${longestDrillSeconds} s)`],
      [
        'through the shipped command as well',
        `${throughCommand}, same verdict; most memory ${mostOfCommand.toFixed(0)} MB (limit ${mostMegabytes} MB)`,
      ],
      [
        'memory of this process after all drills in it',
        `${(process.memoryUsage.rss() / 1e6).toFixed(0)} MB, at most ${(process.resourceUsage().maxRSS / 1000).toFixed(0)} MB`,
      ],
      ...(bases?.figures ?? []),
    ];
    return seen;
  },
};

/** What the programs make of the healthy form: they restore it without a complaint, or the trial is worth nothing. */
async function restoredHealthy({
  form,
  healthy,
  oracle,
}: Pick<ProvenDrill, 'healthy' | 'oracle'> & { form: DumpForm }): Promise<Restored> {
  const restored = healthy.get(form.name) ?? (await oracle.restored(form, form.content));
  if (restored === null) throw new Error(`the oracle does not take the healthy ${form.name}`);
  healthy.set(form.name, restored);
  return restored;
}

/**
 * A drill, and what was restored before its sandbox goes. A bit of the header may have changed the version of the server: the
 * programs that it is compared by read none newer than their own, so such a dump is drilled once more, into theirs.
 */
async function drillOf(
  corpus: Corpus,
  damaged: Damaged,
): Promise<{ record: DrillRecord | 'never'; ours: Restored | Error }> {
  const once = async (majorVersion?: number): ReturnType<typeof drillOf> => {
    let ours: Restored | Error = new Map();
    const record = await withinLimit(
      corpus.drill(damaged.form.fileName, damaged.content, {
        ...(majorVersion === undefined ? {} : { majorVersion }),
        whenProven: async (sandbox) => {
          ours = await dumpedFrom(sandbox).then(
            // An archive keeps the name of its database, a plain dump of one has none.
            (dumped) =>
              damaged.form.ofCluster ? dumped : new Map([...dumped.values()].map((text) => ['main', text])),
            (error: Error) => error,
          );
        },
      }),
    );
    return { record, ours };
  };
  const first = await once();
  if (!(first.ours instanceof Error)) return first;
  return { record: first.record, ours: (await once(comparedMajor)).ours };
}

const withinLimit = (drill: Promise<DrillRecord>): Promise<DrillRecord | 'never'> =>
  Promise.race([drill, sleep(longestDrillSeconds * 1000, 'never' as const, { ref: false })]);

const gravest = ({ verdict, findings }: DrillRecord): string[] => {
  const severity = verdict === 'NOT_PROVEN' ? 'error' : 'unverified';
  const [code] = findings.filter((finding) => finding.severity === severity).map((finding) => finding.code);
  return code === undefined ? [] : [code];
};

interface ProvenDrill {
  damaged: Damaged;
  /** Of the sandbox, before it was removed. */
  ours: Restored;
  /** What the programs made of healthy forms, so far. */
  healthy: Map<string, Restored>;
  oracle: Oracle;
  wrong(what: string): void;
}

/** A damaged dump may be PROVEN where nothing of it was lost, or where PostgreSQL's programs see nothing of the damage either. */
async function proven({ damaged, ours, healthy, oracle, wrong }: ProvenDrill): Promise<string> {
  const whole = await restoredHealthy({ form: damaged.form, healthy, oracle });
  const theirs = await oracle.restored(damaged.form, damaged.content);
  if (theirs === null) {
    // A setting that no server knows, for one: the policy leaves it out, and says so.
    if (isSame(whole, ours)) return 'PROVEN, nothing lost, and PostgreSQL’s programs complain';
    wrong('PROVEN, PostgreSQL’s programs refuse it, and its content changed');
    return 'PROVEN against the oracle';
  }
  const difference = differenceOf(theirs, ours);
  if (difference !== null) {
    wrong(`PROVEN, and PostgreSQL’s programs restore something else: ${difference}`);
    return 'PROVEN against the oracle';
  }
  if (isSame(whole, ours)) return 'PROVEN, nothing lost';
  if (damaged.kind === 'cut short' || rowsIn(whole) !== rowsIn(ours)) {
    wrong('PROVEN, and rows or objects are missing');
    return 'PROVEN against the oracle';
  }
  return 'PROVEN, a value or name changed and the oracle agrees';
}

const isSame = (one: Restored, other: Restored): boolean => differenceOf(one, other) === null;

/** Lines of all databases: a row that is gone is a line that is gone. */
const rowsIn = (restored: Restored): number =>
  [...restored.values()].reduce((sum, text) => sum + text.split('\n').length, 0);

/** @returns megabytes of the command's process at its most */
async function throughCommandLine(
  world: World,
  { form, content }: Damaged,
  expected: DrillRecord,
  wrong: (what: string) => void,
): Promise<number> {
  const folder = world.path(`damaged-${expected.drillId}`);
  const path = join(folder, form.fileName);
  mkdirSync(content instanceof Map ? path : folder, { recursive: true });
  if (content instanceof Map) for (const [name, bytes] of content) writeFileSync(join(path, name), bytes);
  else writeFileSync(path, content);
  const usage = join(folder, 'usage');
  mkdirSync(usage);
  const { record } = await world.drill(['--dump', path], {
    env: {
      NODE_OPTIONS: `--import=${join(repositoryRoot, 'test/e2e/support/usage-on-exit.mjs')}`,
      USAGE_FOLDER: usage,
    },
  });
  if (record.verdict !== expected.verdict)
    wrong(`${record.verdict} through the command, ${expected.verdict} in one process`);
  const peaks = readdirSync(usage).map((name) => Number(readFileSync(join(usage, name), 'utf8')));
  return Math.max(...peaks) / 1e6;
}
