import type { DumpEntry } from '../dump/dump-stream.ts';
import type { OpenEntry } from './account-book.ts';
import type { Lock } from './locks.ts';
import type { Slot } from './slot.ts';
import type { BatchedStatement } from './statement-batch.ts';
import type { Decided } from './statement-decision.ts';
import type { StatementGroup } from './statement-group.ts';
import type { StatementRunner } from './statement-runner.ts';
import type { StatementWork } from './statement-work.ts';
import type { Company, Task, Work } from './task-graph.ts';

/** What the statements of one database under one set of settings share. */
export interface StatementTools {
  readonly group: StatementGroup;
  readonly statements: StatementRunner;
  readonly work: StatementWork;
  /** Whether it takes less than a round trip, and nothing is to be done before it. */
  isShort(decision: Decided): boolean;
}

/** Where and after what a statement may run. */
export type StatementPlace = Pick<Work, 'locks' | 'lane'> & { after: Task[] };

/**
 * One statement as work for a session, by itself or with others of its group. A class, because an archive of 5,000 tables has 14,000
 * of them waiting at once: as object literals each had functions and a hidden class of its own.
 */
export class StatementTask implements Work, Company {
  readonly kind = 'statement';
  readonly locks: Lock[];
  readonly lane: Work['lane'];
  readonly after: Task[];
  readonly family: string | undefined;
  readonly textBytes: number;
  readonly #entry: DumpEntry;
  readonly #open: OpenEntry;
  readonly #decision: Decided;
  readonly #tools: StatementTools;

  constructor(
    entry: DumpEntry,
    open: OpenEntry,
    decision: Decided,
    place: StatementPlace,
    tools: StatementTools,
  ) {
    this.locks = place.locks;
    this.lane = place.lane;
    this.after = place.after;
    this.family = decision.plan.kind === 'add foreign key' ? 'foreign keys' : undefined;
    this.textBytes = decision.statements.reduce((sum, { sql }) => sum + sql.length, 0);
    this.#entry = entry;
    this.#open = open;
    this.#decision = decision;
    this.#tools = tools;
  }

  /** What is in order goes by itself. */
  get company(): Company | undefined {
    return this.lane === 'main' || this.#decision.statements.length === 0 ? undefined : this;
  }

  get group(): StatementGroup {
    return this.#tools.group;
  }

  /** The first of its statements: whatever has several is not short. @throws Error when it has none, and so no company */
  get statement(): BatchedStatement {
    const [statement] = this.#decision.statements;
    if (statement === undefined) throw new Error('work without a statement has no company');
    return { kind: 'statement', entry: this.#entry, open: this.#open, decision: this.#decision, statement };
  }

  isShort(): boolean {
    return this.#tools.isShort(this.#decision);
  }

  estimate(): number {
    return this.#tools.work.estimate(this.#decision);
  }

  /** @throws RetryAlone, and what ended the restore */
  run(slot: Slot, alone: boolean, idleSessions: number): Promise<void> {
    const { group, statements } = this.#tools;
    const statement = { entry: this.#entry, open: this.#open, decision: this.#decision };
    return statements.run(slot, statement, group.settings, alone, idleSessions);
  }
}
