import { formatCountOf } from '../../text/quantities.ts';
import type { WitnessedTable } from '../../witness/witness.ts';
import type { BuiltInCheckKind, CheckContext, PlannedCheck } from '../asking/check.ts';
import { statusOf } from '../asking/combined-query.ts';
import { leftOutByKind } from '../asking/left-out-objects.ts';
import { countObjects } from '../asking/object-counts.ts';
import { databasesOf, partOf, plannedBuiltIn, sandboxName, slices } from '../asking/planning.ts';
import {
  differencesFrom,
  tablesOfEqualContent,
  type WitnessObservation,
  type WitnessParams,
  witnessParams,
} from '../asking/witness-differences.ts';
import { comparedTables } from '../asking/witness-scope.ts';
import {
  readContent,
  readExtensionVersions,
  readLargeObjects,
  readSequences,
} from '../asking/witnessed-content.ts';

/** A part hashes at most 100 tables and 10 million rows, about two minutes of work, unless one table has more. */
const mostTables = 100;
const mostRows = 10_000_000;
const mostSequences = 200;
/** What a slow server hashes at the least in a second; a table gets the time that it needs. */
const leastBytesPerSecond = 5 * 1024 ** 2;

export const witness: BuiltInCheckKind<WitnessParams, WitnessObservation> = {
  kind: 'witness',
  title: 'compared with the source',
  asks: 'Where a witness of the source lies beside the dump: does every table hold the same rows with the same content, and does every sequence, large object and kind of object agree?',
  origin: 'built-in',
  scans: true,
  findings: ['CONTENT_DIFFERS', 'CONTENT_NOT_COMPARED', 'CHECK_COULD_NOT_RUN', 'CHECK_TIMED_OUT'],
  plan(context) {
    const { witness: said } = context;
    const database = witnessedDatabase(context);
    if (said === undefined || database === null) return [];
    const nothing: WitnessParams = {
      tables: [],
      sequences: [],
      largeObjects: null,
      objects: null,
      extensions: said.source.extensions,
      complete: said.source.complete,
      leftOut: leftOutByKind(context.account),
    };
    const tables = comparedTables(context, database).compared;
    const parts: WitnessParams[] = [
      ...slices(tables, mostTables, { of: ({ rows }) => rows ?? 0, most: mostRows }).map((part) => ({
        ...nothing,
        tables: part,
      })),
      ...slices(said.sequences, mostSequences).map((sequences) => ({ ...nothing, sequences })),
      { ...nothing, largeObjects: said.largeObjects, objects: said.source.complete ? said.objects : null },
    ];
    return parts.map((params, index) =>
      withTimeFor(
        params.tables,
        context,
        plannedBuiltIn(
          context,
          'witness',
          database,
          `compared with the source${partOf(index, parts.length)}`,
          params,
        ),
      ),
    );
  },
  notTested(context) {
    const database = witnessedDatabase(context);
    if (context.witness === undefined) return [];
    if (database === null)
      return [
        `The content of the source: the witness is of a database ${context.witness.source.database}, which is not in the dump.`,
      ];
    const { notCompared, countedOnly, columnsLeftOut } = comparedTables(context, database);
    return [
      ...(notCompared.length === 0
        ? []
        : [`Whether these tables hold what the source held: ${notCompared.join(', ')}.`]),
      ...(countedOnly.length === 0
        ? []
        : [`The content of tables that the witness only counts: ${countedOnly.join(', ')}.`]),
      ...(columnsLeftOut.length === 0
        ? []
        : [`The content of columns of types with code of their own: ${columnsLeftOut.join(', ')}.`]),
    ];
  },
  evidence: {
    expected: ({ tables, sequences, largeObjects }) =>
      `as the source said: ${witnessed(tables.length, sequences.length, largeObjects !== null)}`,
    scope: ({ tables, sequences, largeObjects }) =>
      witnessed(tables.length, sequences.length, largeObjects !== null),
    actual: (params, observation) => {
      const differences = differencesFrom(params, observation).length;
      const equal = tablesOfEqualContent(params, observation);
      return `${formatCountOf(equal, 'table')} of equal content, ${formatCountOf(differences, 'difference')}`;
    },
  },
  parseParams: (params) => witnessParams.parse(params),
  async observe({ tables, sequences, largeObjects, objects }, database) {
    return {
      tables: await readContent(tables, database),
      sequences: await readSequences(sequences, database),
      largeObjects:
        largeObjects === null ? null : await readLargeObjects(largeObjects.content !== null, database),
      objects: objects === null ? {} : await countObjects(database),
      extensions: tables.length === 0 ? {} : await readExtensionVersions(database),
    };
  },
  judge(params, observation) {
    const { tables } = params;
    const findings = differencesFrom(params, observation);
    const rows = tables.reduce((sum, table) => sum + (table.rows ?? 0), 0);
    const contents = tablesOfEqualContent(params, observation);
    return {
      status: statusOf(findings),
      findings,
      measured: { witness: { tables: tables.length, contents, rows } },
    };
  },
};

/** The database in the sandbox that the witness speaks of; null when the dump holds several and none of its name. */
function witnessedDatabase(context: CheckContext): string | null {
  const databases = databasesOf(context);
  const [only, ...others] = databases;
  if (context.witness === undefined || only === undefined) return null;
  if (others.length === 0) return only;
  const named = sandboxName(context.account, context.witness.source.database);
  return databases.includes(named) ? named : null;
}

function withTimeFor(
  tables: readonly WitnessedTable[],
  { account }: CheckContext,
  planned: PlannedCheck,
): PlannedCheck {
  const names = new Set(tables.map(({ schema, name }) => JSON.stringify([schema, name])));
  const bytes = account.tables.flatMap((table) =>
    names.has(JSON.stringify([table.schema, table.name])) ? [table.bytes] : [],
  );
  const needed = Math.ceil(Math.max(0, ...bytes) / leastBytesPerSecond);
  return { ...planned, statementTimeoutSeconds: Math.max(planned.statementTimeoutSeconds, needed) };
}

const witnessed = (tables: number, sequences: number, largeObjects: boolean): string =>
  [
    ...(tables === 0 ? [] : [formatCountOf(tables, 'table')]),
    ...(sequences === 0 ? [] : [formatCountOf(sequences, 'sequence')]),
    ...(largeObjects ? ['large objects and kinds of objects'] : []),
  ].join(', ');
