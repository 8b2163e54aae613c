import * as z from 'zod';
import { type Finding, finding } from '../../findings/findings.ts';
import { formatCount, formatCountOf } from '../../text/quantities.ts';
import { contentOfAll, sequenceRange, type WitnessedTable, witnessedTable } from '../../witness/witness.ts';
import type { BuiltInCheckKind, CheckContext, PlannedCheck } from '../asking/check.ts';
import { refusedFinding, statusOf } from '../asking/combined-query.ts';
import { countObjects, type ObjectCounts } from '../asking/object-counts.ts';
import { databasesOf, partOf, plannedBuiltIn, sandboxName, slices } from '../asking/planning.ts';
import { comparedTables } from '../asking/witness-scope.ts';
import {
  type RestoredTable,
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
/** At most this many tables are told one by one. */
const tablesTold = 25;

const paramsSchema = z.object({
  tables: z.array(witnessedTable),
  sequences: z.array(sequenceRange),
  largeObjects: z.object({ count: z.number(), content: z.string().nullable() }).nullable(),
  objects: z.record(z.string(), z.number()).nullable(),
  /** Versions on the source, of the extensions whose types are in the content. */
  extensions: z.record(z.string(), z.string()),
  /** False: pg_dump left something out on request, so that what is not there says nothing. */
  complete: z.boolean(),
  /** Entries that the policy left out: so many objects may lack. */
  skipped: z.number(),
});
type Params = z.infer<typeof paramsSchema>;

interface Observation {
  tables: (RestoredTable | null)[];
  /** Digits of each sequence's next number; null when it is not there. */
  sequences: (string | null)[];
  largeObjects: { count: number; content: string | null } | null;
  objects: ObjectCounts;
  extensions: Record<string, string>;
}

export const witness: BuiltInCheckKind<Params, Observation> = {
  kind: 'witness',
  asks: 'Where a witness of the source lies beside the dump: does every table hold the same rows with the same content, and does every sequence, large object and kind of object agree?',
  origin: 'built-in',
  scans: true,
  findings: ['CONTENT_DIFFERS', 'CONTENT_NOT_COMPARED', 'CHECK_COULD_NOT_RUN', 'CHECK_TIMED_OUT'],
  plan(context) {
    const { witness: said } = context;
    const database = witnessedDatabase(context);
    if (said === undefined || database === null) return [];
    const nothing: Params = {
      ...{ tables: [], sequences: [], largeObjects: null, objects: null },
      extensions: said.source.extensions,
      complete: said.source.complete,
      skipped: context.account.entries.filter(({ outcome }) => outcome.status === 'skipped by policy').length,
    };
    const tables = comparedTables(context, database).compared;
    const parts: Params[] = [
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
  parseParams: (params) => paramsSchema.parse(params),
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
    const findings = [
      ...tableFindings(params, observation),
      ...sequenceFindings(params, observation.sequences),
      ...largeObjectFindings(params, observation.largeObjects),
      ...objectFindings(params, observation.objects),
    ];
    const rows = tables.reduce((sum, table) => sum + (table.rows ?? 0), 0);
    const contents = tables.filter(({ content }) => content !== null).length;
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

/** What is wrong with one table; null: nothing. */
type Difference = { table: WitnessedTable; finding: Finding };

function tableFindings(params: Params, observation: Observation): Finding[] {
  const differences = params.tables.flatMap((table, index): Difference[] => {
    const found = differenceOf(table, observation.tables[index] ?? null, params, observation);
    return found === null ? [] : [{ table, finding: found }];
  });
  const whole = treesThatAgree(params.tables, observation.tables);
  const told = differences
    .filter(({ table }) => table.partitionOf === null || !whole.has(table.partitionOf))
    .map(({ finding: one }) => one);
  const more = told.length - tablesTold;
  return more <= 0
    ? told
    : [
        ...told.slice(0, tablesTold),
        finding('CONTENT_DIFFERS', `${formatCountOf(more, 'more table')} differ from the source`),
      ];
}

function differenceOf(
  table: WitnessedTable,
  answer: RestoredTable | null,
  { extensions }: Params,
  observation: Observation,
): Finding | null {
  const name = `${table.schema}.${table.name}`;
  if (answer === null)
    return finding(
      'CONTENT_DIFFERS',
      `table ${name}, of which the source held ${formatCountOf(table.rows ?? 0, 'row')}, does not exist after the restore`,
    );
  if ('refused' in answer) return refusedFinding(answer.refused, `the content of ${name}`);
  const { found } = answer;
  if (found.rows !== table.rows)
    return finding(
      'CONTENT_DIFFERS',
      `table ${name} holds ${formatCountOf(found.rows ?? 0, 'row')}; the source held ${formatCount(table.rows ?? 0)} when the dump was made`,
    );
  if (table.content === null || found.content === table.content) return null;
  const otherVersion = table.extensions.filter((one) => observation.extensions[one] !== extensions[one]);
  if (otherVersion.length > 0)
    return finding(
      'CONTENT_NOT_COMPARED',
      `the content of ${name} cannot be compared: extension ${otherVersion.join(', ')} has another version than on the source, which may write its values otherwise`,
    );
  const lacking = table.columns.filter((column) => !found.columns.includes(column));
  const added = found.columns.filter((column) => !table.columns.includes(column));
  const columns = [
    ...(lacking.length === 0 ? [] : [`without ${lacking.join(', ')}`]),
    ...(added.length === 0 ? [] : [`with ${added.join(', ')}`]),
  ];
  return finding(
    'CONTENT_DIFFERS',
    columns.length === 0
      ? `table ${name} holds as many rows as the source (${formatCount(found.rows ?? 0)}), but other values in them`
      : `table ${name} has other columns than on the source: ${columns.join(', ')}`,
  );
}

/** Roots whose partitions hold together what they held on the source, each row perhaps in another one of them. */
function treesThatAgree(
  tables: readonly WitnessedTable[],
  answers: readonly (RestoredTable | null)[],
): Set<string> {
  const roots = new Set(tables.flatMap(({ partitionOf }) => partitionOf ?? []));
  return new Set(
    [...roots].filter((root) => {
      const leaves = tables.flatMap((table, index) =>
        table.partitionOf === root ? [{ table, answer: answers[index] ?? null }] : [],
      );
      const contents = leaves.flatMap(({ table, answer }) =>
        answer !== null && 'found' in answer && answer.found.content !== null && table.content !== null
          ? [{ before: table.content, now: answer.found.content }]
          : [],
      );
      return (
        contents.length === leaves.length &&
        contentOfAll(contents.map(({ before }) => before)) === contentOfAll(contents.map(({ now }) => now))
      );
    }),
  );
}

function sequenceFindings({ sequences, complete }: Params, next: Observation['sequences']): Finding[] {
  return sequences.flatMap(({ schema, name, least, most }, index) => {
    const now = next[index] ?? null;
    const sequence = `sequence ${schema}.${name}`;
    if (now === null)
      return complete ? [finding('CONTENT_DIFFERS', `${sequence} does not exist after the restore`)] : [];
    const agrees = BigInt(least) <= BigInt(now) && BigInt(now) <= BigInt(most);
    const stood = least === most ? `at ${least}` : `between ${least} and ${most}`;
    return agrees
      ? []
      : [finding('CONTENT_DIFFERS', `${sequence} goes on at ${now}; on the source it stood ${stood}`)];
  });
}

function largeObjectFindings(
  { largeObjects, complete }: Params,
  now: Observation['largeObjects'],
): Finding[] {
  if (largeObjects === null || now === null || (!complete && now.count === 0)) return [];
  if (now.count !== largeObjects.count)
    return [
      finding(
        'CONTENT_DIFFERS',
        `there are ${formatCountOf(now.count, 'large object')}; the source held ${formatCount(largeObjects.count)}`,
      ),
    ];
  return largeObjects.content === null || now.content === largeObjects.content
    ? []
    : [finding('CONTENT_DIFFERS', 'the large objects hold other bytes than on the source')];
}

/** Fewer objects than on the source, and more than the policy left out. */
function objectFindings({ objects, skipped }: Params, now: ObjectCounts): Finding[] {
  const fewer = Object.entries(objects ?? {}).flatMap(([kind, count]) =>
    count - (now[kind] ?? 0) > skipped
      ? [`${kind} ${formatCount(count)}, restored ${formatCount(now[kind] ?? 0)}`]
      : [],
  );
  return fewer.length === 0
    ? []
    : [finding('CONTENT_DIFFERS', `fewer objects than on the source: ${fewer.join('; ')}`)];
}
