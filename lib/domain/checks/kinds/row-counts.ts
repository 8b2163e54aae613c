import * as z from 'zod';
import { type Finding, finding } from '../../findings/findings.ts';
import { formatCountOf, listOf } from '../../text/quantities.ts';
import { quotedTable } from '../../text/sql-text.ts';
import type { BuiltInCheckKind, CheckContext } from '../asking/check.ts';
import { mostNamed, rowsCounted, rowsOf } from '../asking/check-words.ts';
import { askEach, refusedFinding, type ScalarAnswer, statusOf } from '../asking/combined-query.ts';
import { type ExpectedTable, expectedTables } from '../asking/expected-tables.ts';
import { databasesOf, partOf, plannedBuiltIn, slices } from '../asking/planning.ts';
import { readTables, type TableFacts } from '../asking/table-facts.ts';

const paramsSchema = z.object({
  database: z.string(),
  /** Schema, name, rows in the dump. */
  tables: z.array(z.tuple([z.string(), z.string(), z.number()])),
});
type Params = z.infer<typeof paramsSchema>;

type Counted = { facts: TableFacts | null; rows: ScalarAnswer | null };
interface Observation {
  tables: Counted[];
}

/** A part counts at most 50 tables and 20 million rows, about 10 s of work on two cores, unless one table has more. */
const mostTables = 50;
const mostRows = 20_000_000;

export const rowCounts: BuiltInCheckKind<Params, Observation> = {
  kind: 'rowCounts',
  title: 'row counts',
  asks: 'Does `count(*)` of every table equal the rows that the dump holds for it?',
  origin: 'built-in',
  scans: true,
  findings: ['ROW_COUNT_MISMATCH', 'CHECK_COULD_NOT_RUN', 'CHECK_TIMED_OUT'],
  plan(context: CheckContext) {
    return databasesOf(context).flatMap((database) => {
      const { direct } = expectedTables(context.account, database);
      const tables = direct.map(({ schema, name, rows }: ExpectedTable): [string, string, number] => [
        schema,
        name,
        rows,
      ]);
      const parts = slices(tables, mostTables, { of: ([, , rows]) => rows, most: mostRows });
      return parts.map((part, index) =>
        plannedBuiltIn(context, 'rowCounts', database, `row counts${partOf(index, parts.length)}`, {
          database,
          tables: part,
        }),
      );
    });
  },
  notTested(context) {
    const leftOut = databasesOf(context).flatMap(
      (database) => expectedTables(context.account, database).leftOut,
    );
    return leftOut.length === 0 ? [] : [`Row counts of tables that were left out: ${leftOut.join(', ')}.`];
  },
  evidence: {
    expected: ({ tables }) => rowsOf(tables.reduce((sum, [, , rows]) => sum + rows, 0)),
    scope: ({ tables }) =>
      `${formatCountOf(tables.length, 'table')}: ${listOf(
        tables.map(([schema, name]) => `${schema}.${name}`),
        mostNamed,
      )}`,
    actual: (_params, { tables }) => rowsCounted(tables.map(({ rows }) => rows)),
  },
  parseParams: (params) => paramsSchema.parse(params),
  async observe({ tables }, database) {
    const facts = await readTables(
      database,
      tables.map(([schema, name]) => ({ schema, name })),
    );
    const countable = facts.flatMap((one) => (one?.readable === true ? [one] : []));
    const counts = await askEach(
      database,
      countable.map(({ schema, name }) => ({
        value: 'count(*)',
        source: `only ${quotedTable(schema, name)}`,
      })),
    );
    return {
      tables: facts.map((one) => ({
        facts: one,
        rows: one === null ? null : (counts[countable.indexOf(one)] ?? null),
      })),
    };
  },
  judge({ database, tables }, observation) {
    const findings: Finding[] = [];
    const measured: { database: string; schema: string; name: string; rows: number }[] = [];
    tables.forEach(([schema, name, expected], index) => {
      const { facts, rows } = observation.tables[index] ?? { facts: null, rows: null };
      const table = `${schema}.${name}`;
      if (facts === null) {
        findings.push(
          finding(
            'ROW_COUNT_MISMATCH',
            `table ${table} does not exist; the dump holds ${rowsOf(expected)} for it`,
          ),
        );
      } else if (!facts.readable) {
        findings.push(
          refusedFinding(
            { code: 'CHECK_COULD_NOT_RUN', reason: facts.obstacle },
            `the row count of ${table}`,
          ),
        );
      } else if (rows === null || 'refused' in rows) {
        const refused =
          rows?.refused ?? ({ code: 'CHECK_COULD_NOT_RUN', reason: 'no count came back' } as const);
        findings.push(refusedFinding(refused, `the row count of ${table}`));
      } else {
        const actual = Number(rows.value);
        // A partitioned table has no rows of its own: its partitions are counted each for itself.
        if (facts.relationKind !== 'p') measured.push({ database, schema, name, rows: actual });
        // Tables of an extension also hold rows that CREATE EXTENSION made; the dump holds only those added later.
        const wrong = facts.ofExtension ? actual < expected : actual !== expected;
        if (wrong)
          findings.push(
            finding(
              'ROW_COUNT_MISMATCH',
              `table ${table} holds ${rowsOf(actual)}; the dump holds ${rowsOf(expected)} for it`,
            ),
          );
      }
    });
    return { status: statusOf(findings), findings, measured: { tables: measured } };
  },
};
