import * as z from 'zod';
import { finding } from '../../findings/findings.ts';
import { formatCountOf } from '../../text/quantities.ts';
import { literal, quoted, rowSource } from '../../text/sql-text.ts';
import type { ConfiguredCheckKind, Judgement, QueryAnswer } from '../asking/check.ts';
import { refusedFinding } from '../asking/combined-query.ts';
import { compareWithExpectation } from '../asking/expectation.ts';
import { actualText, expectationText } from '../asking/expectation-words.ts';
import { configuredOf, plannedConfigured } from '../asking/planning.ts';
import { decimal, query, rowCount, scalar, tableName, text } from '../asking/settings.ts';
import { lookUpTable, missingTableMessage, type TableLookup } from '../asking/table-lookup.ts';

const migrationsSettings = z
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

const paramsSchema = z.object({ migrations: migrationsSettings });
type Params = z.infer<typeof paramsSchema>;

interface Observation {
  lookup: TableLookup | null;
  /** By table: columns applied, same, later. By query: its answer. */
  answer: QueryAnswer | null;
}

export const migrations: ConfiguredCheckKind<Params, Observation> = {
  kind: 'migrations',
  title: 'migrations',
  asks: 'Is the restored database at the expected migration? Values are compared by the order of their column; none of them is repeated in findings.',
  origin: 'configured',
  settings: migrationsSettings,
  scans: false,
  findings: ['MIGRATIONS_BEHIND', 'TABLE_MISSING', 'CHECK_COULD_NOT_RUN', 'CHECK_TIMED_OUT'],
  plan: (context) =>
    configuredOf(context, 'migrations').map((check) => {
      const settings = migrationsSettings.parse(check.settings);
      return plannedConfigured(
        context,
        check,
        settings.table === undefined ? 'migrations by query' : `migrations in ${settings.table}`,
        { migrations: settings },
      );
    }),
  notTested: (context) =>
    configuredOf(context, 'migrations').length > 0
      ? []
      : ['Whether the schema is at the head of the migrations: no migrations check is configured.'],
  evidence: {
    expected: ({ migrations: settings }) => expectedMigrations(settings),
    scope: ({ migrations: { table } }) => (table === undefined ? 'a query of drills.yaml' : `table ${table}`),
    actual: ({ migrations: settings }, { answer }) => actualMigrations(settings, answer),
  },
  parseParams: (params) => paramsSchema.parse(params),
  async observe({ migrations: settings }, database) {
    if (settings.query !== undefined) return { lookup: null, answer: await database.ask(settings.query, 2) };
    const lookup = await lookUpTable(database, settings.table ?? '');
    if (!('found' in lookup) || !lookup.found.readable) return { lookup, answer: null };
    const { schema, name, relationKind } = lookup.found;
    const wanted = settings.head ?? settings.includes ?? settings.atLeast;
    const column = quoted(settings.column ?? '');
    // An untyped literal takes the column's type, so 10 sorts after 9 in a number and by collation in a text.
    const same =
      wanted === undefined ? 'null' : `count(*) filter (where ${column} = ${literal(String(wanted))})`;
    const later =
      wanted === undefined || settings.includes !== undefined
        ? 'null'
        : `count(*) filter (where ${column} > ${literal(String(wanted))})`;
    const where = settings.where === undefined ? '' : ` where (\n${settings.where}\n)`;
    return {
      lookup,
      answer: await database.ask(
        `select count(*), ${same}, ${later} from ${rowSource(schema, name, relationKind)}${where}`,
        2,
      ),
    };
  },
  judge({ migrations: settings }, { lookup, answer }): Judgement {
    const couldNotRun = (reason: string): Judgement => ({
      status: 'could not run',
      findings: [refusedFinding({ code: 'CHECK_COULD_NOT_RUN', reason }, 'the state of migrations')],
    });
    const behind = (message: string): Judgement => ({
      status: 'failed',
      findings: [finding('MIGRATIONS_BEHIND', message)],
    });
    if (lookup !== null && 'missingBut' in lookup) {
      return {
        status: 'failed',
        findings: [finding('TABLE_MISSING', missingTableMessage(settings.table ?? '', lookup.missingBut))],
      };
    }
    if (lookup !== null && 'refused' in lookup) return couldNotRun(lookup.refused);
    if (answer === null) return couldNotRun(lookup?.found.obstacle ?? 'no answer came back');
    if (settings.query !== undefined) {
      const comparison = compareWithExpectation(expectedAnswer(settings), answer);
      if ('unclear' in comparison) return couldNotRun(comparison.unclear);
      return comparison.met
        ? { status: 'passed', findings: [] }
        : behind(`the migrations query is not as expected: ${comparison.because}`);
    }
    return judgeTable(settings, answer.rows[0]?.map((value) => Number(value)) ?? [], behind);
  },
};

function judgeTable(
  settings: Params['migrations'],
  [applied = 0, same = 0, later = 0]: number[],
  behind: (message: string) => Judgement,
): Judgement {
  const { table, head, includes, atLeast, count } = settings;
  if (head !== undefined && same === 0) return behind(`${table} does not record the expected head ${head}`);
  if (head !== undefined && later > 0)
    return behind(`${table} records ${formatCountOf(later, 'migration')} after the expected head ${head}`);
  if (includes !== undefined && same === 0)
    return behind(`${table} does not record the migration ${includes}`);
  if (atLeast !== undefined && same + later === 0)
    return behind(`${table} records no migration at or after ${atLeast}`);
  if (typeof count === 'number' && applied !== count)
    return behind(`${table} records ${formatCountOf(applied, 'migration')}, expected ${count}`);
  if (typeof count === 'object' && applied < count.atLeast)
    return behind(
      `${table} records ${formatCountOf(applied, 'migration')}, expected at least ${count.atLeast}`,
    );
  return { status: 'passed', findings: [] };
}

/** `empty` and `notEmpty` are no keywords here: they are compared as texts. */
const expectedAnswer = ({ expected }: Params['migrations']) =>
  typeof expected === 'object' ? expected : { equals: expected ?? '' };

function expectedMigrations(settings: Params['migrations']): string {
  const { query, head, includes, atLeast, count } = settings;
  if (query !== undefined) return expectationText(expectedAnswer(settings));
  return [
    ...(head === undefined ? [] : [`${head} recorded, and none after it`]),
    ...(includes === undefined ? [] : [`${includes} recorded`]),
    ...(atLeast === undefined ? [] : [`${atLeast} or one after it recorded`]),
    ...(count === undefined
      ? []
      : [typeof count === 'number' ? `${count} in all` : `at least ${count.atLeast} in all`]),
  ].join(', ');
}

/** Counts; a migration of the database is not named. */
function actualMigrations(settings: Params['migrations'], answer: QueryAnswer | null): string {
  if (answer === null) return 'not asked';
  if (settings.query !== undefined) return actualText(expectedAnswer(settings), answer);
  const [applied, same, later] = answer.rows[0] ?? [];
  return [
    `${applied ?? 0} recorded`,
    ...(same == null ? [] : [`that one ${same === '0' ? 'not among them' : 'among them'}`]),
    ...(later == null ? [] : [`${later} after it`]),
  ].join(', ');
}
