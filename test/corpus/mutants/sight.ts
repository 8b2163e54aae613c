import { createHash } from 'node:crypto';
import type { DrillRecord } from '../../../lib/domain/record/drill-record.ts';
import type { Corpus } from '../support/corpus.ts';
import type { Mutant } from './mutants.ts';

/** What a drill may hold against a dump. */
export const onlookers = [
  'the file alone',
  'a checksum beside it',
  'the last proven drill',
  'a witness',
] as const;
export type Onlooker = (typeof onlookers)[number];

/** What a drill said of a damaged dump: refused it, proved it with a warning that a healthy one has not, or nothing. */
export type Sight = 'not proven' | 'told' | 'missed';

/** Codes that a drill of the healthy dump brings too, or that only say what there was to compare with. */
export const usualCodes = ({ findings }: DrillRecord): ReadonlySet<string> =>
  new Set(findings.map(({ code }) => code));

/** Drills a damaged dump with what an onlooker has. */
export async function seenBy(
  onlooker: Onlooker,
  { corpus, usual }: { corpus: Corpus; usual: ReadonlySet<string> },
  { fileName, healthy, damaged, witness }: Mutant,
): Promise<Sight> {
  switch (onlooker) {
    case 'the file alone':
      return sightOf(await corpus.drill(fileName, damaged), usual);
    case 'a checksum beside it': {
      const beside = { [`${fileName}.sha256`]: `${sha256(healthy)}  ${fileName}\n` };
      return sightOf(await corpus.drill(fileName, damaged, { beside }), usual);
    }
    case 'the last proven drill':
      return sightOf(await corpus.drill(fileName, damaged, { before: healthy }), usual);
    case 'a witness':
      return sightOf(
        await corpus.drill(fileName, damaged, { beside: { [`${fileName}.witness.json`]: witness } }),
        usual,
      );
  }
}

function sha256(content: Mutant['healthy']): string {
  if (content instanceof Map) throw new Error('a directory has no checksum of its own');
  return createHash('sha256').update(content).digest('hex');
}

function sightOf({ verdict, findings }: DrillRecord, usual: ReadonlySet<string>): Sight {
  if (verdict !== 'PROVEN') return 'not proven';
  const told = findings.some(({ code, severity }) => severity !== 'info' && !usual.has(code));
  return told ? 'told' : 'missed';
}
