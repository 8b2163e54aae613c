import { Client, type ClientConfig, DatabaseError, type QueryArrayConfig, type QueryArrayResult } from 'pg';
import type { CheckDatabase, QueryAnswer } from '../../domain/checks/asking/check.ts';
import { DrillError } from '../../domain/findings/errors.ts';
import { isAnswerMissing, isCancelledEarly, queryError } from './query-error.ts';
import { typeName } from './type-names.ts';

export interface CheckSession {
  statementTimeoutSeconds: number;
  /** `none` for our own queries, which qualify every name; `default` for a user's, as database and role have set it. */
  searchPath: 'none' | 'default';
  /** Gives a password from the environment; undefined when it is not set. */
  password(environmentVariable: string): string | undefined;
  /** Gives a password from SSM Parameter Store; absent where checks may read none. */
  parameter?: ((name: string) => Promise<string>) | undefined;
  /** How long the server may take to end a statement that ran into its timeout; 30 where it is left out. */
  answerGraceSeconds?: number;
}

/** Beyond the server's own statement timeout, so that the server answers first. */
const defaultAnswerGraceSeconds = 30;
const connectTimeoutSeconds = 30;

/** Always Parse, Bind, Execute: the simple protocol would run several statements of one text. */
interface ExtendedQuery extends QueryArrayConfig {
  queryMode: 'extended';
}

/** All values as the server's text: int8 and numeric keep their digits, timestamps their microseconds. */
const asText = { getTypeParser: () => (value: string) => value };

/**
 * Opens a connection for one check and gives its read-only view of the database. Every statement goes through the
 * extended protocol, which takes exactly one statement, inside `BEGIN READ ONLY`; nothing is ever committed.
 * @throws DrillError SANDBOX_LOST, CHECK_COULD_NOT_RUN
 */
export async function openCheckDatabase(
  config: ClientConfig,
  session: CheckSession,
): Promise<OpenCheckDatabase> {
  const database = new OpenCheckDatabase(config, session);
  await database.open();
  return database;
}

/** A check's connection. `close` rolls back and disconnects; it never throws. */
export class OpenCheckDatabase implements CheckDatabase {
  readonly #config: ClientConfig;
  readonly #session: CheckSession;
  #client: Client;
  #inTransaction = false;
  /** The last query failed because code that it made the server run did not find a name. */
  #lackedAName = false;

  constructor(config: ClientConfig, session: CheckSession) {
    this.#config = config;
    this.#session = session;
    this.#client = this.#newClient();
  }

