import * as z from 'zod';
import { type Finding, finding } from '../../findings/findings.ts';
import { formatCountOf, listOf } from '../../text/quantities.ts';
import { quotedTable } from '../../text/sql-text.ts';
import type { BuiltInCheckKind, CountedTable } from '../asking/check.ts';
import { mostNamed, rowsCounted } from '../asking/check-words.ts';
import {
  askEach,
  refusedFinding,
  type ScalarAnswer,
  statusOf,
  unanswered,
} from '../asking/combined-query.ts';
import { databasesOf, partOf, plannedBuiltIn, slices } from '../asking/planning.ts';

const paramsSchema = z.object({
  database: z.string(),
  /** Schema and name. */
  tables: z.array(z.tuple([z.string(), z.string()])),
});
type Params = z.infer<typeof paramsSchema>;

/** feature_not_supported: what a server built without lz4 says of a value that is compressed with it (detoast.c). */
const lacksCompression = (reason: string): boolean => reason.includes('SQLSTATE 0A000');

/** A part reads at most 50 tables. */
const mostTables = 50;

/**
 * Of a base backup nobody tells how many rows a table must have, so each is read: damage in a heap or in values that are
 * stored apart shows only to whoever reads them. A count alone may be answered by an index.
 */
export const rowsReadable: BuiltInCheckKind<Params, ScalarAnswer[]> = {
  kind: 'rowsReadable',
  title: 'rows readable',
  asks: 'Can every value of every row be read? (Of base backups: they do not say how many rows there are.)',
  origin: 'built-in',
  scans: true,
  findings: ['ROWS_UNREADABLE', 'SERVER_LACKS_COMPRESSION', 'CHECK_COULD_NOT_RUN', 'CHECK_TIMED_OUT'],
  plan(context) {
    const { recovered } = context.account;
    if (recovered === undefined) return [];
    return databasesOf(context).flatMap((database) => {
      const tables = recovered.tables
        .filter((table) => table.database === database)
        .map(({ schema, name }): [string, string] => [schema, name]);
      const parts = slices(tables, mostTables);
      return parts.map((part, index) =>
        plannedBuiltIn(context, 'rowsReadable', database, `rows readable${partOf(index, parts.length)}`, {
          database,
          tables: part,
        }),
      );
    });
  },
  evidence: {
    expected: () => 'every value of every row can be read',
    scope: ({ tables }) =>
      `${formatCountOf(tables.length, 'table')}: ${listOf(
        tables.map(([schema, name]) => `${schema}.${name}`),
        mostNamed,
      )}`,
    actual: (_params, answers) => rowsCounted(answers),
  },
  parseParams: (params) => paramsSchema.parse(params),
  observe: ({ tables }, database) =>
    askEach(
      database,
      tables.map(([schema, name]) => ({
        // The text of a row needs every value of it, those of its TOAST table too.
        value: 'count(t::pg_catalog.text)',
        source: `only ${quotedTable(schema, name)} t`,
      })),
    ),
  judge({ database, tables }, answers) {
    const findings: Finding[] = [];
    const measured: CountedTable[] = [];
    tables.forEach(([schema, name], index) => {
      const answer = answers[index] ?? unanswered;
      if ('value' in answer) measured.push({ database, schema, name, rows: Number(answer.value) });
      else if (answer.refused.code === 'CHECK_TIMED_OUT' || answer === unanswered)
        findings.push(refusedFinding(answer.refused, `whether ${schema}.${name} can be read`));
      else if (lacksCompression(answer.refused.reason))
        findings.push(
          finding(
            'SERVER_LACKS_COMPRESSION',
            `rows of ${schema}.${name} cannot be read here: ${answer.refused.reason}`,
          ),
        );
      else
        findings.push(
          finding('ROWS_UNREADABLE', `rows of ${schema}.${name} cannot be read: ${answer.refused.reason}`),
        );
    });
    return { status: statusOf(findings), findings, measured: { tables: measured } };
  },
};
