import { honesty, type MutantKindName, type Seen } from './honesty.ts';
import { mutantKinds } from './mutants.ts';
import { onlookers } from './sight.ts';

const words: Record<Seen, string> = {
  all: '**yes**',
  some: 'where it shows',
  none: 'no',
  source: '–',
  apart: '–',
};
const titles = {
  'the source': 'The source held it so when it was dumped',
  'the file': 'The bytes changed on their way',
  'the text': 'Somebody, or a program, changed the text',
} as const;

/** The tables of docs/honesty.md: kinds of damage, and what sees each. */
export function renderHonesty(): string {
  const head = `| | ${onlookers.join(' | ')} |\n| --- |${onlookers.map(() => ' --- |').join('')}`;
  return Object.entries(titles)
    .map(([where, title]) => {
      const rows = mutantKinds.filter((kind) => kind.where === where).map(({ kind }) => rowOf(kind));
      return `### ${title}\n\n${head}\n${rows.join('\n')}\n`;
    })
    .join('\n');
}

const rowOf = (kind: MutantKindName): string =>
  `| ${kind} | ${onlookers.map((onlooker) => words[honesty[kind][onlooker]]).join(' | ')} |`;