  #newClient(): Client {
    const { statementTimeoutSeconds, answerGraceSeconds = defaultAnswerGraceSeconds } = this.#session;
    const client = new Client({
      ...this.#config,
      application_name: 'restore-drill check',
      connectionTimeoutMillis: connectTimeoutSeconds * 1000,
      query_timeout: (statementTimeoutSeconds + answerGraceSeconds) * 1000,
    });
    // A connection that breaks between queries is told by the next query; without a listener it would end the process.
    client.on('error', () => {});
    return client;
  }

  async open(): Promise<void> {
    try {
      await this.#client.connect();
    } catch (error) {
      await this.close();
      throw queryError(error, '', this.#session.statementTimeoutSeconds);
    }
  }

  async query(sql: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
    const { fields, rows } = await this.#run(sql, values).catch((error) =>
      this.#underAPath(error, sql, values),
    );
    return rows.map((row) =>
      Object.fromEntries(fields.map((field, index) => [field.name, row[index] ?? null])),
    );
  }

  async ask(sql: string, maxRows: number): Promise<QueryAnswer> {
    // A cursor takes exactly one SELECT, VALUES or TABLE, refuses data-modifying WITH, and reads no more than asked for.
    await this.#run(`declare answer no scroll cursor for ${sql}`, [], sql);
    const { fields, rows } = await this.#run(`fetch forward ${maxRows} from answer`, [], sql);
    await this.#run('close answer', []);
    return { columns: fields.map((field) => ({ name: field.name, type: typeName(field.dataTypeID) })), rows };
  }

  async canLogIn(role: string, password: string | null): Promise<boolean> {
    const client = new Client({
      ...this.#config,
      user: role,
      password: password ?? '',
      connectionTimeoutMillis: connectTimeoutSeconds * 1000,
      query_timeout: connectTimeoutSeconds * 1000,
    });
    client.on('error', () => {});
    try {
      await client.connect();
      await client.query('select 1');
      return true;
    } catch (error) {
      // 28000 and 28P01: refused; 42501: no CONNECT. A client-side SASL complaint means that the password is not it.
      const state = error instanceof DatabaseError ? (error.code ?? '') : '';
      if (state.startsWith('28') || state === '42501') return false;
      if (error instanceof Error && error.message.startsWith('SASL')) return false;
      throw queryError(error, '', connectTimeoutSeconds);
    } finally {
      await client.end().catch(() => {});
    }
  }

  password(environmentVariable: string): string {
    const password = this.#session.password(environmentVariable);
    if (password !== undefined && password !== '') return password;
    throw new DrillError(
      'CHECK_COULD_NOT_RUN',
      `the environment variable ${environmentVariable} is not set`,
      {
        hint: `Set ${environmentVariable} to the password where the drill runs.`,
      },
    );
  }

  async parameter(name: string): Promise<string> {
    const read = this.#session.parameter;
    if (read !== undefined) return read(name);
    throw new DrillError('CHECK_COULD_NOT_RUN', `the SSM parameter ${name} may not be read here`, {
      hint: 'Checks with passwords from SSM Parameter Store run in the restore task of a drill in AWS.',
      fault: 'us',
    });
  }

  async close(): Promise<void> {
    // Ending the connection rolls back; there is nothing to keep.
    await this.#client.end().catch(() => {});
  }

  /**
   * Our queries name everything in full and run without a path. Planning one may run code of the dump all the same – an index
   * or a generated column of the table calls a function – and where the dump itself was restored under a path, that code works
   * under a path only. Then, and only then, the query is asked again with every schema in the path, pg_catalog first.
   * @throws DrillError what the first try threw, when the second fails too
   */
  async #underAPath(
    error: unknown,
    sql: string,
    values: unknown[],
  ): Promise<{ fields: QueryArrayResult['fields']; rows: (string | null)[][] }> {
    if (this.#session.searchPath !== 'none' || !this.#lackedAName) throw error;
    try {
      await this.#begin();
      await this.#client.query(everySchemaInPath);
      const answer = await this.#run(sql, values);
      await this.#client.query("set local search_path = ''");
      return answer;
    } catch (again) {
      if (again instanceof DrillError && again.code === 'SANDBOX_LOST') throw again;
      if (this.#inTransaction) await this.#rollBack();
      throw error;
    }
  }

  async #run(
    sql: string,
    values: unknown[],
    shown = sql,
    tries = 1,
  ): Promise<{ fields: QueryArrayResult['fields']; rows: (string | null)[][] }> {
    const { statementTimeoutSeconds } = this.#session;
    const startedAt = performance.now();
    try {
      await this.#begin();
      const query: ExtendedQuery = {
        text: sql,
        values,
        rowMode: 'array',
        queryMode: 'extended',
        types: asText,
      };
      const result = await this.#client.query<(string | null)[]>(query);
      return { fields: result.fields, rows: result.rows };
    } catch (error) {
      if (isAnswerMissing(error)) throw await this.#leaveBehind();
      this.#lackedAName = lacksAName(error);
      const ranSeconds = (performance.now() - startedAt) / 1000;
      const named = queryError(error, shown, statementTimeoutSeconds, ranSeconds);
      if (named.code !== 'SANDBOX_LOST') await this.#rollBack();
      // Once may be an operator who took it for something else.
      if (isCancelledEarly(error, statementTimeoutSeconds, ranSeconds) && tries === 1)
        return this.#run(sql, values, shown, tries + 1);
      throw named;
    }
  }

  /**
   * Goes on with another connection when the server did not answer in time: code of the dump may catch what should end it.
   * @returns what to throw @throws DrillError SANDBOX_LOST when it is the way to the server that is broken
   */
  async #leaveBehind(): Promise<DrillError> {
    await this.close();
    this.#inTransaction = false;
    this.#client = this.#newClient();
    await this.open();
    return new DrillError(
      'CHECK_TIMED_OUT',
      `a statement ran longer than ${this.#session.statementTimeoutSeconds} s and did not end when the server canceled it`,
    );
  }

  /** Begins anew after an error, so that the next query of the check still runs under the same rules. */
  async #begin(): Promise<void> {
    if (this.#inTransaction) return;
    const { searchPath, statementTimeoutSeconds } = this.#session;
    await this.#client.query(
      [
        'begin read only',
        `set local statement_timeout = ${Math.max(1, Math.round(statementTimeoutSeconds * 1000))}`,
        'set local row_security = off',
        'set local lock_timeout = 0',
        'set local idle_in_transaction_session_timeout = 0',
        "set local timezone = 'UTC'",
        "set local datestyle = 'ISO, YMD'",
        "set local intervalstyle = 'postgres'",
        'set local standard_conforming_strings = on',
        'set local extra_float_digits = 1',
        'set local bytea_output = hex',
        "set local client_encoding = 'UTF8'",
        // A cursor is read whole or nearly so; the planner assumes a tenth.
        'set local cursor_tuple_fraction = 1',
        // Compiling costs more than it saves on queries that run once; about 0.3 s for one with fifty tables.
        'set local jit = off',
        ...(searchPath === 'none' ? ["set local search_path = ''"] : []),
        // Takes the transaction's snapshot: from here on nothing can make the transaction writable again.
        'select 1',
      ].join('; '),
    );
    this.#inTransaction = true;
  }

  async #rollBack(): Promise<void> {
    this.#inTransaction = false;
    try {
      await this.#client.query('rollback');
    } catch (error) {
      throw queryError(error, '', this.#session.statementTimeoutSeconds);
    }
  }
}

/** Something was not found while code ran that our query does not name: a function inside an index or a column. */
function lacksAName(error: unknown): boolean {
  if (!(error instanceof DatabaseError) || error.where === undefined) return false;
  return ['42883', '42704', '42P01', '3F000'].includes(error.code ?? '');
}

/** `public` before the others, as most databases have it. */
const everySchemaInPath = `select pg_catalog.set_config('search_path', pg_catalog.concat_ws(', ', 'pg_catalog',
  (select pg_catalog.string_agg(pg_catalog.quote_ident(n.nspname), ', ' order by n.nspname <> 'public', n.nspname)
  from pg_catalog.pg_namespace n where n.nspname !~ '^pg_' and n.nspname <> 'information_schema')), true)`;
