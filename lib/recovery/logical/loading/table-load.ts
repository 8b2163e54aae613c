import type { TableAccount } from '../../../domain/recovery/restore-account.ts';
import { quotedTable } from '../../../domain/text/sql-text.ts';
import { AttemptSpoiled } from './attempt-spoiled.ts';
import { chunkTransaction, copyChunk } from './chunk-copy.ts';
import { copyPieces } from './one-copy.ts';
import { PieceQueue } from './piece-queue.ts';
import type { RowsFailure } from './rows-failure.ts';
import type { Scheduler } from './scheduler.ts';
import { ServerError } from './server-error.ts';
import type { SettingsSnapshot } from './session-settings.ts';
import type { Slot } from './slot.ts';
import { fewBytes, type SmallTables } from './small-tables.ts';
import type { Task } from './task-graph.ts';

export interface TableLoadOptions {
  scheduler: Scheduler;
  smallTables: SmallTables;
  /** COPY … FROM stdin as bytes, without a final semicolon. */
  copySql: Buffer;
  settings: SettingsSnapshot;
  account: TableAccount;
  /** True: all rows go through one COPY. False: they may be spread over all sessions. */
  ordered: boolean;
  /** The catalogue does not know the table: its COPY fails, without rows too. */
  isAbsent: boolean;
  /** All rows through one COPY too, but for speed: in one transaction that empties the table first (`startFrozenCopy`). */
  frozen: boolean;
  /** False for CSV, where a row may span lines: then only the server can say how many rows there are. */
  linesAreRows: boolean;
  /** Loads of other tables that must be complete before the first row of this one. */
  after: Task[];
  onRows(rows: number): void;
  onBytes(bytes: number): void;
  onRetry(): void;
  /** After the last row is confirmed, or the table was emptied again. */
  onEnd(failure: RowsFailure | null): Promise<void>;
}

/**
 * Bytes that the reader may be ahead of a COPY that takes the whole table, so that it can go on to the next table, on the
 * other session, while this one ends. 10 MiB are whole tables of many databases, so that two load side by side: 5 % of
 * the time of a plain dump. Where index builds leave one session for rows, being far ahead only costs memory.
 */
const readAheadBytes = { far: 10 * 1024 ** 2, near: 2 * 1024 ** 2 };

/** A new file for the table pays from here on; less is loaded by one ordinary COPY, in one round trip. */
const worthANewFileBytes = 64 * 1024;

const bytesOf = (pieces: readonly Buffer[]): number => pieces.reduce((sum, { length }) => sum + length, 0);

/** Takes the rows of one COPY of the dump. */
export interface RowsReceiver {
  /** Whole rows. @throws what ended the restore */
  write(pieces: readonly Buffer[], rows: number): Promise<void>;
  /** A piece of one huge row; `rows` is 1 with its last piece. @throws what ended the restore */
  piece(bytes: Buffer, rows: 0 | 1): Promise<void>;
  /** No more rows. */
  end(): void;
}

/** Loads the rows of one COPY of the dump. `write` and `piece` apply back-pressure; `end` does not wait. */
export class TableLoad implements RowsReceiver {
  readonly #options: TableLoadOptions;
  /** Ends when the table is complete. */
  readonly complete: Task;
  readonly #hold: { task: Task; release(): void };
  readonly #tasks: Promise<void>[] = [];
  readonly #startedAt = performance.now();
  #stream: PieceQueue<readonly Buffer[]> | null = null;
  #failure: RowsFailure | null = null;
  #rows = 0;
  #loaded = 0;
  #frozen: boolean;
  /** The first rows of a table, when they are few: perhaps there are no more. */
  #few: { pieces: readonly Buffer[]; rows: number } | null = null;

  /** @param hold already taken for this table (archives announce their tables), or taken here. */
  constructor(options: TableLoadOptions, hold?: { task: Task; release(): void }) {
    this.#options = options;
    this.#frozen = options.frozen;
    const { schema, name } = options.account;
    this.#hold = hold ?? options.scheduler.hold([{ schema, name, grade: 'rows' }]);
    this.complete = this.#hold.task;
  }

