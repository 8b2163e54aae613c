import * as z from 'zod';
import { formatCountOf } from '../../text/quantities.ts';
import type { QueryAnswer } from './check.ts';
import { compareDecimals } from './decimal.ts';
import { decimal, decimalPattern, scalar } from './settings.ts';

export const expectationSettings = z
  .union(
    [
      scalar.describe('The value; `empty` and `notEmpty` ask for no row, or at least one.'),
      z.strictObject({ equals: scalar }),
      z.strictObject({ atLeast: decimal, atMost: decimal.optional() }),
      z.strictObject({ atMost: decimal }),
      z.strictObject({ between: z.tuple([decimal, decimal]).describe('Both bounds included.') }),
    ],
    {
      error:
        '`expect` is a value, `empty`, `notEmpty`, or one of { equals }, { atLeast }, { atMost }, { between: [low, high] }',
    },
  )
  .describe('What the query must give.');

export type Expectation = z.infer<typeof expectationSettings>;

/** Whether an answer is the expected one. `unclear`: the answer cannot be compared with the expectation at all. */
type Comparison = { met: true } | { met: false; because: string } | { unclear: string };

const numericTypes: ReadonlySet<string> = new Set([
  'int2',
  'int4',
  'int8',
  'numeric',
  'float4',
  'float8',
  'oid',
]);
/** Whether a value of the type may be named where a number is expected. */
export const isNumericType = (type: string): boolean => numericTypes.has(type);

const met: Comparison = { met: true };
const not = (because: string): Comparison => ({ met: false, because });

/**
 * Compares an answer with what was expected. No row is not 0, and NULL is not 0. An observed value is named only when
 * the expectation is a number; texts of the database are never repeated.
 */
export function compareWithExpectation(expected: Expectation, answer: QueryAnswer): Comparison {
  if (expected === 'empty')
    return answer.rows.length === 0 ? met : not('it gave at least one row where none was expected');
  if (expected === 'notEmpty') return answer.rows.length > 0 ? met : not('it gave no row');
  if (answer.columns.length !== 1)
    return {
      unclear: `it gives ${formatCountOf(answer.columns.length, 'column')} where one value is expected`,
    };
  if (answer.rows.length > 1) return { unclear: 'it gives more than one row where one value is expected' };
  const [row] = answer.rows;
  if (row === undefined) return not('it gave no row; no row is not a value');
  const value = row[0] ?? null;
  if (value === null) return not('it gave NULL; NULL is not a value');
  return compareValue(expected, value, answer.columns[0]?.type ?? 'unknown');
}

function compareValue(expected: Exclude<Expectation, never>, value: string, type: string): Comparison {
  if (typeof expected !== 'object') return compareEqual(expected, value, type);
  if ('equals' in expected) return compareEqual(expected.equals, value, type);
  if (!numericTypes.has(type))
    return {
      unclear: `it gives ${article(type)}, which cannot be compared as a number; cast it in the query`,
    };
  const [low, high] = 'between' in expected ? expected.between : [lowOf(expected), expected.atMost];
  const aboveLow = low === undefined ? 0 : compareDecimals(value, String(low));
  const belowHigh = high === undefined ? 0 : compareDecimals(value, String(high));
  if (aboveLow === null || belowHigh === null) return not('it gave no finite number');
  if (aboveLow < 0) return not(`it gave ${value}, expected at least ${low}`);
  if (belowHigh > 0) return not(`it gave ${value}, expected at most ${high}`);
  return met;
}

const lowOf = (bounds: object) => ('atLeast' in bounds ? (bounds.atLeast as number | string) : undefined);

function compareEqual(expected: string | number | boolean, value: string, type: string): Comparison {
  if (typeof expected === 'boolean') {
    if (type !== 'bool') return { unclear: `it gives ${article(type)}, not true or false` };
    return (value === 't') === expected ? met : not(`it gave ${!expected}, expected ${expected}`);
  }
  const isNumber = numericTypes.has(type);
  if (typeof expected === 'number' && !isNumber)
    return { unclear: `it gives ${article(type)}, not a number; cast it in the query` };
  if (isNumber && (typeof expected === 'number' || decimalPattern.test(expected))) {
    const order = compareDecimals(value, String(expected));
    if (order === null) return not('it gave no finite number');
    return order === 0 ? met : not(`it gave ${value}, expected ${expected}`);
  }
  // char(n) comes padded with blanks that PostgreSQL itself ignores when it compares.
  const observed = type === 'bpchar' ? value.trimEnd() : value;
  const same =
    type === 'bool'
      ? [value, value === 't' ? 'true' : 'false'].includes(String(expected))
      : observed === String(expected);
  return same ? met : not('it gave a value that differs from the expected one');
}

const article = (type: string) => `a value of type ${type}`;
