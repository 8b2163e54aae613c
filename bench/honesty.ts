import { expect, test } from 'vitest';
import { isHarmless } from '../test/corpus/mutants/harmless.ts';
import { type Format, fileNames, healthyVariants } from '../test/corpus/mutants/healthy.ts';
import { honesty, type MutantKindName } from '../test/corpus/mutants/honesty.ts';
import { Mutants, mutantKinds } from '../test/corpus/mutants/mutants.ts';
import { type Onlooker, onlookers, type Sight, seenBy, usualCodes } from '../test/corpus/mutants/sight.ts';
import { Corpus } from '../test/corpus/support/corpus.ts';
import { SourceServer } from '../test/corpus/support/source-server.ts';

// What a green means, in numbers: npm run bench:honesty. MUTANTS, HEALTHY and ONLOOKERS ask for other numbers.

const mutantsWanted = Number(process.env.MUTANTS ?? 1000);
const healthyWanted = Number(process.env.HEALTHY ?? 200);
const say = (line: string): boolean => process.stdout.write(`${line}\n`);

/** Mutants of each kind and format that all onlookers see. */
const seedsOfAll = Number(process.env.ONLOOKERS ?? 1);

type Count = Record<Sight | 'harmless', number>;
const none = (): Count => ({ 'not proven': 0, told: 0, missed: 0, harmless: 0 });

test('what is seen of more than a thousand damaged dumps, and what is said of healthy ones', {
  timeout: 7_200_000,
}, async () => {
  const corpus = new Corpus();
  try {
    await SourceServer.use(async (source) => {
      const { falseAlarms, usual } = await drillHealthy(source, corpus);
      const counts = await drillMutants(source, { corpus, usual });
      const broken = printed(counts);
      say(`${healthyWanted} healthy dumps: ${falseAlarms.length} false alarms`);
      for (const alarm of falseAlarms) say(`  ${alarm}`);
      expect({ falseAlarms, broken }).toEqual({ falseAlarms: [], broken: [] });
    });
  } finally {
    await corpus.close();
  }
});

async function drillHealthy(
  source: SourceServer,
  corpus: Corpus,
): Promise<{ falseAlarms: string[]; usual: Map<Format, ReadonlySet<string>> }> {
  const falseAlarms: string[] = [];
  const usual = new Map<Format, ReadonlySet<string>>();
  for await (const { name, format, content } of healthyVariants(source, healthyWanted)) {
    const record = await corpus.drill(fileNames[format], content);
    if (!usual.has(format)) usual.set(format, usualCodes(record));
    const alarms = record.findings.filter(
      ({ severity, code }) => severity !== 'info' && code !== 'CHECKSUM_ABSENT',
    );
    if (record.verdict !== 'PROVEN' || alarms.length > 0)
      falseAlarms.push(`${name}: ${record.verdict} ${alarms.map(({ code }) => code).join(' ')}`);
  }
  return { falseAlarms, usual };
}

async function drillMutants(
  source: SourceServer,
  { corpus, usual }: { corpus: Corpus; usual: Map<Format, ReadonlySet<string>> },
): Promise<Map<MutantKindName, Map<Onlooker, Count>>> {
  const mutants = new Mutants(source);
  const cells = mutantKinds.flatMap((kind) => kind.formats.map((format) => ({ kind, format })));
  const seeds = Math.ceil(mutantsWanted / cells.length);
  const counts = new Map<MutantKindName, Map<Onlooker, Count>>();
  for (const { kind, format } of cells) {
    const ofKind = counts.get(kind.kind) ?? new Map<Onlooker, Count>();
    counts.set(kind.kind, ofKind);
    for (let seed = 1; seed <= seeds; seed += 1) {
      const mutant = await mutants.make(kind, format, seed);
      // The file alone is asked each time. What the others see of a kind depends little on its place, and each costs a drill or two.
      for (const onlooker of seed <= seedsOfAll ? onlookers : onlookers.slice(0, 1)) {
        if (honesty[kind.kind][onlooker] === 'source') continue;
        if (onlooker === 'a checksum beside it' && format === 'directory') continue;
        const count = ofKind.get(onlooker) ?? none();
        ofKind.set(onlooker, count);
        const sight = await seenBy(onlooker, { corpus, usual: usual.get(format) ?? new Set() }, mutant);
        const harmless =
          sight === 'missed' && kind.where === 'the file' && (await isHarmless(source, mutant));
        count[harmless ? 'harmless' : sight] += 1;
      }
    }
  }
  return counts;
}

/** Prints the table. @returns cells that are not what docs/honesty.md claims */
function printed(counts: Map<MutantKindName, Map<Onlooker, Count>>): string[] {
  const broken: string[] = [];
  say(
    `\n${'seen / made (harmless ones aside)'.padEnd(52)}${onlookers.map((name) => name.padStart(24)).join('')}`,
  );
  const totals = new Map(onlookers.map((name) => [name, none()]));
  for (const [kind, ofKind] of counts) {
    const cells = onlookers.map((onlooker) => {
      const count = ofKind.get(onlooker);
      if (count === undefined) return '–';
      const total = totals.get(onlooker);
      for (const key of Object.keys(count) as (keyof Count)[])
        if (total !== undefined) total[key] += count[key];
      const seen = count['not proven'] + count.told;
      const made = seen + count.missed;
      const claim = honesty[kind][onlooker];
      if ((claim === 'all' && seen < made) || (claim === 'none' && seen > 0))
        broken.push(`${kind}: ${onlooker} saw ${seen} of ${made}`);
      return `${seen}/${made}`;
    });
    say(`${kind.padEnd(52)}${cells.map((cell) => cell.padStart(24)).join('')}`);
  }
  for (const [onlooker, { told, missed, harmless, 'not proven': refused }] of totals)
    say(`${onlooker}: ${refused} not proven, ${told} told, ${missed} missed, ${harmless} harmless`);
  return broken;
}
