import type { Connection, Submittable } from 'pg';
import { ConnectionLost, fromDriver, lostWhenCancelled, outOfTime } from './server-error.ts';

/** What a simple query gave: its command tags in order, and the rows of all its statements as text. */
export interface WireResult {
  tags: string[];
  rows: (string | null)[][];
}

/** Frame of a frontend message: type byte, then the length that counts itself (protocol 3.0, section 55.7). */
function frameHeader(type: string, payloadBytes: number): Buffer {
  const header = Buffer.allocUnsafe(5);
  header.write(type, 0, 'latin1');
  header.writeUInt32BE(payloadBytes + 4, 1);
  return header;
}

const copyDoneMessage = frameHeader('c', 0);
const terminator = Buffer.from([0]);

/** Pieces as one CopyData message. @returns false when the socket wants a pause */
function writeRows(stream: Connection['stream'], pieces: readonly Buffer[]): boolean {
  let more = stream.write(
    frameHeader(
      'd',
      pieces.reduce((sum, { length }) => sum + length, 0),
    ),
  );
  for (const piece of pieces) more = stream.write(piece);
  return more;
}

type Outcome<T> = { resolve(value: T): void; reject(error: Error): void };

/** A promise together with its two ends. (Promise.withResolvers needs Node 22.) */
function deferred<T>(): { promise: Promise<T> } & Outcome<T> {
  let ends: Outcome<T> | undefined;
  const promise = new Promise<T>((resolve, reject) => {
    ends = { resolve, reject };
  });
  if (ends === undefined) throw new Error('a promise runs its executor at once');
  return { promise, ...ends };
}

/**
 * A simple Query message with exact bytes. node-postgres would encode a JavaScript string as UTF-8, which spoils
 * statements of a dump in another encoding; here the dump's own bytes go out under its own client_encoding.
 */
export class WireQuery implements Submittable {
  readonly result: Promise<WireResult>;
  /** The server has to answer or to take rows, and not we to send some. */
  protected waitsForServer = true;
  protected connection: Connection | null = null;
  #progressAt = performance.now();
  #limitSeconds: number | null = null;
  /** It ended with its connection. */
  connectionLost = false;
  /** Set where a statement that somebody else cancels counts as one whose connection broke. */
  lostWhenCancelled = false;
  readonly #done = deferred<WireResult>();
  /** Command tags so far, in order: after an error they tell what was done before it. */
  readonly tags: string[] = [];
  readonly #rows: (string | null)[][] = [];
  readonly #sql: Buffer;

  /** Bytes of rows that it may read; see EntryLimit. */
  readonly bytesToRead: number;

  constructor(sql: Buffer, bytesToRead = 0) {
    this.#sql = sql;
    this.bytesToRead = bytesToRead;
    this.result = this.#done.promise;
    // The caller may still be writing rows when the server answers with an error; it awaits `result` later.
    this.result.catch(() => {});
  }

  /** Since when the server has shown no progress; 0 while it waits for us. */
  idleMs(): number {
    return this.waitsForServer ? performance.now() - this.#progressAt : 0;
  }

  progressed(): void {
    this.#progressAt = performance.now();
  }

  /** It is being ended: whatever error comes now is that. */
  outOfTime(limitSeconds: number): void {
    this.#limitSeconds = limitSeconds;
  }

