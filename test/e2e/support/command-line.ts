import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DrillRecord } from '../../../lib/domain/record/drill-record.ts';

export const repositoryRoot = fileURLToPath(new URL('../../..', import.meta.url));

/** The shipped program, bundled into a folder of this test file alone, so that no other build can pull it away. */
export interface CommandLine {
  file: string;
  remove(): void;
}

/**
 * Builds with `npm run build`, and copies what came out. The copy lies in the repository, because dependencies stay
 * outside the bundle.
 */
export function buildCommandLine(): CommandLine {
  const parent = join(repositoryRoot, '.restore-drill');
  mkdirSync(parent, { recursive: true });
  const directory = mkdtempSync(join(parent, 'e2e-'));
  chmodSync(directory, 0o755);
  for (let tries = 1; ; tries += 1) {
    try {
      execFileSync(process.execPath, ['scripts/build.mjs'], { cwd: repositoryRoot, stdio: 'pipe' });
      cpSync(join(repositoryRoot, 'dist'), directory, { recursive: true });
      break;
    } catch (error) {
      // Another test file swapped dist/ while we copied: the bundles are the same, so trying again is enough.
      if (tries === 5) throw error;
    }
  }
  return {
    file: join(directory, 'restore-drill.js'),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

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
  async said(pattern: RegExp): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const look = () => {
        if (pattern.test(this.#stderr)) resolve();
        else if (this.#child.exitCode !== null || this.#child.signalCode !== null)
          reject(new Error(`it ended before it said ${pattern}:\n${this.#stderr}`));
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
