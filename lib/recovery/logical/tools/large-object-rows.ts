import type { DumpEntry } from '../dump-stream.ts';
import type { OpenEntry } from '../loading/account-book.ts';
import type { AttemptContext } from '../loading/attempt-context.ts';
import { failedOutcome } from '../loading/statement-run.ts';
import { answeredWith } from './psql-error.ts';
import type { ToolsDatabase } from './tools-database.ts';

/** Bytes of a large object in one statement: twice as many digits, well below what psql reads at once. */
const largestPut = 256 * 1024;

/** The blocks of one large object on their way through psql. */
export class LargeObjectRows {
  #offset = 0;
  #sqlState: string | null = null;
  readonly #context: AttemptContext;
  readonly #database: ToolsDatabase;
  readonly #open: OpenEntry;
  readonly #entry: DumpEntry;
  readonly #oid: number;

  private constructor(
    context: AttemptContext,
    database: ToolsDatabase,
    open: OpenEntry,
    entry: DumpEntry,
    oid: number,
  ) {
    this.#context = context;
    this.#database = database;
    this.#open = open;
    this.#entry = entry;
    this.#oid = oid;
  }

  static async begin(
    context: AttemptContext,
    database: ToolsDatabase,
    open: OpenEntry,
    entry: DumpEntry,
    oid: number,
    create: boolean,
  ): Promise<LargeObjectRows> {
    const rows = new LargeObjectRows(context, database, open, entry, oid);
    open.begin();
    context.clock.touch('data');
    if (create) rows.#sqlState = await database.ownStatement(`SELECT pg_catalog.lo_create(${oid})`);
    return rows;
  }

  async block(bytes: Buffer): Promise<void> {
    for (let from = 0; from < bytes.length && this.#sqlState === null; from += largestPut) {
      const piece = bytes.subarray(from, from + largestPut);
      const value = `pg_catalog.decode('${piece.toString('hex')}', 'hex')`;
      this.#sqlState = await this.#database.ownStatement(
        `SELECT pg_catalog.lo_put(${this.#oid}, ${this.#offset}, ${value})`,
      );
      this.#offset += piece.length;
    }
  }

  /** @throws DrillError SANDBOX_DISK_FULL */
  end(): void {
    const context = this.#context;
    const entry = this.#entry;
    const open = this.#open;
    const sqlState = this.#sqlState;
    open.end(
      sqlState === null
        ? { status: 'restored' }
        : failedOutcome(context, entry, null, answeredWith(sqlState), []),
      0,
    );
    open.close();
  }
}