  submit(connection: Connection): void {
    this.connection = connection;
    this.progressed();
    const { stream } = connection;
    stream.cork();
    stream.write(frameHeader('Q', this.#sql.length + 1));
    stream.write(this.#sql);
    stream.write(terminator);
    this.sendBehind(stream);
    stream.uncork();
  }

  /** What goes out together with the query. */
  protected sendBehind(_stream: Connection['stream']): void {}

  handleRowDescription(): void {}

  handleDataRow(message: { fields: (string | null)[] }): void {
    this.progressed();
    this.#rows.push(message.fields);
    this.handleRow(message.fields);
  }

  handleCommandComplete(message: { text: string }): void {
    this.progressed();
    this.tags.push(message.text);
  }

  handleEmptyQuery(): void {}
  handlePortalSuspended(): void {}
  handleCopyData(): void {}

  /** A statement that is not one of our COPYs must not leave the session waiting for rows. */
  handleCopyInResponse(connection: Connection): void {
    const reason = Buffer.from('no rows follow this statement\0', 'latin1');
    connection.stream.write(Buffer.concat([frameHeader('f', reason.length), reason]));
  }

  handleReadyForQuery(): void {
    this.#done.resolve({ tags: this.tags, rows: this.#rows });
  }

  handleError(error: unknown): void {
    this.#done.reject(this.errorFrom(error));
  }

  protected errorFrom(error: unknown): Error {
    const said = fromDriver(error);
    const ended = this.#limitSeconds !== null || !this.lostWhenCancelled ? said : lostWhenCancelled(said);
    this.connectionLost = ended instanceof ConnectionLost;
    return this.#limitSeconds === null ? ended : outOfTime(this.#limitSeconds);
  }

  protected handleRow(_fields: (string | null)[]): void {}
}

/**
 * Every row of every COPY of a query, in the order of the COPYs. A server that refuses one of them ignores what follows, up
 * to the next query (protocol, section 55.2.6).
 */
export type AllRows = readonly (readonly Buffer[])[];

/**
 * A COPY … FROM stdin whose rows are written straight from the reader's buffers: header and chunk go to the socket
 * in one gathered write, without a copy. The SQL may be several statements around one COPY
 * (`BEGIN; SELECT pg_current_xact_id(); COPY …; COMMIT`), so that a whole transaction costs one round trip.
 */
export class WireCopy extends WireQuery {
  /** Resolves when the server asks for rows; rejects when it refuses the COPY. */
  readonly ready: Promise<void>;
  /** First value of the first row before the COPY began: the transaction id in our chunk transactions. */
  firstValue: string | null = null;
  readonly #open = deferred<void>();
  #failed = false;
  /** Ends the wait of a blocked write: after an error the server no longer reads rows, it drops them. */
  #blockedWrite: (() => void) | null = null;
  readonly #allRows: AllRows | null;

  /** @param allRows when they are few: they and their end go out with the query, which saves a round trip for each COPY */
  constructor(sql: Buffer, allRows: AllRows | null = null) {
    super(sql);
    this.#allRows = allRows;
    this.ready = this.#open.promise;
    this.ready.catch(() => {});
  }

  protected override sendBehind(stream: Connection['stream']): void {
    for (const rows of this.#allRows ?? []) {
      writeRows(stream, rows);
      stream.write(copyDoneMessage);
    }
  }

  override handleCopyInResponse(): void {
    if (this.#allRows === null) this.waitsForServer = false;
    this.#open.resolve();
  }

  /** Writes pieces as one message; resolves when the socket takes more. Resolves at once after an error: `result` tells. */
  write(pieces: readonly Buffer[]): Promise<void> {
    const stream = this.connection?.stream;
    this.progressed();
    if (this.#failed || stream === undefined || !stream.writable) return Promise.resolve();
    stream.cork();
    const more = writeRows(stream, pieces);
    stream.uncork();
    if (more) return Promise.resolve();
    this.waitsForServer = true;
    return new Promise((resolve) => {
      const settle = (): void => {
        this.waitsForServer = false;
        this.progressed();
        stream.off('drain', settle);
        stream.off('close', settle);
        this.#blockedWrite = null;
        resolve();
      };
      stream.once('drain', settle);
      stream.once('close', settle);
      this.#blockedWrite = settle;
    });
  }

  /** Ends the rows and waits for the server's confirmation of everything in the query. */
  finish(): Promise<WireResult> {
    this.waitsForServer = true;
    this.progressed();
    if (!this.#failed && this.#allRows === null) this.connection?.stream.write(copyDoneMessage);
    return this.result;
  }

  override handleError(error: unknown): void {
    this.#failed = true;
    super.handleError(error);
    this.#open.reject(this.errorFrom(error));
    this.#blockedWrite?.();
  }

  protected override handleRow(fields: (string | null)[]): void {
    this.firstValue ??= fields[0] ?? null;
  }
}
