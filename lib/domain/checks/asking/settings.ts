import * as z from 'zod';
import { durationExamples, parseDuration } from '../../time/durations.ts';

/**
 * Settings of the configured check kinds, as written in drills.yaml. Nothing is transformed here: a setting stays as
 * the user wrote it (`5%`, `24h`), so that parsing it twice is safe; each kind turns it into numbers when it plans.
 */

/** Decimal number as text: sign, digits, fraction, exponent. */
export const decimalPattern = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,4})?$/;
const notADrop = '`maxDrop` is a share such as 5%, or a number of rows';
const notANumber = 'this must be a number (in quotes when it has more than 15 digits)';
const dropPattern = /^\d+(?:\.\d+)?%$/;

const text = (what: string) =>
  z
    .string({ error: `${what} must be a text` })
    .trim()
    .min(1, `${what} must not be empty`);
const tableName = text('a table name').describe(
  'Table, as `table` or `schema.table`; quote as in SQL where needed.',
);
const query = text('a query').describe(
  'One SELECT. It runs read-only, on its own, under the statement timeout.',
);
const notADuration = `a duration is a number with a unit; ${durationExamples}`;
const duration = z
  .string({ error: notADuration })
  .refine((value) => (parseDuration(value) ?? 0) > 0, notADuration)
  .describe('Duration such as `90s`, `30m`, `26h`, `7d`, `1h30m`.');
const rowCount = z
  .int({ error: 'a number of rows is a whole number' })
  .nonnegative('a number of rows is not negative');
/** Numbers beyond 2^53 lose digits in YAML, so they are written in quotes. */
const decimal = z
  .union([z.number(), z.string().regex(decimalPattern, notANumber)], {
    error: notANumber,
  })
  .refine(
    (value) => typeof value === 'string' || !Number.isInteger(value) || Number.isSafeInteger(value),
    'a whole number beyond 9007199254740991 must be written in quotes, or it loses digits',
  );
const scalar = z.union([decimal, z.string(), z.boolean()], {
  error: 'this must be a number, a text, true or false',
});

export const tablesSettings = z
  .array(tableName, { error: '`tables` is a list of table names' })
  .min(1, '`tables` must name at least one table')
  .describe('Tables that must exist.');

export const rowsSettings = z
  .strictObject({
    table: tableName,
    min: rowCount.optional().describe('Fewest rows allowed.'),
    max: rowCount.optional().describe('Most rows allowed.'),
    maxDrop: z
      .union(
        [
          z
            .string()
            .regex(dropPattern, notADrop)
            .refine((share) => !(Number(share.slice(0, -1)) > 100), '`maxDrop` is at most 100%'),
          rowCount,
        ],
        {
          error: notADrop,
        },
      )
      .optional()
      .describe(
        'Largest loss allowed since the last proven drill: a share such as `5%`, or a number of rows.',
      ),
  })
  .refine(
    (rows) => rows.min !== undefined || rows.max !== undefined || rows.maxDrop !== undefined,
    '`rows` needs `min`, `max` or `maxDrop`',
  )
  .refine(
    (rows) => rows.min === undefined || rows.max === undefined || rows.min <= rows.max,
    '`min` is greater than `max`',
  )
  .describe('Bounds for the number of rows of a table (with all its partitions).');

export const uniqueSettings = z
  .strictObject({
    table: tableName,
    on: z
      .union([text('`on`'), z.array(text('`on`')).min(1, '`on` must name at least one column')], {
        error: '`on` is a column, an expression, or a list of them',
      })
      .describe('Column or SQL expression such as `lower(email)`, or a list of them.'),
    where: text('`where`').optional().describe('SQL condition: only rows that meet it must be unique.'),
  })
  .describe('Values that occur at most once. NULL is not a value.');

export const freshnessSettings = z
  .strictObject({
    query: query.optional().describe('One SELECT that gives one timestamp: that of the newest business row.'),
    table: tableName.optional(),
    column: text('a column name').optional().describe('Column name, as it is (not quoted).'),
    maxAge: duration.describe('Largest age of the newest row at the moment of the dump.'),
  })
  .refine(
    (freshness) =>
      freshness.query === undefined
        ? freshness.table !== undefined && freshness.column !== undefined
        : freshness.table === undefined && freshness.column === undefined,
    '`freshness` needs either `query`, or `table` and `column`',
  )
  .describe('How old the newest business row may be; drives the measured RPO.');

