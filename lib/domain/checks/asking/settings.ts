import * as z from 'zod';
import { durationExamples, parseDuration } from '../../time/durations.ts';

/**
 * What the settings of configured check kinds are made of, as written in drills.yaml. Nothing is transformed here: a
 * setting stays as the user wrote it (`5%`, `24h`), so that parsing it twice is safe; each kind turns it into numbers
 * when it plans.
 */

/** Decimal number as text: sign, digits, fraction, exponent. */
export const decimalPattern = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,4})?$/;
const notANumber = 'this must be a number (in quotes when it has more than 15 digits)';

/** A text that is not blank; `what` names it in the refusal. */
export const text = (what: string) =>
  z
    .string({ error: `${what} must be a text` })
    .trim()
    .min(1, `${what} must not be empty`);
/** A table as SQL names it. */
export const tableName = text('a table name').describe(
  'Table, as `table` or `schema.table`; quote as in SQL where needed.',
);
/** A question of the user's own. */
export const query = text('a query').describe(
  'One SELECT. It runs read-only, on its own, under the statement timeout.',
);
const notADuration = `a duration is a number with a unit; ${durationExamples}`;
/** A span longer than nothing. */
export const duration = z
  .string({ error: notADuration })
  .refine((value) => (parseDuration(value) ?? 0) > 0, notADuration)
  .describe('Duration such as `90s`, `30m`, `26h`, `7d`, `1h30m`.');
/** A number of rows. */
export const rowCount = z
  .int({ error: 'a number of rows is a whole number' })
  .nonnegative('a number of rows is not negative');
/** Numbers beyond 2^53 lose digits in YAML, so they are written in quotes. */
export const decimal = z
  .union([z.number(), z.string().regex(decimalPattern, notANumber)], {
    error: notANumber,
  })
  .refine(
    (value) => typeof value === 'string' || !Number.isInteger(value) || Number.isSafeInteger(value),
    'a whole number beyond 9007199254740991 must be written in quotes, or it loses digits',
  );
/** One value, as a query may give it. */
export const scalar = z.union([decimal, z.string(), z.boolean()], {
  error: 'this must be a number, a text, true or false',
});

/** `statementTimeout` and `database`, which every entry of `checks:` may carry beside its kind. */
export const commonSettings = {
  database: text('a database name')
    .optional()
    .describe('Database of a cluster dump to ask; default: the main one.'),
  statementTimeout: duration.optional().describe('Limit for each statement of this check.'),
};
