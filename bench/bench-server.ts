import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chownSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';

/**
 * The drill sandbox's own choice for speed: nothing in it must survive a crash. Every contender gets the same server.
 * autovacuum off, so that it does not run beside one contender and not beside another.
 */
export const sandboxSettings: Record<string, string> = {
  fsync: 'off',
  full_page_writes: 'off',
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_wal_size: '4GB',
  checkpoint_timeout: '1h',
  autovacuum: 'off',
  jit: 'off',
  shared_buffers: '512MB',
};

const idOf = (flag: string): number =>
  Number(spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }).stdout);
const serverUser = process.getuid?.() === 0 ? { uid: idOf('-u'), gid: idOf('-g') } : {};

/** A throwaway server for the bench, with a superuser `postgres` for the tools and a role `master` like RDS's. */
export class BenchServer {
  readonly directory: string;
  readonly binaries: string;
  readonly port = 5432;
  readonly #child: ChildProcess;

  private constructor(directory: string, binaries: string, child: ChildProcess) {
    this.directory = directory;
    this.binaries = binaries;
    this.#child = child;
  }

  /** @param core the only one that the server may run on; null: all */
  static async start(
    binaries: string,
    settings: Record<string, string>,
    core: number | null = null,
  ): Promise<BenchServer> {
    const directory = mkdtempSync(join(tmpdir(), 'restore-bench-'));
    if (serverUser.uid !== undefined) chownSync(directory, serverUser.uid, serverUser.gid ?? 0);
    const data = join(directory, 'data');
    const initdb = spawnSync(
      join(binaries, 'initdb'),
      ['-D', data, '-U', 'postgres', '-A', 'trust', '-N', '-E', 'UTF8', '--locale=C.UTF-8'],
      { ...serverUser, cwd: directory, encoding: 'utf8' },
    );
    if (initdb.status !== 0) throw new Error(`initdb failed: ${initdb.stderr}`);
    const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const [program = '', ...words] = [
      ...(core === null ? [] : ['taskset', '-c', String(core)]),
      ...[join(binaries, 'postgres'), '-D', data, '-k', directory, '-c', 'listen_addresses=', ...options],
    ];
    const child = spawn(program, words, { ...serverUser, cwd: directory, stdio: 'ignore' });
    const server = new BenchServer(directory, binaries, child);
    await server.#ready();
    await server.sql('CREATE ROLE master LOGIN CREATEDB CREATEROLE');
    return server;
  }

  async #ready(): Promise<void> {
    for (let tries = 0; ; tries += 1) {
      try {
        return await this.sql('SELECT 1');
      } catch (error) {
        if (tries > 200) throw error;
        await sleep(100);
      }
    }
  }

  async sql(statement: string, database = 'postgres'): Promise<void> {
    const client = new Client({ host: this.directory, port: this.port, user: 'postgres', database });
    await client.connect();
    try {
      await client.query(statement);
    } finally {
      await client.end();
    }
  }

  /** CPU seconds of the server and of all its children that have ended, from /proc (Linux, 100 ticks a second). */
  async cpuSeconds(): Promise<number> {
    // A backend is counted once the postmaster has reaped it.
    await sleep(400);
    const text = readFileSync(`/proc/${this.#child.pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    // utime, stime, cutime, cstime are fields 14 to 17 of proc(5); state, the third, is our first.
    return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / 100;
  }

  /** Removes what a contender made and lets the server write out what it holds, so that each starts alike. */
  async reset(): Promise<void> {
    const client = new Client({
      host: this.directory,
      port: this.port,
      user: 'postgres',
      database: 'postgres',
    });
    await client.connect();
    const { rows } = await client.query<{ datname: string }>(
      `SELECT datname FROM pg_database WHERE datname NOT IN ('postgres', 'template0', 'template1', 'living')`,
    );
    for (const { datname } of rows)
      await client.query(`DROP DATABASE ${client.escapeIdentifier(datname)} WITH (FORCE)`);
    await client.query('CHECKPOINT');
    await client.end();
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill('SIGINT');
    await ended;
    rmSync(this.directory, { recursive: true, force: true });
  }
}