export const migrationsSettings = z
  .strictObject({
    table: tableName.optional(),
    column: text('a column name').optional().describe('Column name, as it is (not quoted).'),
    where: text('`where`')
      .optional()
      .describe('SQL condition for rows that count as applied, such as `success`.'),
    head: z
      .union([decimal, z.string()])
      .optional()
      .describe('This migration is recorded and none sorts after it.'),
    includes: z.union([decimal, z.string()]).optional().describe('This migration is recorded.'),
    atLeast: z
      .union([decimal, z.string()])
      .optional()
      .describe('A migration that equals this or sorts after it is recorded.'),
    count: z
      .union([rowCount, z.strictObject({ atLeast: rowCount })], {
        error: '`count` is a number, or { atLeast: number }',
      })
      .optional()
      .describe('Number of recorded migrations.'),
    query: query.optional().describe('One SELECT that gives one value, compared with `expected`.'),
    expected: z
      .union([scalar, z.strictObject({ atLeast: decimal })], {
        error: '`expected` is a value, or { atLeast: number }',
      })
      .optional(),
  })
  .superRefine((migrations, problems) => {
    const complain = (message: string) => problems.addIssue({ code: 'custom', message });
    const byColumn = [migrations.head, migrations.includes, migrations.atLeast].filter(
      (value) => value !== undefined,
    );
    if (migrations.query !== undefined) {
      const others =
        (byColumn.length > 0 || migrations.table) ??
        migrations.column ??
        migrations.where ??
        migrations.count;
      if (others) complain('`migrations` with `query` takes only `expected` beside it');
      if (migrations.expected === undefined) complain('`migrations` with `query` needs `expected`');
      return;
    }
    if (migrations.expected !== undefined)
      complain('`expected` belongs to `query`; use `head`, `includes`, `atLeast` or `count` with `table`');
    if (migrations.table === undefined) complain('`migrations` needs `table` or `query`');
    if (byColumn.length > 1) complain('`migrations` takes one of `head`, `includes` and `atLeast`');
    if (byColumn.length > 0 && migrations.column === undefined)
      complain('`head`, `includes` and `atLeast` need `column`');
    if (byColumn.length === 0 && migrations.count === undefined)
      complain('`migrations` needs `head`, `includes`, `atLeast` or `count`');
  })
  .describe('The schema is at the expected migration.');

export const foreignKeysSettings = z
  .union(
    [
      z.strictObject({ all: z.literal(true) }),
      z.array(text('a name')).min(1, '`foreignKeys` must name at least one constraint or table'),
    ],
    { error: '`foreignKeys` is { all: true }, or a list of names of constraints or tables' },
  )
  .describe(
    'Foreign keys that must exist and have no orphans: `{ all: true }`, or names of constraints or tables.',
  );

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

export const sqlSettings = z
  .strictObject({
    name: text('a name')
      .max(200, 'a name has at most 200 characters')
      .describe('Name of the check, for reports.'),
    query,
    expect: expectationSettings,
  })
  .describe('Your own question, with the answer you expect.');

export const loginSettings = z
  .strictObject({
    role: text('a role').describe('Role name, as it is (not quoted).'),
    passwordEnv: z
      .string({ error: '`passwordEnv` is the name of an environment variable' })
      .regex(
        /^[A-Za-z_][A-Za-z0-9_]*$/,
        '`passwordEnv` is the name of an environment variable, not a password',
      )
      .optional()
      .describe(
        'Environment variable that holds the password. Without it only the right to log in is looked at.',
      ),
  })
  .describe('A role that can log in.');

/** Every configured kind, by its key in drills.yaml. */
export const settingsByKind = {
  tables: tablesSettings,
  rows: rowsSettings,
  unique: uniqueSettings,
  freshness: freshnessSettings,
  migrations: migrationsSettings,
  foreignKeys: foreignKeysSettings,
  sql: sqlSettings,
  login: loginSettings,
} as const;

export type ConfiguredKind = keyof typeof settingsByKind;

/** `statementTimeout` and `database`, which every entry of `checks:` may carry beside its kind. */
export const commonSettings = {
  database: text('a database name')
    .optional()
    .describe('Database of a cluster dump to ask; default: the main one.'),
  statementTimeout: duration.optional().describe('Limit for each statement of this check.'),
};
