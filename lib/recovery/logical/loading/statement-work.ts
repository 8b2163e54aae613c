import type { Decision, RelationName } from '../policy/decision.ts';
import type { AccountBook } from './account-book.ts';

/** How much work a statement will be, from the rows that were read for its tables. */
export class StatementWork {
  readonly #book: AccountBook;
  /** As the dump names it. */
  readonly #database: string;

  constructor(book: AccountBook, database: string) {
    this.#book = book;
    this.#database = database;
  }

  /** A refresh may read every table. */
  bytesReadBy({ plan }: Extract<Decision, { action: 'run' }>): number {
    if (plan.kind === 'refresh materialized view') return this.#book.rowsBytes;
    return (plan.locks ?? []).reduce((sum, lock) => sum + this.#bytesOf(lock), 0);
  }

  /** Work grows with the table, and GIN and GiST cost several times a B-tree: measured about 4 to 1. */
  estimate(decision: Extract<Decision, { action: 'run' }>): number {
    const { plan, statements } = decision;
    const bytes = this.largestTable(decision);
    const slowMethod =
      plan.kind === 'create index' && /\busing (gin|gist|spgist)\b/i.test(statements[0]?.sql ?? '');
    return slowMethod ? bytes * 4 : bytes;
  }

  /** Bytes of the rows of the largest table that it names. */
  largestTable({ plan }: Extract<Decision, { action: 'run' }>): number {
    return (plan.locks ?? []).reduce((most, lock) => Math.max(most, this.#bytesOf(lock)), 0);
  }

  #bytesOf({ schema, name }: RelationName): number {
    return schema === null ? 0 : (this.#book.knownTable(this.#database, schema, name)?.bytes ?? 0);
  }
}
