/** Events of one data block or file: rows of a table, INSERT statements, or the contents of a large object. */
import type { CopyStmt } from 'libpg-query';
import { DrillError, isDrillError } from '../../../../domain/findings/errors.ts';
import { dumpError } from '../../../streams/bytes/dump-error.ts';
import type { DumpEvent, Statement } from '../../dump/dump-stream.ts';
import { parseSql } from '../../dump/sql-parser.ts';
import type { ArchivePlan, DataEntry } from './archive-plan.ts';
import { copyRowEvents } from './copy-row-events.ts';
import { type DataCompression, decompressData } from './data-decompression.ts';
import { quoteQualified } from './identifier-quoting.ts';
import { insertStatements } from './insert-statements.ts';
import { insertTarget, type Relation } from './insert-target.ts';
import { textOfBytes } from './text-encoding.ts';

/** INSERT statements are handed on together up to about this much text. */
const insertBatchBytes = 256 * 1024;

/**
 * Rows or INSERT statements of a TABLE DATA entry.
 * @throws DrillError DUMP_TRUNCATED, DUMP_CORRUPT, ENCODING_INVALID, each naming the table.
 */
export async function* tableDataEvents(
  plan: ArchivePlan,
  data: DataEntry,
  compression: DataCompression,
  block: AsyncIterable<Buffer>,
): AsyncGenerator<DumpEvent, void, undefined> {
  const text = plan.encoding.transcode(refusingZeros(decompressData(compression, block, plan.budget)));
  const events = isCopy(data) ? copyEvents(plan, data, text) : insertEvents(plan, data, text);
  yield* naming(`the data of table ${relationName(data)}`, events);
}

/** @throws DrillError DUMP_CORRUPT at a zero byte, which text of no encoding holds: a block that was lost */
async function* refusingZeros(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
  for await (const piece of pieces) {
    if (piece.includes(0)) throw dumpError('DUMP_CORRUPT', 'zero bytes stand in its text');
    yield piece;
  }
}

/**
 * One large object from `begin` to `end`.
 * @throws DrillError DUMP_TRUNCATED, DUMP_CORRUPT, each naming the object.
 */
export async function* largeObjectEvents(
  plan: ArchivePlan,
  data: DataEntry,
  oid: number,
  compression: DataCompression,
  block: AsyncIterable<Buffer>,
): AsyncGenerator<DumpEvent, void, undefined> {
  const { create } = plan.largeObjects.arrive(oid);
  async function* events(): AsyncGenerator<DumpEvent, void, undefined> {
    yield { kind: 'large-object-begin', oid, entry: data.entry, create };
    for await (const bytes of decompressData(compression, block, plan.budget))
      yield { kind: 'large-object-block', bytes };
    yield { kind: 'large-object-end' };
  }
  yield* naming(`large object ${oid}`, events());
}

/** Schema-qualified name for messages. */
export function relationName({ toc }: DataEntry): string {
  return toc.schema === null ? toc.tag : `${toc.schema}.${toc.tag}`;
}

const isCopy = ({ toc }: DataEntry): boolean => toc.copyStatement !== null && toc.copyStatement.trim() !== '';

async function* copyEvents(
  plan: ArchivePlan,
  data: DataEntry,
  text: AsyncIterable<Buffer>,
): AsyncGenerator<DumpEvent, void, undefined> {
  const { sql, relation } = copyStatement(data);
  const copy: Statement = { sql, codec: data.codec, line: null };
  const schema = relation.schema === null ? null : plan.encoding.shown(relation.schema, data.codec);
  const table = plan.encoding.shown(relation.table, data.codec);
  yield { kind: 'rows-begin', entry: data.entry, copy, schema, table, line: null };
  yield* copyRowEvents(text);
}

/**
 * The COPY statement and its table. Archives before 1.13 leave out the schema and rely on search_path; it is put in,
 * since the rows may be loaded on another connection.
 */
function copyStatement({ toc }: DataEntry): { sql: string; relation: Relation } {
  const sql = (toc.copyStatement ?? '').trim();
  const named = copyTarget(sql);
  const table = named?.table ?? toc.tag;
  if (named === null || named.schema !== null || toc.schema === null) {
    return { sql, relation: { schema: named?.schema ?? toc.schema, table } };
  }
  const rest = sql.slice(sql.indexOf(quoteQualified(null, table)) + quoteQualified(null, table).length);
  return { sql: `COPY ${quoteQualified(toc.schema, table)}${rest}`, relation: { schema: toc.schema, table } };
}

/** Rows of a partition may name its root: the table that counts is the one in the statement. */
function copyTarget(sql: string): Relation | null {
  try {
    const statement = parseSql(sql).stmts?.[0]?.stmt;
    if (statement === undefined || !('CopyStmt' in statement)) return null;
    const { relation }: CopyStmt = statement.CopyStmt;
    return relation?.relname === undefined
      ? null
      : { schema: relation.schemaname ?? null, table: relation.relname };
  } catch {
    return null;
  }
}

async function* insertEvents(
  plan: ArchivePlan,
  data: DataEntry,
  text: AsyncIterable<Buffer>,
): AsyncGenerator<DumpEvent, void, undefined> {
  let target: Relation | null = null;
  let batch: Statement[] = [];
  let batchBytes = 0;
  for await (const bytes of insertStatements(text, plan.standardStrings, plan.budget.limits.statementBytes)) {
    target ??= insertTarget(bytes, plan.encoding) ?? { schema: data.entry.schema, table: data.entry.name };
    batch.push({ ...textOfBytes(bytes, plan.encoding), line: null });
    batchBytes += bytes.length;
    if (batchBytes < insertBatchBytes) continue;
    yield { kind: 'inserts', entry: data.entry, ...target, statements: batch };
    batch = [];
    batchBytes = 0;
  }
  // Without any row there is nothing to execute; the entry still has to be accounted for.
  if (target === null) yield { kind: 'entry', entry: data.entry };
  else if (batch.length > 0) yield { kind: 'inserts', entry: data.entry, ...target, statements: batch };
}

/** Puts what the bytes belong to in front of the errors about them. */
async function* naming(
  what: string,
  events: AsyncGenerator<DumpEvent, void, undefined>,
): AsyncGenerator<DumpEvent, void, undefined> {
  try {
    yield* events;
  } catch (error) {
    if (!isDrillError(error)) throw error;
    throw new DrillError(error.code, `${what}: ${error.message}`, {
      hint: error.hint,
      fault: error.fault,
      retryable: error.retryable,
      cause: error,
    });
  }
}
