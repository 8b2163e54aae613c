import { isDrillError } from '../../findings/errors.ts';
import { type Finding, finding } from '../../findings/findings.ts';
import type { CheckDatabase, CheckStatus } from './check.ts';

/** A query that gives one row with one value: `select <value> from <source>`. */
export interface ScalarQuery {
  value: string;
  /** What follows FROM, with WHERE if any. */
  source: string;
}

/** The value as PostgreSQL's text, or why it could not be had. */
export type ScalarAnswer =
  | { value: string | null }
  | { refused: { code: 'CHECK_TIMED_OUT' | 'CHECK_COULD_NOT_RUN'; reason: string } };

/** After so many queries of one check that ran into the timeout, by themselves, the others are not asked. */
const mostTimedOut = 3;

const notAsked: ScalarAnswer = {
  refused: {
    code: 'CHECK_TIMED_OUT',
    reason: `it was not asked, because ${mostTimedOut} queries of this check before it ran into the timeout`,
  },
};

/** What stands for an answer that is not there: a question without one is never a passed one. */
export const unanswered: ScalarAnswer = {
  refused: { code: 'CHECK_COULD_NOT_RUN', reason: 'no answer came back' },
};

/**
 * Asks many scalar queries, up to 50 in one statement. When such a statement fails, its queries are asked one by one,
 * so that one table that cannot be read does not hide the others. Code of a dump that never ends (in an operator of a type, or
 * in a view) would cost the timeout for each: after a few the rest is left.
 */
export async function askEach(
  database: CheckDatabase,
  queries: readonly ScalarQuery[],
): Promise<ScalarAnswer[]> {
  const answers: ScalarAnswer[] = [];
  let timedOut = 0;
  for (let start = 0; start < queries.length; start += 50) {
    const chunk = queries.slice(start, start + 50);
    if (timedOut >= mostTimedOut) {
      answers.push(...chunk.map(() => notAsked));
      continue;
    }
    const together = await askTogether(database, chunk);
    const failed = together.length === 1 && together[0] !== undefined && 'refused' in together[0];
    if (!failed || chunk.length === 1) answers.push(...together);
    else
      for (const query of chunk) {
        const [answer = notAsked] =
          timedOut < mostTimedOut ? await askTogether(database, [query]) : [notAsked];
        if ('refused' in answer && answer.refused.code === 'CHECK_TIMED_OUT') timedOut += 1;
        answers.push(answer);
      }
  }
  return answers;
}

async function askTogether(
  database: CheckDatabase,
  queries: readonly ScalarQuery[],
): Promise<ScalarAnswer[]> {
  const selects = queries.map(
    ({ value, source }, index) => `select ${index} as n, (${value})::pg_catalog.text as v from ${source}`,
  );
  try {
    const rows = await database.query(selects.join('\nunion all\n'));
    const values = new Map(rows.map((row) => [Number(row.n), row.v === null ? null : String(row.v)]));
    return queries.map((_, index) => ({ value: values.get(index) ?? null }));
  } catch (error) {
    return [{ refused: refusal(error) }];
  }
}

/** Why a query of a check was refused. Rethrows what is no matter of the query, such as a lost sandbox. */
export function refusal(error: unknown): { code: 'CHECK_TIMED_OUT' | 'CHECK_COULD_NOT_RUN'; reason: string } {
  if (isDrillError(error) && (error.code === 'CHECK_TIMED_OUT' || error.code === 'CHECK_COULD_NOT_RUN')) {
    return { code: error.code, reason: error.message };
  }
  throw error;
}

/** Finding for one part of a check that could not be asked. */
export function refusedFinding(
  refused: { code: 'CHECK_TIMED_OUT' | 'CHECK_COULD_NOT_RUN'; reason: string },
  what: string,
): Finding {
  return finding(refused.code, `${what} could not be checked: ${refused.reason}`);
}

/** Failed when something is wrong; could not run when something could not be asked; else passed. */
export function statusOf(findings: readonly Finding[]): CheckStatus {
  if (findings.some(({ severity }) => severity === 'error')) return 'failed';
  return findings.some(({ severity }) => severity === 'unverified') ? 'could not run' : 'passed';
}
