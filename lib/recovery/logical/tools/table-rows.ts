import { finding } from '../../../domain/findings/findings.ts';
import type { EntryOutcome, TableAccount } from '../../../domain/recovery/restore-account.ts';
import type { RowsBegin, Statement } from '../dump-stream.ts';
import type { OpenEntry } from '../loading/account-book.ts';
import type { AttemptContext } from '../loading/attempt-context.ts';
import type { DatabaseName } from '../loading/entry-runner.ts';
import { classify, findingOf } from '../loading/failure-class.ts';
import { diskFull } from '../loading/statement-run.ts';
import type { StatementPlan } from '../policy/decision.ts';
import type { PsqlCopy } from './psql-copy.ts';
import { answeredWith } from './psql-error.ts';
import type { PsqlLauncher } from './psql-launcher.ts';

const copyPlan: StatementPlan = { kind: 'copy', locks: null, defer: false, roles: [] };

/** The rows of one COPY of the dump on their way through psql, and their account. */
export class TableRows {
  readonly #context: AttemptContext;
  readonly #event: RowsBegin;
  readonly #open: OpenEntry;
  readonly #account: TableAccount;
  /** Null when psql cannot be given the statements: then the rows are counted and dropped. */
  readonly #copy: PsqlCopy | null;
  readonly #startedAt = performance.now();
  #rows = 0;

  private constructor(
    context: AttemptContext,
    event: RowsBegin,
    open: OpenEntry,
    account: TableAccount,
    copy: PsqlCopy | null,
  ) {
    this.#context = context;
    this.#event = event;
    this.#open = open;
    this.#account = account;
    this.#copy = copy;
  }

  /** @param statements settings of the session, then the COPY */
  static async begin(
    context: AttemptContext,
    launcher: PsqlLauncher,
    name: DatabaseName,
    event: RowsBegin,
    open: OpenEntry,
    statements: Statement[],
  ): Promise<TableRows> {
    const schema = event.schema ?? 'public';
    const account = context.book.table(name.dump, schema, event.table);
    open.begin();
    const copy = statements.every(fitsArgument)
      ? await launcher.copy(
          name.sandbox,
          statements.map(({ sql }) => sql),
        )
      : null;
    return new TableRows(context, event, open, account, copy);
  }

  /** Whole rows, or a piece of one. */
  async write(pieces: readonly Buffer[], rows: number): Promise<void> {
    const context = this.#context;
    const account = this.#account;
    this.#rows += rows;
    for (const bytes of pieces) {
      account.bytes += bytes.length;
      await this.#copy?.write(bytes);
    }
    context.clock.touch('data');
    context.progress(`${account.schema}.${account.name}`);
  }

  /** @throws DrillError SANDBOX_DISK_FULL */
  async end(): Promise<void> {
    const account = this.#account;
    const context = this.#context;
    const open = this.#open;
    const rows = this.#rows;
    const end = this.#copy === null ? null : await this.#copy.finish();
    const seconds = (performance.now() - this.#startedAt) / 1000;
    account.rowsInDump += rows;
    account.seconds += seconds;
    let outcome: EntryOutcome = { status: 'restored' };
    if (end === null)
      outcome = this.#notLoaded(
        null,
        'its names are not in UTF-8, which psql cannot be given; use the engine native',
      );
    else if (!('rows' in end)) outcome = this.#notLoaded(end.sqlState, 'psql could not load them');
    else {
      account.rowsLoaded += end.rows;
      context.book.rowsLoaded += end.rows;
      // Rows that are no lines (CSV) are counted by the server alone.
      const agreed = end.rows === rows || this.#event.wholeRowsOnly === false;
      if (!agreed) outcome = this.#notLoaded(null, `psql loaded ${end.rows} rows of ${rows}`);
    }
    open.end(outcome, seconds);
    open.close();
  }

  /** The dump ended inside the table: its rows are undone, and nothing is said of it beyond that. */
  async breakOff(): Promise<void> {
    this.#copy?.destroy();
    await this.#copy?.finish();
    this.#account.rowsInDump += this.#rows;
    this.#open.leave();
    this.#open.close();
  }

  #notLoaded(sqlState: string | null, reason: string): EntryOutcome {
    const { schema, name } = this.#account;
    const failed = { plan: copyPlan, missingRoles: [], missingExtension: null };
    const failure = sqlState === null ? 'other' : classify(answeredWith(sqlState), failed);
    if (failure === 'out of disk') throw diskFull();
    const code = findingOf[failure] === 'ENTRY_FAILED' ? 'ROWS_REJECTED' : findingOf[failure];
    const message = sqlState === null ? reason : `PostgreSQL answered with SQLSTATE ${sqlState}`;
    this.#context.book.find(finding(code, `rows of ${schema}.${name} were not loaded: ${message}`));
    return { status: 'failed', failure, sqlState, message };
  }
}

/** Arguments of a process are UTF-8 in Node: names in another encoding would be changed on the way. */
const fitsArgument = ({ sql, codec }: Statement): boolean =>
  codec === 'utf8' || Buffer.byteLength(sql, 'utf8') === sql.length;
