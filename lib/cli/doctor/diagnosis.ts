import { isDrillError } from '../../domain/findings/errors.ts';
import { visibleText } from '../../domain/text/visible-text.ts';

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
  for (const { what, state, detail } of diagnoses)
    process.stdout.write(`${state.padEnd(8)} ${visibleText(what)}: ${visibleText(detail)}\n`);
  return diagnoses.some(({ state }) => state === 'problem') ? 2 : 0;
}
