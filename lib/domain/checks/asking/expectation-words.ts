import { formatCountOf } from '../../text/quantities.ts';
import type { QueryAnswer } from './check.ts';
import { compareWithExpectation, type Expectation, isNumericType } from './expectation.ts';

/** What drills.yaml expects, in words. A text is not repeated: it may be a value of a row. */
export function expectationText(expected: Expectation): string {
  if (expected === 'empty') return 'no row';
  if (expected === 'notEmpty') return 'at least one row';
  if (typeof expected !== 'object') return scalarText(expected);
  if ('equals' in expected) return scalarText(expected.equals);
  if ('between' in expected) return `a number from ${expected.between[0]} to ${expected.between[1]}`;
  const bounds = [
    ...('atLeast' in expected ? [`at least ${expected.atLeast}`] : []),
    ...(expected.atMost === undefined ? [] : [`at most ${expected.atMost}`]),
  ];
  return bounds.join(', ');
}

const scalarText = (value: string | number | boolean): string =>
  typeof value === 'string' ? 'the text that drills.yaml gives' : String(value);

/** What came back, in words: numbers and truth where one was expected, never a text of the database. */
export function actualText(expected: Expectation, answer: QueryAnswer): string {
  if (answer.rows.length === 0) return 'no row';
  if (expected === 'empty' || expected === 'notEmpty') return 'at least one row';
  if (answer.columns.length !== 1) return formatCountOf(answer.columns.length, 'column');
  if (answer.rows.length > 1) return 'more than one row';
  const value = answer.rows[0]?.[0] ?? null;
  const type = answer.columns[0]?.type ?? 'unknown';
  if (value === null) return 'NULL';
  const named = typeof expected === 'object' && 'equals' in expected ? expected.equals : expected;
  if (typeof named !== 'string' && isNumericType(type)) return value;
  if (typeof named === 'boolean' && type === 'bool') return String(value === 't');
  const comparison = compareWithExpectation(expected, answer);
  if ('unclear' in comparison) return `a value of type ${type}`;
  return comparison.met ? 'that text' : 'another value';
}
