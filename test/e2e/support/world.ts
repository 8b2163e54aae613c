import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { createFileLedger } from '../../../lib/adapters/ledgers/file/file-ledger.ts';
import type { FindingCode } from '../../../lib/domain/findings/findings.ts';
import type { Verdict } from '../../../lib/domain/findings/verdict.ts';
import type { DrillRecord } from '../../../lib/domain/record/drill-record.ts';
import { defaultPlaces } from '../../../lib/runtimes/local/places.ts';
import { systemClock } from '../../../lib/runtimes/system-clock.ts';
import { postgresqlPrograms } from '../../../scripts/oracle-programs.mjs';
import { builtCommandLine, type CommandLine, type Ended, Running, recordOf } from './command-line.ts';
import { written } from './fixtures.ts';
import { processesIn, processesNaming, type SeenProcess } from './processes.ts';

export const isRoot = process.getuid?.() === 0;

/** `nobody`: has a name on every system, owns nothing. */
export const nobody = 65_534;

export interface RunOptions {
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  /** As a user without rights: `nobody` where the tests run as root, else who runs them. */
  asNormalUser?: boolean;
  /** With `asNormalUser`: on a machine that lets nobody make namespaces, as many containers are. */
  withoutNamespaces?: boolean;
  /** Words before `node`. */
  wrapper?: string[];
}

/** A drill that has ended: the process, and the record it printed. */
export interface Drilled extends Ended {
  record: DrillRecord;
}

export interface ExpectedOutcome {
  verdict: Verdict;
  /** A finding that must be there, with the severity that the verdict asks for. */
  code: FindingCode;
}

const exitCodeOf: Record<Verdict, number> = { PROVEN: 0, NOT_PROVEN: 1, COULD_NOT_VERIFY: 2 };

/**
 * Each user namespace has limits of its own (namespaces(7), /proc/sys/user): inside this one no other can be made. It keeps
 * the user, and none of the capabilities that make one.
 */
function namespacesForbidden(): string[] {
  const [uid, gid] = isRoot ? [nobody, nobody] : [process.getuid?.() ?? 0, process.getgid?.() ?? 0];
  return [
    ...['unshare', '--user', `--map-user=${uid}`, `--map-group=${gid}`, '--keep-caps', 'sh', '-c'],
    'echo 0 > /proc/sys/user/max_user_namespaces && exec setpriv --ambient-caps=-all --inh-caps=-all "$@"',
    'sh',
  ];
}

/** How this machine reaches the npm registry, from which a server comes that nobody fetched before. */
const wayToRegistry = Object.fromEntries(
  Object.entries(process.env).filter(
    ([name]) => name === 'NODE_EXTRA_CA_CERTS' || /^(npm_config_registry|https?_proxy|no_proxy)$/i.test(name),
  ),
);

/** A machine of its own, as far as a process can tell: home, temporary folder and state lie in one folder. */
export class World {
  readonly base: string;
  readonly stateDirectory: string;
  readonly temporaryDirectory: string;
  readonly #commandLine: CommandLine;
  readonly #cacheDirectory: string;
  readonly #started: Running[] = [];

  /** With the program of the run, where no other is given. */
  static async open(options: { forNormalUser?: boolean; commandLine?: CommandLine } = {}): Promise<World> {
    return new World(options.commandLine ?? (await builtCommandLine()), options);
  }

  private constructor(commandLine: CommandLine, { forNormalUser = false }: { forNormalUser?: boolean }) {
    this.#commandLine = commandLine;
    this.base = realpathSync(mkdtempSync(join(tmpdir(), 'rd-e2e-')));
    this.stateDirectory = join(this.base, 'state');
    this.temporaryDirectory = join(this.base, 'tmp');
    // Servers that were fetched before are used again: fetching one takes as long as twenty drills.
    this.#cacheDirectory = forNormalUser ? join(this.base, 'cache') : defaultPlaces().cacheDirectory;
    // The unprivileged user that runs root's server must be able to walk through.
    chmodSync(this.base, 0o711);
    for (const name of ['tmp', 'home']) {
      mkdirSync(join(this.base, name), { mode: 0o711 });
      if (forNormalUser && isRoot) chownSync(join(this.base, name), nobody, nobody);
    }
    if (forNormalUser && isRoot) chownSync(this.base, nobody, nobody);
  }

