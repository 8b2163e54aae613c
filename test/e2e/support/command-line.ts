import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import type { DrillRecord } from '../../../lib/domain/record/drill-record.ts';
import { askDesk } from '../../support/desk.ts';

/** The shipped program, bundled. */
export interface CommandLine {
  file: string;
}

/** The program, built once for all files of the run: nobody else builds or removes it while they run. */
export const builtCommandLine = async (): Promise<CommandLine> => ({
  file: join(await askDesk({ ask: 'command line' }), 'restore-drill.js'),
});

/** How a process of the command line ended and what it wrote. */
export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface SpawnOptions {
  env: NodeJS.ProcessEnv;
  cwd: string;
  /** Words before `node`, such as setpriv with its options. */
  wrapper?: string[];
}

/** A running process of the command line. */
export class Running {
  readonly ended: Promise<Ended>;
  readonly #child: ChildProcess;
  #stdout = '';
  #stderr = '';
  #listeners = new Set<() => void>();

  constructor(file: string, given: string[], { env, cwd, wrapper = [] }: SpawnOptions) {
    const [program = '', ...words] = [...wrapper, process.execPath, file, ...given];
    this.#child = spawn(program, words, { env, cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => this.#heard('stdout', text));
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => this.#heard('stderr', text));
    this.ended = new Promise((resolve, reject) => {
      this.#child.once('error', reject);
      this.#child.once('close', (code, signal) => {
        resolve({ code, signal, stdout: this.#stdout, stderr: this.#stderr });
        for (const listener of this.#listeners) listener();
      });
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Resolves when stderr holds the text; rejects when the process ends before. */
  said(pattern: RegExp): Promise<void> {
    return this.#until(() => pattern.test(this.#stderr), `it said ${pattern}`);
  }

  /** Resolves when stderr holds so many lines; rejects when the process ends before. */
  saidLines(count: number): Promise<void> {
    return this.#until(() => this.#stderr.split('\n').length > count, `it said ${count} lines`);
  }

  async #until(isSo: () => boolean, what: string): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const look = () => {
        if (isSo()) resolve();
        else if (this.#child.exitCode !== null || this.#child.signalCode !== null)
          reject(new Error(`it ended before ${what}:\n${this.#stderr}`));
        else return;
        this.#listeners.delete(look);
      };
      this.#listeners.add(look);
      look();
    });
  }

  #heard(stream: 'stdout' | 'stderr', text: string): void {
    if (stream === 'stdout') this.#stdout += text;
    else this.#stderr += text;
    for (const listener of this.#listeners) listener();
  }
}

/** The one JSON document of `--json`. Throws with everything that was written when there is none. */
export function recordOf({ stdout, stderr }: Ended): DrillRecord {
  try {
    return JSON.parse(stdout) as DrillRecord;
  } catch {
    throw new Error(`stdout is not one JSON document:\n${stdout}\nstderr:\n${stderr}`);
  }
}
