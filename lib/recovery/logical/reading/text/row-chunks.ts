/** Chunks reach this size before they are handed on; the next row boundary then ends them. */
export const chunkBytes = 512 * 1024;
/** Larger rows are handed on in pieces, so that a value of any size passes in bounded memory. */
const maxHeldRowBytes = 8 * 1024 * 1024;

export type RowsEvent =
  | { kind: 'rows'; pieces: readonly Buffer[]; rows: number }
  | { kind: 'row-piece'; bytes: Buffer; rows: 0 | 1 };

export interface RowsTotal {
  rows: number;
  bytes: number;
}

/** Gathers rows into chunks of whole rows, and hands on a row that is too large piece by piece. */
export class RowChunks {
  readonly total: RowsTotal = { rows: 0, bytes: 0 };
  /** Whole rows not handed on yet. */
  #held: Buffer[] = [];
  #heldBytes = 0;
  #heldRows = 0;
  /** The start of a row whose end has not come. */
  #partial: Buffer[] = [];
  #partialBytes = 0;
  /** True when the beginning of the current row was handed on already. */
  #inPieces = false;

  /** Takes bytes that end with the end of a row and hold `rows` row ends, the first at `firstRowEnd`. */
  *addRows(bytes: Buffer, rows: number, firstRowEnd: number): Generator<RowsEvent> {
    let whole = bytes;
    let count = rows;
    if (this.#inPieces) {
      this.#inPieces = false;
      yield this.#piece(bytes.subarray(0, firstRowEnd), 1);
      whole = bytes.subarray(firstRowEnd);
      count -= 1;
    }
    if (count === 0) return;
    if (this.#heldRows > 0 && this.#heldBytes + this.#partialBytes > 2 * chunkBytes) yield this.#chunk();
    this.#hold(whole, count);
    if (this.#heldBytes >= chunkBytes) yield this.#chunk();
  }

  /** Takes bytes of a row that does not end in them. */
  *addPartial(bytes: Buffer): Generator<RowsEvent> {
    if (bytes.length === 0) return;
    this.#partial.push(bytes);
    this.#partialBytes += bytes.length;
    if (!this.#inPieces && this.#partialBytes <= maxHeldRowBytes) return;
    if (this.#heldRows > 0) yield this.#chunk();
    this.#inPieces = true;
    yield* this.#handOnPartial();
  }

  /** What is left at the end of the block: rows, and at most one row that an escaped newline left open. */
  *finish(): Generator<RowsEvent> {
    if (this.#inPieces) {
      yield* this.#handOnPartial();
      yield this.#piece(Buffer.alloc(0), 1);
    } else if (this.#partialBytes > 0) this.#hold(Buffer.alloc(0), 1);
    if (this.#heldRows > 0) yield this.#chunk();
  }

  *#handOnPartial(): Generator<RowsEvent> {
    for (const bytes of this.#partial.splice(0)) yield this.#piece(bytes, 0);
    this.#partialBytes = 0;
  }

  #piece(bytes: Buffer, rows: 0 | 1): RowsEvent {
    this.total.rows += rows;
    this.total.bytes += bytes.length;
    return { kind: 'row-piece', bytes, rows };
  }

  #hold(bytes: Buffer, rows: number): void {
    this.#held.push(...this.#partial.splice(0), bytes);
    this.#heldBytes += this.#partialBytes + bytes.length;
    this.#heldRows += rows;
    this.#partialBytes = 0;
  }

  #chunk(): RowsEvent {
    const pieces = this.#held.filter((bytes) => bytes.length > 0);
    const rows = this.#heldRows;
    this.total.rows += rows;
    this.total.bytes += this.#heldBytes;
    this.#held = [];
    this.#heldBytes = 0;
    this.#heldRows = 0;
    return { kind: 'rows', pieces, rows };
  }
}
