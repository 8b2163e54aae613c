import type { AttemptContext } from './attempt-context.ts';
import { type DatabaseLoad, objectLabel } from './database-load.ts';
import { ServerError } from './server-error.ts';
import type { SettingsSnapshot } from './session-settings.ts';
import type { Slot } from './slot.ts';
import { type BatchedStatement, sendTogether } from './statement-batch.ts';
import { restoredBy, type StatementRunner } from './statement-runner.ts';
import type { Group } from './task-graph.ts';

/**
 * Short statements of one database under the same settings that were submitted one by one and became ready together: an archive's
 * are planned before anybody knows how many rows their tables have.
 */
export class StatementGroup implements Group {
  readonly settings: SettingsSnapshot;
  readonly #context: AttemptContext;
  readonly #load: DatabaseLoad;
  readonly #statements: StatementRunner;

  constructor(
    context: AttemptContext,
    load: DatabaseLoad,
    statements: StatementRunner,
    settings: SettingsSnapshot,
  ) {
    this.#context = context;
    this.#load = load;
    this.#statements = statements;
    this.settings = settings;
  }

  /** @throws what ended the restore */
  async run(slot: Slot, items: readonly BatchedStatement[]): Promise<number> {
    const [first] = items;
    if (first === undefined) return 0;
    if (this.#load.stopped) {
      for (const { open } of items) open.leave();
      return items.length;
    }
    const startedAt = performance.now();
    const label = objectLabel(first.entry);
    this.#context.progress(label);
    this.#statements.touchPhase(first.entry);
    const session = await slot.get();
    try {
      await session.apply(this.settings);
    } catch (error) {
      // By itself a statement accounts for settings that the server refuses.
      if (error instanceof ServerError) return 0;
      throw error;
    }
    const { done, error } = await sendTogether(session, items, label);
    const seconds = (performance.now() - startedAt) / 1000 / items.length;
    for (const { open, decision } of items.slice(0, done)) open.end(restoredBy(decision), seconds);
    this.#statements.touchPhase(first.entry);
    const failed = items[done];
    if (failed === undefined || error === null) return done;
    return (await this.#statements.ranOutOfTime(failed, error, session)) ? done + 1 : done;
  }
}
