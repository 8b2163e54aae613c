/** Rows of one COPY through a psql of its own, whose stdin is data and nothing else. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { sqlStateOf } from './psql-session.ts';

export type CopyEnd = { rows: number } | { sqlState: string | null };

/**
 * `psql -c "COPY … FROM stdin"`: when the COPY is refused, psql ends without looking at its input. Fed through a script
 * psql would go on and take the rows for SQL (aws-facts 1d). The arguments hold names of tables and columns, no secret
 * and no row.
 */
export class PsqlCopy {
  readonly #process: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #end: Promise<CopyEnd>;
  #output = '';
  #errors = '';
  #over = false;
  #damaged = false;

  /** @param commands SQL run before the COPY, then the COPY itself; none begins with a backslash */
  constructor(psql: string, environment: NodeJS.ProcessEnv, commands: string[]) {
    // A leading blank: psql takes a -c that begins with a backslash for a command of its own.
    const given = commands.flatMap((sql) => ['-c', ` ${sql}`]);
    const options = ['-X', '-A', '-t', '--no-password', '-v', 'VERBOSITY=sqlstate', '-v', 'ON_ERROR_STOP=1'];
    this.#process = spawn(psql, [...options, ...given], {
      env: environment,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#process.stdout.setEncoding('latin1').on('data', (text: string) => {
      this.#output = (this.#output + text).slice(-4096);
    });
    this.#process.stderr.setEncoding('latin1').on('data', (text: string) => {
      this.#errors = (this.#errors + text).slice(0, 4096);
    });
    this.#process.stdin.on('error', () => {});
    this.#process.on('error', () => {});
    this.#end = new Promise((resolve) => {
      this.#process.once('close', (code) => {
        this.#over = true;
        resolve(this.#judge(code));
      });
    });
  }

  /** Whole rows or pieces of one; waits until psql takes more. */
  async write(bytes: Buffer): Promise<void> {
    // psql reads lines as C strings: what follows a zero byte would be lost without a word.
    if (bytes.includes(0)) this.#damaged = true;
    if (this.#over || this.#damaged) return;
    if (this.#process.stdin.write(bytes)) return;
    await new Promise<void>((resolve) => {
      const settle = (): void => {
        this.#process.stdin.off('drain', settle);
        this.#process.off('close', settle);
        resolve();
      };
      this.#process.stdin.once('drain', settle);
      this.#process.once('close', settle);
    });
  }

  /** No more rows. @returns what the server confirmed, or the SQLSTATE (null: psql ended for another reason) */
  async finish(): Promise<CopyEnd> {
    if (this.#damaged) this.destroy();
    else this.#process.stdin.end();
    return this.#end;
  }

  whenOver(tell: () => void): void {
    this.#process.once('close', tell);
  }

  /** Ends it in the middle: the server undoes the COPY. */
  destroy(): void {
    this.#process.kill('SIGKILL');
  }

  #judge(code: number | null): CopyEnd {
    // character_not_in_repertoire: what the server answers to a zero byte.
    if (this.#damaged) return { sqlState: '22021' };
    const state =
      this.#errors
        .split('\n')
        .map(sqlStateOf)
        .find((found) => found !== null) ?? null;
    const rows = /(?:^|\n)COPY (\d+)\n$/.exec(this.#output)?.[1];
    return code === 0 && state === null && rows !== undefined ? { rows: Number(rows) } : { sqlState: state };
  }
}
