import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createInterface, type Interface } from 'node:readline';
import { DrillError } from '../../domain/findings/errors.ts';

const keptCharacters = 4096;

/** Says one value per line, nothing of its own, and ends at the first error. */
const psqlWords = [
  '--no-psqlrc',
  '--quiet',
  '--no-align',
  '--tuples-only',
  '--set=ON_ERROR_STOP=1',
  '--set=FETCH_COUNT=0',
  '--pset=pager=off',
];

/**
 * One connection to the source through psql, which finds servers, services, passwords and certificates exactly as the
 * pg_dump beside it does. What it prints must be one line per value.
 */
export class PsqlSession {
  readonly #process: ChildProcess;
  readonly #lines: Interface;
  #stderr = '';
  #waiting: {
    mark: string;
    lines: string[];
    resolve(lines: string[]): void;
    reject(error: Error): void;
  } | null = null;
  #ended: DrillError | null = null;

  /** @param command psql with the words before it, and those that say where to connect */
  constructor(command: { wrapper: readonly string[]; program: string; connection: readonly string[] }) {
    const [first = '', ...rest] = [...command.wrapper, command.program, ...psqlWords, ...command.connection];
    this.#process = spawn(first, rest, { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#process.stdin?.on('error', () => undefined);
    this.#process.stderr?.on('data', (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString()).slice(-keptCharacters);
    });
    this.#process.on('error', (error) =>
      this.#end(`${command.program} could not be started: ${error.message}`),
    );
    this.#process.on('close', (code) =>
      this.#end(
        `psql ended with ${code ?? 'a signal'}: ${this.#stderr.trim().split('\n').slice(-3).join(' ')}`,
      ),
    );
    this.#lines = createInterface({ input: this.#process.stdout ?? process.stdin, crlfDelay: Infinity });
    this.#lines.on('line', (line) => this.#take(line));
  }

  /**
   * Runs a statement and gives its lines.
   *
   * @throws DrillError WITNESS_NOT_TAKEN with psql's words
   */
  query(sql: string): Promise<string[]> {
    return this.#ask(`${sql};`);
  }

  /** Runs every statement that a query gives, and gives all their lines. @throws DrillError WITNESS_NOT_TAKEN */
  queryEach(sql: string): Promise<string[]> {
    return this.#ask(`${sql}\n\\gexec`);
  }

  /** Ends it, whatever it is doing. */
  close(): void {
    this.#process.stdin?.end();
    if (this.#waiting !== null) this.#process.kill('SIGTERM');
  }

  #ask(text: string): Promise<string[]> {
    if (this.#ended !== null) return Promise.reject(this.#ended);
    return new Promise((resolve, reject) => {
      const mark = `-- ${randomUUID()}`;
      this.#waiting = { mark, lines: [], resolve, reject };
      this.#process.stdin?.write(`${text}\n\\echo '${mark}'\n`);
    });
  }

  #take(line: string): void {
    const waiting = this.#waiting;
    if (waiting === null) return;
    if (line !== waiting.mark) {
      waiting.lines.push(line);
      return;
    }
    this.#waiting = null;
    waiting.resolve(waiting.lines);
  }

  #end(reason: string): void {
    this.#ended ??= new DrillError('WITNESS_NOT_TAKEN', reason, { fault: 'service' });
    this.#waiting?.reject(this.#ended);
    this.#waiting = null;
  }
}
