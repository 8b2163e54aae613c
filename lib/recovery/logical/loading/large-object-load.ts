import type { EntryOutcome } from '../../../domain/recovery/restore-account.ts';
import type { DumpEntry } from '../dump/dump-stream.ts';
import type { OpenEntry } from './account-book.ts';
import type { AttemptContext } from './attempt-context.ts';
import { AttemptSpoiled } from './attempt-spoiled.ts';
import type { DatabaseLoad } from './database-load.ts';
import { PieceQueue } from './piece-queue.ts';
import type { Scheduler } from './scheduler.ts';
import { ConnectionLost, ServerError } from './server-error.ts';
import { failedOutcome } from './statement-run.ts';
import type { Task } from './task-graph.ts';

/** Writes one large object as its blocks arrive: created, filled and closed in one transaction. */
export class LargeObjectLoad {
  readonly #queue = new PieceQueue();
  readonly #scheduler: Scheduler;
  readonly task: Task;

  /** @param onEnd told of the outcome; null when it was written whole */
  constructor(
    scheduler: Scheduler,
    oid: number,
    create: boolean,
    onEnd: (error: ServerError | null, bytes: number) => Promise<void>,
  ) {
    this.#scheduler = scheduler;
    this.task = scheduler.submit({
      locks: [{ schema: null, name: '#large objects', grade: 'exclusive' }],
      lane: 'any',
      kind: 'rows',
      estimate: () => 0,
      run: async (slot) => {
        const session = await slot.get();
        let offset = 0;
        try {
          await session.text('BEGIN');
          if (create) await session.withParameters('SELECT pg_catalog.lo_create($1)', [oid]);
          for await (const piece of this.#queue.pieces((wait) => scheduler.guard(wait))) {
            await session.withParameters('SELECT pg_catalog.lo_put($1, $2, $3)', [oid, offset, piece]);
            offset += piece.length;
          }
          await session.text('COMMIT');
          await onEnd(null, offset);
        } catch (error) {
          if (error instanceof ConnectionLost) {
            slot.discard();
            throw new AttemptSpoiled(`large object ${oid}`, error);
          }
          if (!(error instanceof ServerError)) throw error;
          await session.text('ROLLBACK').catch(() => slot.discard());
          await onEnd(error, offset);
        } finally {
          this.#queue.drop();
        }
      },
    });
  }

  /** @throws what ended the restore */
  async block(bytes: Buffer): Promise<void> {
    await this.#scheduler.guard(this.#queue.push(bytes));
  }

  end(): void {
    this.#queue.end();
  }
}

/** Begins a large object whose outcome goes into the account of its entry. */
export function accountedLargeObject(
  context: AttemptContext,
  load: DatabaseLoad,
  open: OpenEntry,
  entry: DumpEntry,
  oid: number,
  create: boolean,
): LargeObjectLoad {
  open.begin();
  context.clock.touch('data');
  return new LargeObjectLoad(load.scheduler, oid, create, async (error) => {
    const outcome: EntryOutcome =
      error === null
        ? { status: 'restored' }
        : await failedOutcome(context, { entry, plan: null, error, session: null });
    open.end(outcome, 0);
    open.close();
  });
}