  /** Whole rows. @throws what ended the restore */
  async write(pieces: readonly Buffer[], rows: number): Promise<void> {
    const firstRow = this.#rows;
    this.#rows += rows;
    this.#weigh(pieces);
    if (this.#failure !== null) return;
    const isFirst = firstRow === 0 && this.#stream === null;
    const few = this.#frozen ? worthANewFileBytes : fewBytes;
    if (isFirst && !this.#options.ordered && bytesOf(pieces) < few) {
      await this.#options.scheduler.room();
      this.#few = { pieces, rows };
      return;
    }
    await this.#pushFew();
    await this.#pushOrSubmit(pieces, rows, firstRow);
  }

  async #pushOrSubmit(pieces: readonly Buffer[], rows: number, firstRow: number): Promise<void> {
    if (this.#inOneCopy) return this.#push(pieces, firstRow);
    await this.#options.scheduler.room();
    this.#submitChunk(pieces, rows, firstRow);
  }

  /** All rows that there are go with those of other small tables. */
  #submitSmall(pieces: readonly Buffer[], rows: number): void {
    const { smallTables, copySql, settings, account, onRetry } = this.#options;
    const label = `${account.schema}.${account.name}`;
    const loaded = smallTables.add({ copySql, pieces, rows, label, settings, onRetry });
    this.#tasks.push(
      loaded.then((outcome) => {
        if (outcome instanceof ServerError) this.#failure = { error: outcome, firstRow: 0 };
        else this.#count(outcome);
      }),
    );
  }

  #submitChunk(pieces: readonly Buffer[], rows: number, firstRow: number): void {
    const { copySql, settings, onRetry } = this.#options;
    const transaction = chunkTransaction(copySql);
    this.#submit(async (slot) => {
      if (this.#failure === null)
        this.#count(await copyChunk(slot, transaction, settings, { pieces, rows, firstRow }, onRetry));
    }, firstRow);
  }

  /** More rows have come: the first ones go with them. */
  async #pushFew(): Promise<void> {
    const few = this.#few;
    this.#few = null;
    this.#options.smallTables.flush();
    if (few !== null) await this.#pushOrSubmit(few.pieces, few.rows, 0);
  }

  /** A piece of one huge row; `rows` is 1 with its last piece. @throws what ended the restore */
  async piece(bytes: Buffer, rows: 0 | 1): Promise<void> {
    const firstRow = this.#rows;
    this.#rows += rows;
    this.#weigh([bytes]);
    await this.#pushFew();
    await this.#push([bytes], firstRow);
    if (rows === 1 && !this.#inOneCopy) this.#closeStream();
  }

  /** No more rows. Releases the table once everything is confirmed. */
  end(): void {
    // Nothing would ask for the table of no rows.
    if (this.#options.isAbsent && this.#rows === 0) this.#submitChunk([], 0, 0);
    if (this.#few !== null) {
      this.#frozen = false;
      const { pieces, rows } = this.#few;
      if (this.#options.after.length === 0 && bytesOf(pieces) < fewBytes) this.#submitSmall(pieces, rows);
      else this.#submitChunk(pieces, rows, 0);
    }
    this.#closeStream();
    const finished = Promise.all(this.#tasks).then(() => this.#finish());
    finished.catch((error) => this.#options.scheduler.fail(error));
  }

  get #inOneCopy(): boolean {
    return this.#options.ordered || this.#frozen;
  }

  #weigh(pieces: readonly Buffer[]): void {
    const bytes = bytesOf(pieces);
    this.#options.account.bytes += bytes;
    this.#options.onBytes(bytes);
  }

  async #push(pieces: readonly Buffer[], firstRow: number): Promise<void> {
    const { scheduler } = this.#options;
    // Each stream that waits for a session holds a piece: many small tables must not pile up.
    if (this.#stream === null) await scheduler.room();
    this.#stream ??= this.#openStream(firstRow);
    await scheduler.guard(this.#stream.push(pieces));
  }

  #closeStream(): void {
    this.#stream?.end();
    this.#stream = null;
  }

  /** One COPY that takes pieces until the queue ends. */
  #openStream(firstRow: number): PieceQueue<readonly Buffer[]> {
    const { scheduler, account, copySql, settings } = this.#options;
    const ahead = scheduler.sessionsForRows > 1 ? readAheadBytes.far : readAheadBytes.near;
    const queue = new PieceQueue<readonly Buffer[]>(this.#frozen ? ahead : 1, bytesOf);
    const freezing = this.#frozen ? quotedTable(account.schema, account.name) : null;
    const pieces = queue.pieces((wait) => scheduler.guard(wait));
    const run = async (slot: Slot): Promise<void> => {
      try {
        this.#count(await copyPieces(slot, { copySql, settings, freezing }, pieces));
      } finally {
        queue.drop();
      }
    };
    this.#submit(run, firstRow);
    return queue;
  }

  #submit(run: (slot: Slot) => Promise<void>, firstRow: number): void {
    const { done } = this.#options.scheduler.submit({
      locks: [],
      after: this.#options.after,
      lane: 'any',
      kind: 'rows',
      estimate: () => 0,
      run: async (slot) => {
        try {
          await run(slot);
        } catch (error) {
          if (!(error instanceof ServerError)) throw error;
          // The first damaged row is the one to name, whichever chunk failed first.
          if (this.#failure === null || firstRow < this.#failure.firstRow)
            this.#failure = { error, firstRow };
        }
      },
    });
    this.#tasks.push(done);
  }

  #count(rows: number): void {
    this.#loaded += rows;
    this.#options.onRows(rows);
  }

  async #finish(): Promise<void> {
    const { account, scheduler } = this.#options;
    if (this.#failure !== null && this.#loaded > 0 && !this.#inOneCopy) await this.#takeBack();
    account.rowsInDump += this.#options.linesAreRows ? this.#rows : this.#loaded;
    account.rowsLoaded += this.#loaded;
    account.seconds += (performance.now() - this.#startedAt) / 1000;
    await scheduler.guard(this.#options.onEnd(this.#failure));
    this.#hold.release();
  }

  /** psql's one COPY would have left nothing: neither do our many. */
  async #takeBack(): Promise<void> {
    const { account, scheduler } = this.#options;
    const { done } = scheduler.submit({
      locks: [],
      lane: 'any',
      kind: 'rows',
      estimate: () => 0,
      run: async (slot) => {
        try {
          await (await slot.get()).text(`TRUNCATE ONLY ${quotedTable(account.schema, account.name)}`);
        } catch (error) {
          throw new AttemptSpoiled(`taking back the rows of ${account.schema}.${account.name}`, error);
        }
      },
    });
    await scheduler.guard(done);
    this.#options.onRows(-this.#loaded);
    this.#loaded = 0;
  }
}
