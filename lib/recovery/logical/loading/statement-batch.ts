import type { DumpEntry, Statement } from '../dump/dump-stream.ts';
import type { Decision } from '../policy/decision.ts';
import type { OpenEntry } from './account-book.ts';
import { AttemptSpoiled } from './attempt-spoiled.ts';
import type { Session } from './connection.ts';
import type { Lock } from './locks.ts';
import type { RowsFailure } from './rows-failure.ts';
import { ConnectionLost, ServerError } from './server-error.ts';
import type { SettingsSnapshot } from './session-settings.ts';
import { statementBytes } from './session-settings.ts';

/** One statement that waits to be sent. */
export interface BatchedStatement {
  kind: 'statement';
  entry: DumpEntry;
  open: OpenEntry;
  decision: Extract<Decision, { action: 'run' }>;
  statement: Statement;
}

/** All rows of one COPY. */
export interface RowsTogether {
  /** COPY … FROM stdin, without a semicolon. */
  readonly copySql: Buffer;
  readonly pieces: readonly Buffer[];
  /** The table, for people. */
  readonly label: string;
}

/** All rows of a small table whose CREATE TABLE waits in the same batch. */
export interface BatchedRows extends RowsTogether {
  /** Of statement and rows. */
  readonly bytes: number;
  /** Accounts for them. @throws what ended the restore */
  settle(rowsLoaded: number, seconds: number, failure: RowsFailure | null): Promise<void>;
}

export type BatchedItem = BatchedStatement | { kind: 'rows'; rows: BatchedRows };

/** What can be sent together: a statement, or a COPY with its rows. */
type Sent = Pick<BatchedStatement, 'kind' | 'statement'> | { kind: 'rows'; rows: RowsTogether };

/** What goes together at most, and the bytes of its text and rows: a round trip costs as much as fifty short statements. */
export const mostTogether = { items: 100, bytes: 256 * 1024 };

const begin = Buffer.from('BEGIN;\n');
const commit = Buffer.from('\n;\nCOMMIT;\n');

/**
 * Short statements that go to the server together, each in a transaction of its own as psql sends them: what failed and what was
 * done is as exact as one by one, without a round trip for each.
 */
export class StatementBatch {
  readonly items: BatchedItem[] = [];
  /** `serial`, or the kind of its statements, which run beside others. */
  readonly lane: string;
  readonly settings: SettingsSnapshot;
  readonly #locks = new Map<string, Lock>();
  readonly #made = new Set<string>();
  #bytes = 0;

  constructor(lane: string, settings: SettingsSnapshot) {
    this.lane = lane;
    this.settings = settings;
  }

  get locks(): Lock[] {
    return [...this.#locks.values()];
  }

  get bytes(): number {
    return this.#bytes;
  }

  get isFull(): boolean {
    return this.items.length >= mostTogether.items || this.#bytes >= mostTogether.bytes;
  }

  /** Whether one of its statements makes this table. */
  makes(schema: string, name: string): boolean {
    return this.#made.has(JSON.stringify([schema, name]));
  }

  add(item: BatchedStatement, locks: readonly Lock[]): void {
    this.items.push(item);
    this.#bytes += item.statement.sql.length;
    for (const lock of locks) this.#locks.set(JSON.stringify([lock.schema, lock.name, lock.grade]), lock);
    const { kind, locks: named } = item.decision.plan;
    const [table] = kind === 'create table' ? (named ?? []) : [];
    if (table !== undefined) this.#made.add(JSON.stringify([table.schema, table.name]));
  }

  addRows(rows: BatchedRows): void {
    this.items.push({ kind: 'rows', rows });
    this.#bytes += rows.bytes;
  }
}

/** What became of items that went together. */
export interface SentTogether {
  /** Items that were done before one failed, or all. */
  done: number;
  /** Rows that each COPY among the done ones took, in order. */
  copied: number[];
  /** Why the item after the done ones failed. */
  error: ServerError | null;
}

/** Sends items together. @throws AttemptSpoiled when it cannot be told what was done */
export async function sendTogether(
  session: Session,
  items: readonly Sent[],
  label: string,
): Promise<SentTogether> {
  const text = items.flatMap((item) => [
    begin,
    item.kind === 'rows' ? item.rows.copySql : statementBytes(item.statement),
    commit,
  ]);
  const allRows = items.flatMap((item) => (item.kind === 'rows' ? [item.rows.pieces] : []));
  const sql = Buffer.concat(text);
  const query = allRows.length === 0 ? session.start(sql) : session.copy(sql, allRows);
  const outcome = (error: ServerError | null): SentTogether => ({
    done: query.tags.filter((tag) => tag === 'COMMIT').length,
    copied: query.tags.flatMap((tag) => (tag.startsWith('COPY ') ? [Number(tag.slice(5))] : [])),
    error,
  });
  try {
    await query.result;
    return outcome(null);
  } catch (error) {
    if (error instanceof ConnectionLost || !(error instanceof ServerError))
      throw new AttemptSpoiled(label, error);
    await session.rollBack();
    return outcome(error);
  }
}
