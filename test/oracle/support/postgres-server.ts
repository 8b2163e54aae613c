import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chownSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { createMasterRole } from '../../../lib/adapters/sandboxes/local-process/master-role.ts';
import { adminRole, masterRole } from '../../../lib/adapters/sandboxes/local-process/server-settings.ts';
import type { SandboxAddress } from '../../../lib/ports/sandbox.ts';
import type { SandboxAccess } from '../../../lib/ports/sandbox-access.ts';

/** The tools of the installed PostgreSQL 15: the same pg_dump looks at every result. */
export const installedPrograms = '/usr/lib/postgresql/15/bin';

/** initdb and postgres refuse to run as root: there they run as the system's user `postgres`. */
function asServerUser(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const id = (flag: string) => Number(spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }).stdout);
  return { uid: id('-u'), gid: id('-g') };
}

export interface ToolRun {
  status: number | null;
  stdout: Buffer;
  stderr: string;
}

interface ToolOptions {
  user?: string;
  input?: string | Buffer;
  programs?: string;
}

/**
 * A real PostgreSQL server on a socket of its own. As `sandbox` it has the product's master role, and its superuser is
 * called as in a sandbox; as `tools` its superuser is `postgres`, and PostgreSQL's own programs restore into it.
 */
export class PostgresServer {
  readonly directory: string;
  readonly superuser: string;
  serverVersion = '';
  readonly #programs: string;
  #process: ChildProcess | null = null;

  private constructor(directory: string, superuser: string, programs: string) {
    this.directory = directory;
    this.superuser = superuser;
    this.#programs = programs;
  }

  static async start(kind: 'sandbox' | 'tools', programs = installedPrograms): Promise<PostgresServer> {
    const directory = mkdtempSync(join(tmpdir(), 'restore-drill-oracle-'));
    const user = asServerUser();
    if (user.uid !== undefined && user.gid !== undefined) chownSync(directory, user.uid, user.gid);
    const superuser = kind === 'sandbox' ? adminRole : 'postgres';
    const server = new PostgresServer(directory, superuser, programs);
    const initdb = spawnSync(
      join(programs, 'initdb'),
      ['-D', join(directory, 'data'), '-U', superuser, '-A', 'trust', '-N', '-E', 'UTF8', '--locale=C.UTF-8'],
      { ...user, cwd: directory, encoding: 'utf8' },
    );
    if (initdb.status !== 0) throw new Error(`initdb failed: ${initdb.stderr}`);
    await server.#launch(kind);
    if (kind === 'sandbox') server.serverVersion = await createMasterRole(directory, 5432, 'not a secret');
    return server;
  }

  async #launch(kind: 'sandbox' | 'tools'): Promise<void> {
    const settings = {
      listen_addresses: '',
      fsync: 'off',
      max_connections: '50',
      // As a sandbox on this machine has it; the tools need not be warned of publications.
      ...(kind === 'sandbox' ? { wal_level: 'minimal', max_wal_senders: '0' } : { wal_level: 'logical' }),
      autovacuum: 'off',
      timezone: 'UTC',
    };
    const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    this.#process = spawn(
      join(this.#programs, 'postgres'),
      ['-D', join(this.directory, 'data'), '-k', this.directory, ...options],
      {
        ...asServerUser(),
        cwd: this.directory,
        stdio: 'ignore',
      },
    );
    for (let tries = 0; tries < 400; tries += 1) {
      if (
        await this.sql('postgres', 'SELECT 1').then(
          () => true,
          () => false,
        )
      )
        return;
      await sleep(50);
    }
    throw new Error('the server did not come up');
  }

  get address(): SandboxAddress {
    return {
      sandboxId: 'oracle',
      host: this.directory,
      port: 5432,
      masterRole,
      serverVersion: this.serverVersion,
    };
  }

  readonly access: SandboxAccess = {
    connection: async ({ host, port }, database) => ({
      host,
      port,
      user: masterRole,
      password: 'not a secret',
      database,
    }),
  };

  /** As RDS is: its master may create more extensions than a plain server's. */
  readonly accessOfRds: SandboxAccess = {
    ...this.access,
    installExtension: async (_address, database, statement) => {
      await this.sql(database, statement);
    },
  };

  get dataDirectory(): string {
    return join(this.directory, 'data');
  }

  /** A file of the data directory, e.g. postgresql.auto.conf. */
  file(name: string): string {
    return readFileSync(join(this.dataDirectory, name), 'utf8');
  }

  /** Runs SQL as the superuser and gives rows as arrays. */
  async sql(database: string, sql: string, user = this.superuser): Promise<unknown[][]> {
    const client = new Client({ host: this.directory, port: 5432, user, database });
    client.on('error', () => {});
    await client.connect();
    try {
      const result = await client.query({ text: sql, rowMode: 'array' });
      return Array.isArray(result) ? [] : result.rows;
    } finally {
      await client.end();
    }
  }

  /** Runs a client program against this server, whatever becomes of it. */
  try(
    program: string,
    args: string[],
    { user = this.superuser, input, programs = installedPrograms }: ToolOptions = {},
  ): ToolRun {
    const env = {
      ...process.env,
      PGHOST: this.directory,
      PGPORT: '5432',
      PGUSER: user,
      PGCONNECT_TIMEOUT: '10',
      LC_ALL: 'C.UTF-8',
    };
    const { status, stdout, stderr } = spawnSync(join(programs, program), args, {
      env,
      input: input ?? '',
      maxBuffer: 2 ** 30,
    });
    return { status, stdout, stderr: stderr.toString() };
  }

  /** Runs a client program that must succeed, and gives its output. */
  tool(program: string, args: string[], options: ToolOptions = {}): Buffer {
    const { status, stdout, stderr } = this.try(program, args, options);
    if (status !== 0)
      throw new Error(`${program} ${args.join(' ')} ended with ${status}: ${stderr.slice(0, 2000)}`);
    return stdout;
  }

  async createDatabase(name: string, owner = this.superuser): Promise<void> {
    await this.sql('postgres', `DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`);
    await this.sql('postgres', `CREATE DATABASE "${name}" TEMPLATE template0 OWNER "${owner}"`);
  }

  /** Drops what a test made, so that the next finds a fresh server. */
  async clear(): Promise<void> {
    await this.sql(
      'postgres',
      `UPDATE pg_database SET datistemplate = false WHERE datname NOT IN ('template0', 'template1')`,
    );
    for (const [drop] of await this.sql(
      'postgres',
      `SELECT format('DROP DATABASE %I WITH (FORCE)', datname) FROM pg_database WHERE datname NOT IN ('postgres', 'template0', 'template1')`,
    )) {
      await this.sql('postgres', String(drop));
    }
    for (const [drop] of await this.sql(
      'postgres',
      `SELECT format('DROP ROLE %I', rolname) FROM pg_roles WHERE rolname !~ '^pg_' AND rolname NOT IN ('postgres', '${adminRole}', '${masterRole}')`,
    )) {
      await this.sql('postgres', String(drop));
    }
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
