import { DrillError } from '../../../domain/findings/errors.ts';
import { type Finding, finding, findingRegistry } from '../../../domain/findings/findings.ts';
import { inWords } from '../../../domain/time/spans.ts';

/**
 * More than this are not waited for. Each costs its whole limit, 5 or 30 minutes, and the first has decided the verdict: the rest
 * would only name more of what is found by looking at these.
 */
const mostTimedOut = 5;

/** Entries of one attempt that were ended because they made no progress. */
export class TimedOutEntries {
  readonly #labels: string[] = [];

  /**
   * One more.
   * @param what was ended, e.g. `constraint public.t c` @returns the finding that tells it
   * @throws DrillError ENTRY_TIMED_OUT when it is one too many: the restore is given up
   */
  add(what: string, limitSeconds: number): Finding {
    this.#labels.push(what);
    const limit = inWords(limitSeconds);
    if (this.#labels.length <= mostTimedOut)
      return finding('ENTRY_TIMED_OUT', `${what} made no progress for ${limit} and was ended`);
    throw new DrillError(
      'ENTRY_TIMED_OUT',
      `${this.#labels.length} entries made no progress for ${limit} each, and the restore was given up: ${[...new Set(this.#labels)].join(', ')}`,
      { hint: findingRegistry.ENTRY_TIMED_OUT.hint },
    );
  }
}
