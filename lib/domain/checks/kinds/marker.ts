import * as z from 'zod';
import { finding } from '../../findings/findings.ts';
import { literal, quoted, rowSource } from '../../text/sql-text.ts';
import type { BuiltInCheckKind, CheckDatabase } from '../asking/check.ts';
import { refusedFinding } from '../asking/combined-query.ts';
import { plannedBuiltIn, sandboxName } from '../asking/planning.ts';
import { lookUpTable, missingTableMessage, type TableLookup } from '../asking/table-lookup.ts';

const paramsSchema = z.object({
  table: z.string(),
  column: z.string(),
  before: z.string(),
  after: z.string().nullable(),
});
type Params = z.infer<typeof paramsSchema>;

interface Observation {
  lookup: TableLookup;
  /** Whether each row is there; null: it was not asked for. */
  before: boolean | null;
  after: boolean | null;
}

/** PostgreSQL's own end of recovery is one proof that a moment was reached; rows of the user's around it are the other. */
export const marker: BuiltInCheckKind<Params, Observation> = {
  kind: 'marker',
  title: 'marker rows',
  asks: 'Is the row there that was written before the moment of `recoverTo`, and is the one after it not?',
  origin: 'built-in',
  scans: true,
  findings: ['MARKER_MISSING', 'MARKER_PASSED', 'TABLE_MISSING', 'CHECK_COULD_NOT_RUN', 'CHECK_TIMED_OUT'],
  plan(context) {
    const { account, defaultDatabase, marker } = context;
    if (marker === undefined || account.recovered === undefined) return [];
    const { database, ...params } = marker;
    const asked = database === null ? defaultDatabase : sandboxName(account, database);
    return [plannedBuiltIn(context, 'marker', asked, `marker rows of ${marker.table}`, params)];
  },
  notTested: ({ account, marker }) =>
    account.recovered === undefined || marker !== undefined
      ? []
      : [
          'The moment reached, by rows of yours: no marker is configured, so it rests on the words of PostgreSQL and on the WAL.',
        ],
  evidence: {
    expected: ({ after }) =>
      `the row from before the moment${after === null ? '' : ', and not the one from after it'}`,
    scope: ({ table, column }) => `rows of ${table}, by ${column}`,
    actual: (_params, { before, after }) =>
      before === null
        ? 'not asked'
        : `the row from before ${before ? 'is' : 'is not'} there${after === null ? '' : `, the one from after ${after ? 'is' : 'is not'}`}`,
  },
  parseParams: (params) => paramsSchema.parse(params),
  async observe({ table, column, before, after }, database) {
    const lookup = await tableOf(table, database);
    if (!('found' in lookup) || !lookup.found.readable) return { lookup, before: null, after: null };
    const { schema, name, relationKind } = lookup.found;
    const there = (value: string): string =>
      `exists (select from ${rowSource(schema, name, relationKind)} t where t.${quoted(column)}::pg_catalog.text = ${literal(value)})`;
    const [row] = await database.query(
      `select ${there(before)} as before, ${after === null ? 'null::pg_catalog.bool' : there(after)} as after`,
    );
    return { lookup, before: row?.before === 't', after: after === null ? null : row?.after === 't' };
  },
  judge({ table, column }, { lookup, before, after }) {
    if ('missingBut' in lookup)
      return {
        status: 'failed',
        findings: [finding('TABLE_MISSING', missingTableMessage(table, lookup.missingBut))],
      };
    if (before === null) {
      const reason = 'refused' in lookup ? lookup.refused : lookup.found.obstacle;
      return {
        status: 'could not run',
        findings: [refusedFinding({ code: 'CHECK_COULD_NOT_RUN', reason }, `the marker rows of ${table}`)],
      };
    }
    const findings = [
      ...(before
        ? []
        : [
            finding(
              'MARKER_MISSING',
              `${table} lacks the row, by ${column}, that was written before the moment`,
            ),
          ]),
      ...(after === true
        ? [finding('MARKER_PASSED', `${table} has the row, by ${column}, that was written after the moment`)]
        : []),
    ];
    return { status: findings.length === 0 ? 'passed' : 'failed', findings };
  },
};

/** Questions of ours run without a search path: a name without a schema is that of public, else the only one there is. */
async function tableOf(table: string, database: CheckDatabase): Promise<TableLookup> {
  const lookup = await lookUpTable(database, table);
  if (!('missingBut' in lookup) || table.includes('.')) return lookup;
  const { missingBut } = lookup;
  const schema = missingBut.includes('public')
    ? 'public'
    : missingBut.length === 1
      ? missingBut[0]
      : undefined;
  return schema === undefined ? lookup : lookUpTable(database, `${quoted(schema)}.${table}`);
}
