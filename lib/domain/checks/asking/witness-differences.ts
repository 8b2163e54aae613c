import * as z from 'zod';
import { type Finding, finding } from '../../findings/findings.ts';
import { formatCount, formatCountOf } from '../../text/quantities.ts';
import { contentOfAll, sequenceRange, type WitnessedTable, witnessedTable } from '../../witness/witness.ts';
import type { ObjectCounts } from './check.ts';
import { refusedFinding } from './combined-query.ts';
import type { RestoredTable } from './witnessed-content.ts';

/** At most this many tables are told one by one, of each kind of finding. */
const tablesTold = 25;

/** What one part of the comparison asks. */
export const witnessParams = z.object({
  tables: z.array(witnessedTable),
  sequences: z.array(sequenceRange),
  largeObjects: z.object({ count: z.number(), content: z.string().nullable() }).nullable(),
  objects: z.record(z.string(), z.number()).nullable(),
  /** Versions on the source, of the extensions whose types are in the content. */
  extensions: z.record(z.string(), z.string()),
  /** False: pg_dump left something out on request, so that what is not there says nothing. */
  complete: z.boolean(),
  /** Objects of each kind that the policy left out: so many may lack. */
  leftOut: z.record(z.string(), z.number()),
});
export type WitnessParams = z.infer<typeof witnessParams>;

/** What the restored database says. */
export interface WitnessObservation {
  tables: (RestoredTable | null)[];
  /** Digits of each sequence's next number; null when it is not there. */
  sequences: (string | null)[];
  largeObjects: { count: number; content: string | null } | null;
  objects: ObjectCounts;
  extensions: Record<string, string>;
}

/** Every way in which what was restored differs from what the source said of itself. */
export function differencesFrom(params: WitnessParams, observation: WitnessObservation): Finding[] {
  return [
    ...tableFindings(params, observation),
    ...sequenceFindings(params, observation.sequences),
    ...largeObjectFindings(params, observation.largeObjects),
    ...objectFindings(params, observation.objects),
  ];
}

/** What is wrong with one table; null: nothing. */
type Difference = { table: WitnessedTable; finding: Finding };

/** Tables whose every value was compared and is that of the source; of a tree of partitions, all of them together. */
export function tablesOfEqualContent(params: WitnessParams, observation: WitnessObservation): number {
  const whole = treesThatAgree(params.tables, observation.tables);
  return params.tables.filter(({ content, leftOut, partitionOf }, index) => {
    const answer = observation.tables[index] ?? null;
    const equal =
      answer !== null && 'found' in answer && content !== null && answer.found.content === content;
    return leftOut.length === 0 && (equal || (partitionOf !== null && whole.has(partitionOf)));
  }).length;
}

function tableFindings(params: WitnessParams, observation: WitnessObservation): Finding[] {
  const differences = params.tables.flatMap((table, index): Difference[] => {
    const found = differenceOf(table, observation.tables[index] ?? null, params, observation);
    return found === null ? [] : [{ table, finding: found }];
  });
  const whole = treesThatAgree(params.tables, observation.tables);
  const told = differences
    .filter(({ table }) => table.partitionOf === null || !whole.has(table.partitionOf))
    .map(({ finding: one }) => one);
  const codes = [...new Set(told.map(({ code }) => code))];
  return codes.flatMap((code) => {
    const ofCode = told.filter((one) => one.code === code);
    const more = ofCode.length - tablesTold;
    return more <= 0
      ? ofCode
      : [
          ...ofCode.slice(0, tablesTold),
          finding(code, `the same is true of ${formatCountOf(more, 'more table')}`),
        ];
  });
}

function differenceOf(
  table: WitnessedTable,
  answer: RestoredTable | null,
  { extensions }: WitnessParams,
  observation: WitnessObservation,
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

function sequenceFindings(
  { sequences, complete }: WitnessParams,
  next: WitnessObservation['sequences'],
): Finding[] {
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
  { largeObjects, complete }: WitnessParams,
  now: WitnessObservation['largeObjects'],
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
function objectFindings({ objects, leftOut }: WitnessParams, now: ObjectCounts): Finding[] {
  const fewer = Object.entries(objects ?? {}).flatMap(([kind, count]) =>
    count - (now[kind] ?? 0) > (leftOut[kind] ?? 0)
      ? [`${kind} ${formatCount(count)}, restored ${formatCount(now[kind] ?? 0)}`]
      : [],
  );
  return fewer.length === 0
    ? []
    : [finding('CONTENT_DIFFERS', `fewer objects than on the source: ${fewer.join('; ')}`)];
}
