import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import type { SandboxAddress } from '../../../../../lib/ports/sandbox.ts';
import type { SandboxAccess } from '../../../../../lib/ports/sandbox-access.ts';

const systemBinaries = '/usr/lib/postgresql/15/bin';
/** Another major version's server can be put in its place, to run the same tests on it. */
const serverBinaries = process.env.RESTORE_DRILL_TEST_BINARIES ?? systemBinaries;

/** initdb and postgres refuse to run as root: they run as the system's postgres user where we are root. */
const asServerUser = (): { uid?: number; gid?: number } => {
  if (process.getuid?.() !== 0) return {};
  const id = (flag: string): number =>
    Number(spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }).stdout);
  return { uid: id('-u'), gid: id('-g') };
};

/** A real PostgreSQL server on a socket of its own, with a master role that has exactly the RDS master's rights. */
export class TestServer {
  readonly directory: string;
  readonly port = 5432;
  #process: ChildProcess | null = null;
  readonly #binaries: string;

  private constructor(directory: string, binaries: string) {
    this.directory = directory;
    this.#binaries = binaries;
  }

  static async start(binaries = serverBinaries, extra: string[] = []): Promise<TestServer> {
    const directory = mkdtempSync(join(tmpdir(), 'restore-drill-load-'));
    const user = asServerUser();
    if (user.uid !== undefined && user.gid !== undefined) chownSync(directory, user.uid, user.gid);
    const server = new TestServer(directory, binaries);
    const made = spawnSync(
      join(binaries, 'initdb'),
      [
        '-D',
        join(directory, 'data'),
        '-U',
        'postgres',
        '-A',
        'trust',
        '-N',
        '-E',
        'UTF8',
        '--locale=C.UTF-8',
      ],
      { ...user, cwd: directory, encoding: 'utf8' },
    );
    if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr}`);
    server.#launch(extra);
    await server.#ready();
    await server.sql('postgres', 'CREATE ROLE master LOGIN NOSUPERUSER CREATEDB CREATEROLE');
    return server;
  }

  #launch(extra: string[]): void {
    const options = [
      '-D',
      join(this.directory, 'data'),
      '-k',
      this.directory,
      '-c',
      'listen_addresses=',
      '-c',
      'fsync=off',
      '-c',
      'max_connections=60',
      ...extra,
    ];
    this.#process = spawn(join(this.#binaries, 'postgres'), options, {
      ...asServerUser(),
      cwd: this.directory,
      stdio: 'ignore',
    });
  }

  async #ready(): Promise<void> {
    for (let tries = 0; tries < 200; tries += 1) {
      try {
        await this.sql('postgres', 'SELECT 1');
        return;
      } catch {
        await sleep(50);
      }
    }
    throw new Error('the test server did not come up');
  }

  get address(): SandboxAddress {
    return {
      sandboxId: 'test',
      host: this.directory,
      port: this.port,
      masterRole: 'master',
      serverVersion: '15.18',
    };
  }

  readonly access: SandboxAccess = {
    connection: async (address, database) => ({
      host: address.host,
      port: address.port,
      user: address.masterRole,
      database,
    }),
    installExtension: async (_address, database, statement) => {
      await this.sql(database, statement);
    },
  };

  /** Runs SQL as the superuser and gives rows as arrays of text. */
  async sql(database: string, sql: string): Promise<unknown[][]> {
    const client = new Client({ host: this.directory, port: this.port, user: 'postgres', database });
    await client.connect();
    try {
      const result = await client.query({ text: sql, rowMode: 'array' });
      return Array.isArray(result) ? [] : result.rows;
    } finally {
      await client.end();
    }
  }

  /** Runs a client program of PostgreSQL 15 against this server and gives its output. */
  tool(name: string, args: string[], input?: string): Buffer {
    const run = spawnSync(
      join(systemBinaries, name),
      ['-h', this.directory, '-p', String(this.port), ...args],
      { input, maxBuffer: 1 << 30 },
    );
    if (run.status !== 0) throw new Error(`${name} failed: ${run.stderr.toString()}`);
    return run.stdout;
  }

  killHard(): void {
    this.#process?.kill('SIGKILL');
  }

  get pid(): number {
    return this.#process?.pid ?? 0;
  }

  async stop(): Promise<void> {
    const server = this.#process;
    if (server !== null && server.exitCode === null && server.signalCode === null) {
      const ended = new Promise((resolve) => server.once('exit', resolve));
      server.kill('SIGQUIT');
      await ended;
    }
    rmSync(this.directory, { recursive: true, force: true });
  }
}
