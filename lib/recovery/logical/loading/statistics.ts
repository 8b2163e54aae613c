import { quotedTable } from '../../../domain/text/sql-text.ts';
import type { AttemptContext } from './attempt-context.ts';
import { AttemptSpoiled } from './attempt-spoiled.ts';
import type { RelationTraits } from './catalog-look.ts';
import type { Session } from './connection.ts';
import type { RelationKnowledge } from './relation-knowledge.ts';
import type { RelationMap } from './relation-map.ts';
import type { Scheduler } from './scheduler.ts';
import { ServerError } from './server-error.ts';
import type { Slot } from './slot.ts';

/** The database that was loaded. */
export interface LoadedDatabase {
  dumpName: string;
  scheduler: Scheduler;
  relations: RelationMap;
  known: RelationKnowledge;
}

/** Tables whose rows are no more than this are analyzed together, this many in one statement. */
const smallTableBytes = 1024 ** 2;
const analyzedAtOnce = 100;

/**
 * Submits statistics for every table, so that whoever queries next has a plan worth timing. Each waits for the indexes of its own
 * tables only and is the least urgent of all work: it fills sessions that the last long index build leaves idle.
 */
export async function submitStatistics(context: AttemptContext, load: LoadedDatabase): Promise<void> {
  await load.known.everything();
  for (const tables of analyzedTogether(context, load)) {
    load.scheduler.submit({
      locks: tables.map(({ schema, name }) => ({ schema, name, grade: 'share row exclusive' })),
      lane: 'any',
      kind: 'statement',
      estimate: () => -1,
      run: (slot) => analyze(context, slot, tables),
    });
  }
}

/** Small tables by the hundred, so that thousands do not cost a round trip each; larger ones alone, beside each other. */
function* analyzedTogether(
  { book }: AttemptContext,
  { relations, dumpName }: LoadedDatabase,
): Generator<RelationTraits[]> {
  let together: RelationTraits[] = [];
  for (const table of relations.withRows()) {
    const account = book.knownTable(dumpName, table.schema, table.name);
    if (table.kind === 'm' || (account?.bytes ?? 0) > smallTableBytes) yield [table];
    else together.push(table);
    if (together.length < analyzedAtOnce) continue;
    yield together;
    together = [];
  }
  if (together.length > 0) yield together;
}

async function analyze(context: AttemptContext, slot: Slot, tables: RelationTraits[]): Promise<void> {
  try {
    await analyzeNow(context, await slot.get(), tables);
  } catch (error) {
    remainsWithout(context, error, tables);
    if (tables.length === 1) return;
    // One that the server refuses must not leave the others without statistics.
    for (const table of tables) await analyze(context, slot, [table]);
  }
}

async function analyzeNow(
  context: AttemptContext,
  session: Session,
  tables: RelationTraits[],
): Promise<void> {
  const [first] = tables;
  if (first !== undefined) context.progress(`statistics of ${first.schema}.${first.name}`);
  await session.text(`ANALYZE ${tables.map(({ schema, name }) => quotedTable(schema, name)).join(', ')}`);
}

/**
 * Without statistics a table is only slower to query; a broken expression index is a finding of its own entry.
 *
 * @throws AttemptSpoiled when it was not the server that refused, DrillError ENTRY_TIMED_OUT
 */
function remainsWithout({ book }: AttemptContext, error: unknown, tables: RelationTraits[]): void {
  if (!(error instanceof ServerError)) throw new AttemptSpoiled('ANALYZE', error);
  const [first] = tables;
  if (error.limitSeconds !== null && tables.length === 1 && first !== undefined)
    book.findTimedOut(`statistics of ${first.schema}.${first.name}`, error.limitSeconds);
}
