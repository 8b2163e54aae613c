import type { DumpEntry, Statement } from '../dump/dump-stream.ts';
import type { Decision } from '../policy/decision.ts';
import type { OpenEntry } from './account-book.ts';
import { AttemptSpoiled } from './attempt-spoiled.ts';
import type { Session } from './connection.ts';
import type { Lock } from './locks.ts';
import { ConnectionLost, ServerError } from './server-error.ts';
import type { SettingsSnapshot } from './session-settings.ts';
import { statementBytes } from './session-settings.ts';

/** One statement that waits to be sent. */
export interface BatchedStatement {
  entry: DumpEntry;
  open: OpenEntry;
  decision: Extract<Decision, { action: 'run' }>;
  statement: Statement;
}

/** Statements of one batch, and bytes of their text: a round trip costs as much as fifty short ones. */
const most = { statements: 100, bytes: 256 * 1024 };

const begin = Buffer.from('BEGIN;\n');
const commit = Buffer.from('\n;\nCOMMIT;\n');

/**
 * Short statements that go to the server together, each in a transaction of its own as psql sends them: what failed and what was
 * done is as exact as one by one, without a round trip for each.
 */
export class StatementBatch {
  readonly items: BatchedStatement[] = [];
  /** `serial`, or the kind of its statements, which run beside others. */
  readonly lane: string;
  readonly settings: SettingsSnapshot;
  readonly #locks = new Map<string, Lock>();
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
    return this.items.length >= most.statements || this.#bytes >= most.bytes;
  }

  add(item: BatchedStatement, locks: readonly Lock[]): void {
    this.items.push(item);
    this.#bytes += item.statement.sql.length;
    for (const lock of locks) this.#locks.set(JSON.stringify([lock.schema, lock.name, lock.grade]), lock);
  }
}

/**
 * Sends statements together.
 * @returns how many were done before one failed, or all; and the error of the one after them
 * @throws AttemptSpoiled when it cannot be told
 */
export async function sendTogether(
  session: Session,
  items: readonly BatchedStatement[],
  label: string,
): Promise<{ done: number; error: ServerError | null }> {
  const text = items.flatMap(({ statement }) => [begin, statementBytes(statement), commit]);
  const { result, tags } = session.start(Buffer.concat(text));
  const done = (): number => tags.filter((tag) => tag === 'COMMIT').length;
  try {
    await result;
    return { done: done(), error: null };
  } catch (error) {
    if (error instanceof ConnectionLost || !(error instanceof ServerError))
      throw new AttemptSpoiled(label, error);
    await session.rollBack();
    return { done: done(), error };
  }
}
