import type { RowsFailure } from './rows-failure.ts';
import { fewBytes } from './small-tables.ts';
import type { BatchedRows } from './statement-batch.ts';
import type { RowsReceiver, TableLoad, TableLoadOptions } from './table-load.ts';

/** What the load of a table has to be told, whichever way its rows go. */
export type RowsTarget = Pick<TableLoadOptions, 'copySql' | 'account' | 'onBytes' | 'onRows' | 'onEnd'>;

/**
 * The rows of a table that a statement makes which is not sent yet. When they are few they go with it, all in the dump's
 * order on one session: a dump of thousands of small tables, each with its rows behind it, then costs a round trip for a
 * hundred things and not three for each table. When there are more, they go the ordinary way.
 */
export class FewRows implements RowsReceiver, BatchedRows {
  readonly copySql: Buffer;
  readonly pieces: Buffer[] = [];
  readonly #target: RowsTarget;
  readonly #openLoad: () => Promise<TableLoad>;
  readonly #toBatch: (rows: FewRows) => void;
  /** The ordinary way, once they proved to be many. */
  #load: TableLoad | null = null;
  #rows = 0;
  #bytes = 0;

  /** @param openLoad sends the batch and opens the ordinary load @param toBatch takes them when there are no more */
  constructor(target: RowsTarget, openLoad: () => Promise<TableLoad>, toBatch: (rows: FewRows) => void) {
    this.copySql = target.copySql;
    this.#target = target;
    this.#openLoad = openLoad;
    this.#toBatch = toBatch;
  }

  get bytes(): number {
    return this.copySql.length + this.#bytes;
  }

  /** How they are called while they are worked on. */
  get label(): string {
    return `${this.#target.account.schema}.${this.#target.account.name}`;
  }

  async write(pieces: readonly Buffer[], rows: number): Promise<void> {
    const bytes = pieces.reduce((sum, { length }) => sum + length, 0);
    if (this.#load === null && this.#bytes + bytes > fewBytes) await this.#openOrdinary();
    if (this.#load !== null) return this.#load.write(pieces, rows);
    this.pieces.push(...pieces);
    this.#rows += rows;
    this.#bytes += bytes;
  }

  async piece(bytes: Buffer, rows: 0 | 1): Promise<void> {
    const load = this.#load ?? (await this.#openOrdinary());
    return load.piece(bytes, rows);
  }

  end(): void {
    if (this.#load === null) this.#toBatch(this);
    else this.#load.end();
  }

  async settle(rowsLoaded: number, seconds: number, failure: RowsFailure | null): Promise<void> {
    const { account, onBytes, onRows, onEnd } = this.#target;
    account.bytes += this.#bytes;
    onBytes(this.#bytes);
    account.rowsInDump += this.#rows;
    account.rowsLoaded += rowsLoaded;
    account.seconds += seconds;
    onRows(rowsLoaded);
    await onEnd(failure);
  }

  async #openOrdinary(): Promise<TableLoad> {
    const load = await this.#openLoad();
    this.#load = load;
    if (this.#rows > 0) await load.write(this.pieces.splice(0), this.#rows);
    return load;
  }
}
