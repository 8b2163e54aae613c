import { formatCountOf } from '../../text/quantities.ts';
import type { ScalarAnswer } from './combined-query.ts';

/** How many names the account of a check lists before it only counts the rest. */
export const mostNamed = 5;

/** `1 row`, `12,000 rows`. */
export const rowsOf = (count: number): string => formatCountOf(count, 'row');

/** The sum of counts that came back, and how many did not. */
export function rowsCounted(answers: readonly (ScalarAnswer | null)[]): string {
  const counted = answers.flatMap((answer) =>
    answer === null || 'refused' in answer ? [] : [Number(answer.value)],
  );
  const missing = answers.length - counted.length;
  const sum = rowsOf(counted.reduce((total, count) => total + count, 0));
  return missing === 0 ? sum : `${sum}; ${formatCountOf(missing, 'table')} not counted`;
}
