import { isDrillError } from '../../domain/findings/errors.ts';
import { wrapped } from '../../domain/record/report/wrapped-text.ts';
import { coloursFor, colourWanted, widthOf } from '../render/colour.ts';

/** One line of `restore-drill doctor`. */
export interface Diagnosis {
  what: string;
  /** `untested`: it cannot be tried without doing something. */
  state: 'ok' | 'problem' | 'untested';
  detail: string;
}

export const ok = (what: string, detail: string): Diagnosis => ({ what, state: 'ok', detail });
export const problem = (what: string, detail: string): Diagnosis => ({ what, state: 'problem', detail });

/**
 * Looks at one thing; an error of ours, or one that `told` makes of it, is what is wrong with it.
 *
 * @throws whatever is neither: a defect of ours
 */
export async function diagnose(
  what: string,
  look: () => Promise<Diagnosis | Diagnosis[]>,
  told: (error: unknown) => unknown = (error) => error,
): Promise<Diagnosis[]> {
  try {
    return [await look()].flat();
  } catch (error) {
    const named = told(error);
    if (!isDrillError(named)) throw named;
    return [problem(what, `${named.message}. ${named.hint}`)];
  }
}

/** Prints them, and gives the exit code: 0 when none is a problem, else 2. */
export function printDiagnoses(diagnoses: Diagnosis[]): number {
  const colours = coloursFor(colourWanted(process.stdout, process.env));
  const paint = { ok: colours.green, problem: colours.red, untested: colours.yellow };
  // A line each for whoever greps them; a person at a terminal gets words that are not cut.
  const width = process.stdout.isTTY === true ? widthOf(process.stdout) : Number.POSITIVE_INFINITY;
  for (const { what, state, detail } of diagnoses)
    process.stdout.write(
      `${wrapped(`${what}: ${detail}`, paint[state](state.padEnd(9)), ' '.repeat(9), width)}\n`,
    );
  return diagnoses.some(({ state }) => state === 'problem') ? 2 : 0;
}
