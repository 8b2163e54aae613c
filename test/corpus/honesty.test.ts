import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Format, fileNames } from './mutants/healthy.ts';
import { honesty } from './mutants/honesty.ts';
import { type Mutant, Mutants, mutantKinds } from './mutants/mutants.ts';
import { onlookers, seenBy, usualCodes } from './mutants/sight.ts';
import { Corpus } from './support/corpus.ts';
import { SourceServer } from './support/source-server.ts';

// One mutant for each cell of docs/honesty.md that claims all or none; `npm run bench:honesty` makes more than a thousand.

let corpus: Corpus;
let mutants: Mutants;
beforeAll(async () => {
  corpus = new Corpus();
  mutants = new Mutants(await SourceServer.use(async (source) => source));
});
afterAll(() => corpus?.close());

/** A format of a kind: the kinds take turns, so that every format is met. */
const cases = mutantKinds.map((kind, index) => ({
  ...kind,
  format: kind.formats[index % kind.formats.length] ?? 'plain',
}));

/** What a drill of the healthy dump says too; one database is behind all of them, so once for each format. */
const usual = new Map<Format, Promise<ReadonlySet<string>>>();
const usualOf = ({ format, healthy }: Mutant): Promise<ReadonlySet<string>> => {
  const known = usual.get(format) ?? corpus.drill(fileNames[format], healthy).then(usualCodes);
  usual.set(format, known);
  return known;
};

describe.each(onlookers)('what %s sees', (onlooker) => {
  const claimed = cases.filter(
    ({ kind, format }) =>
      ['all', 'none'].includes(honesty[kind][onlooker]) &&
      !(onlooker === 'a checksum beside it' && format === 'directory'),
  );
  test.each(claimed)('is what docs/honesty.md says: $kind ($format)', async (kind) => {
    const mutant = await mutants.make(kind, kind.format, 1);

    const sight = await seenBy(onlooker, { corpus, usual: await usualOf(mutant) }, mutant);

    expect(sight === 'missed' ? 'none' : 'all').toBe(honesty[kind.kind][onlooker]);
  });
});
