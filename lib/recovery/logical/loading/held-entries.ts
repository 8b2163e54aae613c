import type { DumpEntry } from '../dump/dump-stream.ts';
import type { OpenEntry } from './account-book.ts';
import type { AttemptContext } from './attempt-context.ts';
import type { DatabaseLoad } from './database-load.ts';
import type { DatabaseName } from './decisions.ts';
import type { EntryRunner } from './entry-runner.ts';
import type { DatabaseRequest } from './restore-policy.ts';
import { decide } from './statement-decision.ts';
import { runsInDatabase } from './statement-kinds.ts';
import type { Task } from './task-graph.ts';

/** A relation kept locked until its rows are complete. */
export interface Hold {
  task: Task;
  release(): void;
}

/** Restored in the last passes of pg_restore (RESTORE_PASS_ACL, RESTORE_PASS_POST_ACL), not as soon as possible. */
const latePasses: ReadonlySet<string> = new Set([
  'ACL',
  'ACL LANGUAGE',
  'DEFAULT ACL',
  'EVENT TRIGGER',
  'MATERIALIZED VIEW DATA',
  'STATISTICS DATA',
]);

/** Whether it starts as soon as the tables that it is of are complete. */
const isAsSoonAsPossible = ({ section, type, name }: DumpEntry): boolean =>
  section === 'post-data' && !latePasses.has(type) && !name.startsWith('EVENT TRIGGER ');

/**
 * What an archive's table of contents allows before its data is read: every table's rows are announced, so indexes
 * and constraints are planned at once with their true dependencies and start as soon as their table is complete.
 */
export class ArchivePlan {
  /** What the archive's DATABASE entry asks for; null when there is none. */
  readonly request: DatabaseRequest | null;
  readonly #context: AttemptContext;
  readonly #entries: DumpEntry[];
  readonly #open = new Map<number, OpenEntry>();
  readonly #planned = new Set<number>();
  readonly #holds = new Map<number, Hold>();
  readonly #withoutRows = new Set<number>();
  #submitted = false;
  #isNeeded: boolean | null = null;

  constructor(context: AttemptContext, database: string, entries: DumpEntry[]) {
    this.#context = context;
    this.#entries = entries;
    for (const entry of entries) this.#open.set(entry.id, context.book.entry(database, entry));
    const statements = entries.filter(({ type }) => type === 'DATABASE').flatMap((entry) => entry.statements);
    this.request =
      statements
        .map((statement) => context.policy.databaseRequest(statement))
        .find((request) => request !== null) ?? null;
  }

  /** True for an entry that was submitted ahead, whose own event brings nothing new. */
  isPlanned(id: number): boolean {
    return this.#planned.has(id);
  }

  openEntry(id: number): OpenEntry | null {
    return this.#open.get(id) ?? null;
  }

  /** The hold on the table of a data entry; from now on the taker releases it. */
  takeHold(id: number): Hold | null {
    const hold = this.#holds.get(id) ?? null;
    this.#holds.delete(id);
    return hold;
  }

  /** A data entry that came without rows (INSERT-style archives of empty tables): nothing waits for it, now or later. */
  bringsNoRows(id: number): void {
    this.#withoutRows.add(id);
    this.takeHold(id)?.release();
  }

  /** Data that did not come, or was left out, holds nothing up any more. */
  releaseHolds(): void {
    for (const hold of this.#holds.values()) hold.release();
    this.#holds.clear();
  }

  /** Submits everything that comes after the data, once, when the first data arrives. */
  async submitPostData(load: DatabaseLoad, runner: EntryRunner, name: DatabaseName): Promise<void> {
    if (this.#submitted) return;
    this.#submitted = true;
    await load.known.everything();
    for (const { id, type, schema, name: table } of this.#entries) {
      if (type === 'TABLE DATA' && schema !== null && !this.#withoutRows.has(id))
        this.#holds.set(id, load.scheduler.hold([{ schema, name: table, grade: 'rows' }], true));
    }
    const tasks = new Map<number, Task[]>();
    for (const entry of this.#entries)
      if (isAsSoonAsPossible(entry)) await this.#plan(entry, runner, name, tasks);
  }

  /** Whether a statement of it runs in its database, so that it is sure to be made. */
  needsDatabase(name: DatabaseName): boolean {
    this.#isNeeded ??= this.#someRunsInDatabase(name);
    return this.#isNeeded;
  }

  /** Decides on statements to come while something else is waited for. */
  decideWhile(waiting: Promise<unknown>, name: DatabaseName): Promise<void> {
    return this.#context.decisions.while(waiting, this.#inTurn(), name);
  }

  #someRunsInDatabase(name: DatabaseName): boolean {
    for (const entry of this.#inTurn()) {
      for (const statement of entry.statements) {
        const decision = this.#context.decisions.before(entry, statement, name);
        if (decision.action === 'run' && runsInDatabase(decision.plan)) return true;
      }
    }
    return false;
  }

  /** Entries in the order in which their statements are decided on: behind the data, what is planned ahead of it comes first. */
  *#inTurn(): Generator<DumpEntry> {
    let isBehindData = false;
    for (const entry of this.#entries) {
      isBehindData ||= entry.section === 'data';
      if (!isBehindData || isAsSoonAsPossible(entry)) yield entry;
    }
  }

  async #plan(
    entry: DumpEntry,
    runner: EntryRunner,
    name: DatabaseName,
    tasks: Map<number, Task[]>,
  ): Promise<void> {
    const open = this.#open.get(entry.id);
    if (open === undefined) return;
    this.#planned.add(entry.id);
    const after = (entry.dependencies ?? []).flatMap((id) => tasks.get(id) ?? []);
    const own: Task[] = [];
    for (const statement of entry.statements) {
      const decision = decide(this.#context, entry, statement, open, name);
      const task =
        decision === null ? null : await runner.submit(entry, open, decision, [...after, ...own], true);
      if (task !== null) own.push(task);
    }
    tasks.set(entry.id, own);
    open.close();
  }
}
