/** One psql that carries out statements one after another, with PostgreSQL's own SQLSTATE for each. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { ConnectionLost } from '../loading/server-error.ts';

/** What one statement came to. Output of statements is never kept: it may hold row values. */
export interface PsqlAnswer {
  /** SQLSTATE of the first error; null when there was none. */
  sqlState: string | null;
  /** Rows that INSERT tags report. */
  inserted: number;
}

/** Output beyond this in one line is no mark and no error of psql's, so its rest is dropped. */
const longestLine = 4096;

/**
 * psql in restricted mode: it refuses every backslash command, whatever the text it is fed. Verbosity `sqlstate` makes
 * it tell an error by its code alone, so no message that quotes row values ever reaches us.
 *
 * After each statement psql is asked for a mark that nobody can guess; until it comes back the statement runs. A mark is
 * a SELECT and not \echo, which restricted mode refuses.
 */
export class PsqlSession {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #nonce = randomBytes(16).toString('hex');
  #marks = 0;
  #line = '';
  #current: {
    mark: string;
    answer: PsqlAnswer;
    resolve(answer: PsqlAnswer): void;
    reject(error: Error): void;
  } | null = null;
  readonly #ended: Promise<void>;
  #over = false;

  /** @param environment of ConnectionEnvironment */
  constructor(psql: string, environment: NodeJS.ProcessEnv) {
    // psql writes errors to stderr and marks to stdout; only one pipe for both keeps their order.
    const script = 'exec "$0" "$@" 2>&1';
    const options = [
      '-X',
      '-A',
      '-t',
      '--no-password',
      '-v',
      'VERBOSITY=sqlstate',
      '-v',
      'ON_ERROR_STOP=0',
      '-f',
      '-',
    ];
    this.#process = spawn('/bin/sh', ['-c', script, psql, ...options], { env: environment, stdio: 'pipe' });
    this.#process.stdout.setEncoding('latin1');
    this.#process.stdout.on('data', (text: string) => this.#read(text));
    this.#process.stderr.resume();
    this.#process.stdin.on('error', () => {});
    this.#process.on('error', () => {});
    this.#ended = new Promise((resolve) => {
      this.#process.once('close', () => {
        this.#over = true;
        this.#current?.reject(new ConnectionLost(null, new Error('psql ended')));
        this.#current = null;
        resolve();
      });
    });
    this.#process.stdin.write(`\\restrict ${randomBytes(24).toString('hex')}\n`);
  }

  /**
   * Carries out statements and waits for all of them.
   * @throws ConnectionLost when psql or its connection ended
   */
  run(...statements: Buffer[]): Promise<PsqlAnswer> {
    if (this.#over) return Promise.reject(new ConnectionLost(null, new Error('psql ended')));
    if (this.#current !== null) throw new Error('psql carries out one statement at a time');
    this.#marks += 1;
    const mark = `${this.#nonce}-${this.#marks}`;
    return new Promise((resolve, reject) => {
      this.#current = { mark, answer: { sqlState: null, inserted: 0 }, resolve, reject };
      const { stdin } = this.#process;
      stdin.cork();
      // The newline before the semicolon: a statement may end in a comment.
      for (const statement of statements) {
        stdin.write(statement);
        stdin.write('\n;\n');
      }
      stdin.write(`SELECT '${mark}';\n`);
      stdin.uncork();
    });
  }

  /** SQL of our own. @throws ConnectionLost */
  text(sql: string): Promise<PsqlAnswer> {
    return this.run(Buffer.from(sql, 'utf8'));
  }

  async close(): Promise<void> {
    this.#process.stdin.end();
    await this.#ended;
  }

  /** Ends it at once. */
  destroy(): void {
    this.#process.kill('SIGKILL');
  }

  #read(text: string): void {
    const lines = (this.#line + text).split('\n');
    this.#line = (lines.pop() ?? '').slice(0, longestLine);
    for (const line of lines) this.#take(line);
  }

  #take(line: string): void {
    const current = this.#current;
    if (current === null) return;
    if (line === current.mark) {
      this.#current = null;
      current.resolve(current.answer);
      return;
    }
    const error = sqlStateOf(line);
    if (error !== null) current.answer.sqlState ??= error;
    const inserted = /^INSERT \d+ (\d+)$/.exec(line)?.[1];
    if (inserted !== undefined) current.answer.inserted += Number(inserted);
  }
}

/**
 * The SQLSTATE of `psql:<stdin>:12: ERROR:  42P01` (with -f) or `ERROR:  42P01` (with -c); null for anything else.
 * The word is in the server's language; notices and warnings (classes 00 to 02) are no errors.
 */
export function sqlStateOf(line: string): string | null {
  const state = /^(?:psql:<stdin>:\d+: )?[^\s:]+: {1,2}([0-9A-Z]{5})$/.exec(line)?.[1];
  return state === undefined || /^0[012]/.test(state) ? null : state;
}