  get environment(): NodeJS.ProcessEnv {
    return {
      // A server that was fetched for the tests counts as installed.
      PATH: `${process.env.PATH}:${postgresqlPrograms(15)}`,
      HOME: join(this.base, 'home'),
      TMPDIR: this.temporaryDirectory,
      RESTORE_DRILL_STATE_DIR: this.stateDirectory,
      RESTORE_DRILL_CACHE_DIR: this.#cacheDirectory,
      ...wayToRegistry,
    };
  }

  /** A path in this world. */
  path(...names: string[]): string {
    return join(this.base, ...names);
  }

  /** Writes a file into the folder of backups, and gives back its path. */
  backup(name: string, content: Buffer | string): string {
    return written(this.path('backups'), name, content);
  }

  /** A drills.yaml for that folder, with more lines for its one database; `source:` among them replaces the folder's. */
  configuration(...lines: string[]): string {
    const folder = '    source: { folder: ./backups, pattern: "shop_{timestamp:YYYYMMDDTHHmmssZ}.sql.gz" }';
    const source = lines.some((line) => line.includes('source:')) ? [] : [folder];
    return written(this.base, 'drills.yaml', ['databases:', '  shop:', ...source, ...lines, ''].join('\n'));
  }

  start(
    words: string[],
    {
      env = {},
      cwd = this.base,
      asNormalUser = false,
      withoutNamespaces = false,
      wrapper = [],
    }: RunOptions = {},
  ): Running {
    const lowered =
      asNormalUser && isRoot ? ['setpriv', `--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups'] : [];
    if (withoutNamespaces) lowered.push(...namespacesForbidden());
    const running = new Running(this.#commandLine.file, words, {
      env: { ...this.environment, ...env },
      cwd,
      wrapper: [...wrapper, ...lowered],
    });
    this.#started.push(running);
    return running;
  }

  run(words: string[], options: RunOptions = {}): Promise<Ended> {
    return this.start(words, options).ended;
  }

  async drill(words: string[], options: RunOptions = {}): Promise<Drilled> {
    const ended = await this.run(['run', '--json', ...words], options);
    return { ...ended, record: recordOf(ended) };
  }

  /** Drills, and asserts all that every drill promises, whatever its verdict. */
  async expectDrill(words: string[], expected: ExpectedOutcome, options: RunOptions = {}): Promise<Drilled> {
    const drilled = await this.drill(words, options);
    await this.expectOutcome(drilled, expected, options);
    return drilled;
  }

  /** A drill whose dump is good: PROVEN, and no finding speaks of an error. */
  async expectProven(words: string[], options: RunOptions = {}): Promise<Drilled> {
    const drilled = await this.drill(words, options);
    const { record } = drilled;
    expect({ verdict: record.verdict, grave: graveFindings(record) }).toEqual({
      verdict: 'PROVEN',
      grave: [],
    });
    await this.expectSealed(drilled, options);
    return drilled;
  }

  /** The verdict, its exit code, a finding that says why with a hint, the sandbox gone, the record in the ledger. */
  async expectOutcome(
    drilled: Drilled,
    { verdict, code }: ExpectedOutcome,
    options: RunOptions = {},
  ): Promise<void> {
    const { record } = drilled;
    expect(
      { verdict: record.verdict, codes: record.findings.map((finding) => finding.code) },
      JSON.stringify(record.findings, null, 1),
    ).toEqual({
      verdict,
      codes: expect.arrayContaining([code]),
    });
    const severity = verdict === 'NOT_PROVEN' ? 'error' : 'unverified';
    expect(
      record.findings.filter((finding) => finding.code === code).map((finding) => finding.severity),
    ).toContain(severity);
    await this.expectSealed(drilled, options);
  }

  async expectSealed(drilled: Drilled, options: RunOptions = {}): Promise<void> {
    const { record, code: exitCode } = drilled;
    expect(exitCode).toBe(exitCodeOf[record.verdict]);
    for (const finding of record.findings) {
      expect(finding.message).not.toBe('');
      expect(finding.hint).not.toBe('');
    }
    expect(record.teardown, JSON.stringify(record.teardown)).toMatchObject({ confirmed: true });
    expect(await this.#sealed(record.drillId, options)).toEqual(record);
    await this.expectNothingLeft();
  }

  /** From the ledger, read as `history` reads it, whose process would cost a third of a second of processor after every drill. */
  async #sealed(drillId: string, options: RunOptions): Promise<DrillRecord | null | undefined> {
    // Where the ledger lies then is for the program to know.
    if (options.env !== undefined && 'RESTORE_DRILL_STATE_DIR' in options.env)
      return (await this.history(options)).find((record) => record.drillId === drillId);
    return createFileLedger({
      path: join(this.stateDirectory, 'ledger.jsonl'),
      clock: systemClock,
      onDamage: (damage) => expect.fail(JSON.stringify(damage)),
    }).show(drillId);
  }

  async history({ env, asNormalUser }: RunOptions = {}): Promise<DrillRecord[]> {
    const options = {
      ...(env === undefined ? {} : { env }),
      ...(asNormalUser === undefined ? {} : { asNormalUser }),
    };
    const { stdout, stderr } = await this.run(['history', '--json', '--limit', '1000'], options);
    expect(stderr).toBe('');
    return JSON.parse(stdout) as DrillRecord[];
  }

  /** Server processes, their helpers and watchdogs of this world. */
  processes(): SeenProcess[] {
    return [...processesIn(this.temporaryDirectory), ...processesNaming(`${this.temporaryDirectory}/`)];
  }

  /** Folders of sandboxes, and of their sockets. */
  sandboxFolders(): string[] {
    const roots = readdirSync(this.temporaryDirectory).filter((name) => name.startsWith('restore-drill'));
    const found = roots
      .map((root) => join(this.temporaryDirectory, root, 'sandboxes'))
      .filter((sandboxes) => existsSync(sandboxes))
      .flatMap((sandboxes) => readdirSync(sandboxes).map((name) => join(sandboxes, name)));
    const sockets = readdirSync(this.temporaryDirectory).filter((name) => name.startsWith('rd-'));
    return [...found, ...sockets.map((name) => join(this.temporaryDirectory, name))];
  }

  /** No process, no folder; after a crash the watchdog gets 20 s, of which a quiet machine needs less than one. */
  async expectNothingLeft(): Promise<void> {
    const left = () => ({ processes: this.processes(), folders: this.sandboxFolders() });
    for (let tries = 0; tries < 200; tries += 1) {
      const { processes, folders } = left();
      if (processes.length + folders.length === 0) break;
      await sleep(100);
    }
    expect(left()).toEqual({ processes: [], folders: [] });
  }

  /** Waits until a backend of a sandbox shows this in its title, e.g. COPY. */
  async untilServerDoes(what: RegExp): Promise<SeenProcess> {
    for (let tries = 0; tries < 600; tries += 1) {
      const busy = processesIn(this.temporaryDirectory).find(({ title }) => what.test(title));
      if (busy !== undefined) return busy;
      await sleep(50);
    }
    throw new Error(`no backend does ${what}: ${JSON.stringify(processesIn(this.temporaryDirectory))}`);
  }

  /** Ends what a failed test may have left running, and removes the folder. */
  remove(): void {
    this.endAll();
    rmSync(this.base, { recursive: true, force: true });
  }

  /** Ends what a failed test may have left running, and removes what it left in the temporary folder. */
  endAll(): void {
    // To a process that has ended this does nothing.
    for (const running of this.#started) running.kill('SIGKILL');
    for (const { pid } of this.processes()) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It ended in between.
      }
    }
    for (const name of readdirSync(this.temporaryDirectory))
      rmSync(join(this.temporaryDirectory, name), { recursive: true, force: true });
  }
}

export const graveFindings = (record: DrillRecord): string[] =>
  record.findings
    .filter(({ severity }) => severity === 'error')
    .map(({ code, message }) => `${code}: ${message}`);
