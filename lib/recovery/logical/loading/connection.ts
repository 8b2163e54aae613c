import { Client, type ClientConfig } from 'pg';
import type { BuildSettings } from './index-build.ts';
import { ConnectionLost, fromDriver, lostWhenCancelled, type ServerError } from './server-error.ts';
import { type SettingsSnapshot, settingsBetween, statementBytes } from './session-settings.ts';
import { type AllRows, WireCopy, WireQuery, type WireResult } from './wire-query.ts';

/** How long the server may take to accept a connection: a busy machine forks a backend in well under a second. */
const connectTimeoutMs = 20_000;

/** One connection to the sandbox and the state we have brought it to. */
export class Session {
  #settings: SettingsSnapshot = new Map();
  #lostBecause: ConnectionLost | null = null;
  /** The backend's process on the server. */
  processId = 0;
  #inFlight: WireQuery | null = null;
  #buildSettings = '';
  readonly #client: Client;
  readonly #lostWhenCancelled: boolean;

  private constructor(client: Client, isLostWhenCancelled: boolean) {
    this.#client = client;
    this.#lostWhenCancelled = isLostWhenCancelled;
    client.on('error', (error) => {
      const cause = fromDriver(error);
      this.#lostBecause ??=
        cause instanceof ConnectionLost ? cause : new ConnectionLost(cause.sqlState, cause);
    });
    client.on('end', () => {
      this.#lostBecause ??= new ConnectionLost(null, null);
    });
  }

  /**
   * @param lostWhenCancelled whether it is given up with a statement that somebody else cancels
   * @throws ConnectionLost when the server does not accept us now, ServerError when it refuses (no such database)
   */
  static async open(
    config: ClientConfig,
    startup: string[],
    { lostWhenCancelled = false } = {},
  ): Promise<Session> {
    const client = new Client({
      connectionTimeoutMillis: connectTimeoutMs,
      keepAlive: true,
      application_name: 'restore-drill',
      ...config,
    });
    const session = new Session(client, lostWhenCancelled);
    try {
      await client.connect();
    } catch (error) {
      client.end().catch(() => {});
      throw fromDriver(error);
    }
    try {
      const { rows } = await session.text([...startup, 'SELECT pg_catalog.pg_backend_pid()'].join(';'));
      session.processId = Number(rows[0]?.[0]);
    } catch (error) {
      session.destroy();
      throw error;
    }
    return session;
  }

  /** True once the connection is gone. */
  get lost(): boolean {
    return this.#lostBecause !== null;
  }

  /** Why the connection is gone; null while it is there. */
  get loss(): ConnectionLost | null {
    return this.#lostBecause;
  }

  /** Runs SQL of our own. @throws ServerError, ConnectionLost */
  text(sql: string): Promise<WireResult> {
    return this.run(Buffer.from(sql, 'utf8'));
  }

  /** Starts exact bytes as one simple query whose command tags can be asked for even when it fails. */
  start(sql: Buffer): WireQuery {
    const query = new WireQuery(sql);
    if (this.#lostBecause !== null) query.handleError(this.#lostBecause);
    else this.#started(this.#client.query(query));
    return query;
  }

  /** Runs exact bytes as one simple query. @param bytesToRead of rows, at most; see EntryLimit @throws ServerError, ConnectionLost */
  run(sql: Buffer, bytesToRead = 0): Promise<WireResult> {
    if (this.#lostBecause !== null) return Promise.reject(this.#lostBecause);
    return this.#started(this.#client.query(new WireQuery(sql, bytesToRead))).result;
  }

  /** Leaves a failed transaction. A backend that was ended with its statement takes its session with it: then that is given up. */
  async rollBack(): Promise<void> {
    await this.text('ROLLBACK').catch(() => this.destroy());
  }

  /** Runs SQL of our own with parameters. @throws ServerError, ConnectionLost */
  async withParameters(
    sql: string,
    values: (string | number | bigint | Buffer | string[])[],
  ): Promise<unknown[][]> {
    if (this.#lostBecause !== null) throw this.#lostBecause;
    try {
      const result = await this.#client.query<unknown[]>({ text: sql, values, rowMode: 'array' });
      return result.rows;
    } catch (error) {
      throw this.#told(fromDriver(error));
    }
  }

  /** Runs SQL of our own that is planned once a session. @throws ServerError, ConnectionLost */
  async prepared(name: string, sql: string, values: string[]): Promise<(string | null)[][]> {
    if (this.#lostBecause !== null) throw this.#lostBecause;
    try {
      const query = { name, text: sql, values, rowMode: 'array' as const };
      return (await this.#client.query<(string | null)[]>(query)).rows;
    } catch (error) {
      throw this.#told(fromDriver(error));
    }
  }

  /** Starts a COPY; see WireCopy. */
  copy(sql: Buffer, allRows: AllRows | null = null): WireCopy {
    const copy = new WireCopy(sql, allRows);
    if (this.#lostBecause !== null) copy.handleError(this.#lostBecause);
    else this.#started(this.#client.query(copy));
    return copy;
  }

  /** How long the server has made no progress with what we gave it; 0 when it has nothing to do. */
  idleMs(): number {
    return this.#inFlight?.idleMs() ?? 0;
  }

  /** Bytes of rows that what runs now may read. */
  get bytesToRead(): number {
    return this.#inFlight?.bytesToRead ?? 0;
  }

  /** The server itself says that what runs here goes on. */
  progressed(): void {
    this.#inFlight?.progressed();
  }

  /** What runs now is being ended for want of progress. */
  outOfTime(limitSeconds: number): void {
    this.#inFlight?.outOfTime(limitSeconds);
  }

  #told(said: ServerError | ConnectionLost): ServerError | ConnectionLost {
    const error = this.#lostWhenCancelled ? lostWhenCancelled(said) : said;
    if (error instanceof ConnectionLost) this.destroy();
    return error;
  }

  #started<Query extends WireQuery>(query: Query): Query {
    this.#inFlight = query;
    query.lostWhenCancelled = this.#lostWhenCancelled;
    const ended = (): void => {
      if (this.#inFlight === query) this.#inFlight = null;
      // The server says so before its socket closes: nobody may be given this session in between.
      if (query.connectionLost) this.destroy();
    };
    query.result.then(ended, ended);
    return query;
  }

  /** `I` idle, `T` in a transaction, `E` in a failed one. */
  get transactionStatus(): string | null {
    return this.#client.getTransactionStatus();
  }

  /** Brings the session to the dump's settings at one point of the dump. @throws ServerError, ConnectionLost */
  async apply(snapshot: SettingsSnapshot): Promise<void> {
    for (const statement of settingsBetween(this.#settings, snapshot))
      await this.run(statementBytes(statement));
    this.#settings = snapshot;
  }

  /** Sets what the next build may take, unless it is set already. @throws ServerError, ConnectionLost */
  async useForBuild({ memoryMebibytes, workers }: BuildSettings): Promise<void> {
    const settings = `SET maintenance_work_mem = '${memoryMebibytes}MB';SET max_parallel_maintenance_workers = ${workers}`;
    if (settings === this.#buildSettings) return;
    await this.text(settings);
    this.#buildSettings = settings;
  }

  /** Says goodbye; never throws. */
  async close(): Promise<void> {
    if (this.lost) return this.destroy();
    await this.#client.end().catch(() => {});
  }

  /** Drops the socket at once, also in the middle of a statement. */
  destroy(): void {
    this.#lostBecause ??= new ConnectionLost(null, null);
    this.#client.end().catch(() => {});
  }
}
