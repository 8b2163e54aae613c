import { type ChildProcess, spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import type { SandboxAddress } from '../../lib/domain/sandbox/address.ts';
import type { SandboxAccess } from '../../lib/ports/sandbox-access.ts';
import { postgresqlPrograms } from '../../scripts/oracle-programs.mjs';
import { dropWhatWasMade, renewOwnDatabases } from './clear-server.ts';
import {
  copyData,
  initialise,
  makeServerFolder,
  type Superuser,
  startPostgres,
  stopPostgres,
} from './cluster.ts';
import { askDesk } from './desk.ts';
import {
  makeRoles,
  masterPassword,
  ownerOfDatabases,
  programsOf,
  rolesOf,
  type ServerKind,
  settingsOf,
  superuserOf,
} from './server-kinds.ts';

export interface ToolRun {
  status: number | null;
  stdout: Buffer;
  stderr: string;
}

interface ToolOptions {
  user?: string;
  input?: string | Buffer;
  /** An open file that takes the output in the place of the caller. */
  stdout?: number;
  /** Folder of other programs than the server's own major has. */
  programs?: string;
}

/** A real PostgreSQL server on a socket of its own, without passwords. */
export class TestServer {
  readonly kind: ServerKind;
  /** Holds the socket and `data`. */
  readonly directory: string;
  readonly port = 5432;
  /** Name of the one superuser. */
  readonly superuser: Superuser;
  /** E.g. `15.18`. */
  readonly serverVersion: string;
  #process: ChildProcess | null;
  /** Starts its process again. */
  readonly #begin: (() => Promise<ChildProcess>) | null;

  private constructor(
    kind: ServerKind,
    directory: string,
    version: string,
    own: { process: ChildProcess; begin: () => Promise<ChildProcess> } | null,
  ) {
    this.kind = kind;
    this.directory = directory;
    this.superuser = superuserOf[kind];
    this.serverVersion = version;
    this.#process = own?.process ?? null;
    this.#begin = own?.begin ?? null;
  }

  /**
   * The server that this worker's test files share, as new: what an earlier file left is gone. For a file that works in
   * databases and roles; what changes the server itself needs one of its own.
   */
  static async shared(kind: ServerKind): Promise<TestServer> {
    const worker = process.env.VITEST_POOL_ID ?? '0';
    const directory = await askDesk({ ask: 'server', kind, worker });
    const server = new TestServer(kind, directory, await versionOf(kind, directory), null);
    await server.clear();
    await renewOwnDatabases((database, sql) => server.sql(database, sql), ownerOfDatabases[kind]);
    return server;
  }

  /**
   * Starts a server for the caller alone, who stops it: to change its settings, to kill it, to read its files.
   *
   * @param options.programs folder of another major's initdb and postgres
   * @param options.initdb more words for initdb, e.g. `--data-checksums`
   * @param options.roleWithPassword a role that must give its password; all others are trusted
   */
  static async start(
    kind: ServerKind,
    options: {
      settings?: Readonly<Record<string, string>>;
      programs?: string;
      initdb?: readonly string[];
      roleWithPassword?: string;
    } = {},
  ): Promise<TestServer> {
    const superuser = superuserOf[kind];
    const directory = makeServerFolder(kind);
    const programs = options.programs ?? programsOf(kind);
    if (options.programs === undefined && options.initdb === undefined)
      copyData(await askDesk({ ask: 'template', kind }), directory);
    else initialise(directory, superuser, programs, options.initdb);
    if (options.roleWithPassword !== undefined)
      writeFileSync(
        join(directory, 'data', 'pg_hba.conf'),
        `local all ${options.roleWithPassword} scram-sha-256\nlocal all all trust\n`,
      );
    const settings = { ...settingsOf[kind], ...options.settings };
    const begin = () => startPostgres(directory, superuser, programs, settings);
    const process = await begin();
    await makeRoles(kind, directory);
    return new TestServer(kind, directory, await versionOf(kind, directory), { process, begin });
  }

  get majorVersion(): number {
    return Number.parseInt(this.serverVersion, 10);
  }

  get address(): SandboxAddress {
    const { directory: host, port, serverVersion } = this;
    return { sandboxId: 'test', host, port, masterRole: 'master', serverVersion };
  }

  readonly access: SandboxAccess = {
    connection: async ({ host, port, masterRole }, database) => ({
      host,
      port,
      user: masterRole,
      password: masterPassword,
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

  /** A connection, which the caller ends. */
  async connect(user: string, database: string): Promise<Client> {
    const client = new Client({ host: this.directory, port: this.port, user, database });
    client.on('error', () => {});
    await client.connect();
    return client;
  }

  /** Runs SQL, as the superuser unless told otherwise, and gives rows as arrays; none for several statements. */
  async sql(database: string, sql: string, user: string = this.superuser): Promise<unknown[][]> {
    const client = await this.connect(user, database);
    try {
      const result = await client.query({ text: sql, rowMode: 'array' });
      return Array.isArray(result) ? [] : result.rows;
    } finally {
      await client.end();
    }
  }

  /** Runs a script of psql, with its COPY data and backslash commands, as the superuser. */
  script(database: string, script: string | Buffer): void {
    this.tool('psql', ['-qX', '-v', 'ON_ERROR_STOP=1', '-d', database], { input: script });
  }

  /** Runs a client program against this server, whatever becomes of it. */
  try(program: string, words: string[], { user, input, stdout: file, programs }: ToolOptions = {}): ToolRun {
    const run = spawnSync(join(programs ?? postgresqlPrograms(15), program), words, {
      env: {
        ...process.env,
        PGHOST: this.directory,
        PGPORT: String(this.port),
        PGUSER: user ?? this.superuser,
        PGCONNECT_TIMEOUT: '10',
        LC_ALL: 'C.UTF-8',
      },
      stdio: ['pipe', file ?? 'pipe', 'pipe'],
      input: input ?? '',
      maxBuffer: 2 ** 30,
    });
    // Null where the output went to a file.
    const output: Buffer | null = run.stdout;
    return { status: run.status, stdout: output ?? Buffer.alloc(0), stderr: run.stderr.toString() };
  }

  /** Runs a client program that must succeed, and gives its output. */
  tool(program: string, words: string[], options: ToolOptions = {}): Buffer {
    const { status, stdout, stderr } = this.try(program, words, options);
    if (status !== 0)
      throw new Error(`${program} ${words.join(' ')} ended with ${status}: ${stderr.slice(0, 2000)}`);
    return stdout;
  }

  /** Makes an empty database in the place of any of that name. */
  async createDatabase(name: string, owner: string = this.superuser): Promise<void> {
    await this.sql('postgres', `DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`);
    await this.sql('postgres', `CREATE DATABASE "${name}" TEMPLATE template0 OWNER "${owner}"`);
  }

  /** Makes a database that the master owns, and runs SQL in it as the master. */
  async masterDatabase(name: string, sql?: string): Promise<void> {
    await this.createDatabase(name, 'master');
    if (sql !== undefined) await this.sql(name, sql, 'master');
  }

  /** Drops every database, role and tablespace that was made since the start. */
  async clear(): Promise<void> {
    await dropWhatWasMade((database, sql) => this.sql(database, sql), this.superuser, rolesOf[this.kind]);
  }

  /** As the kernel does it when memory is short. */
  killHard(): void {
    this.#own.kill('SIGKILL');
  }

  /** Process id of the postmaster. */
  get pid(): number {
    return Number(this.file('postmaster.pid').split('\n')[0]);
  }

  /** Shuts a server of the caller's down with a checkpoint, and leaves its files. */
  shutDown(): Promise<void> {
    return stopPostgres(this.#own, 'SIGINT');
  }

  /** Ends it in order (`SIGINT`), or at once so that it has to recover from its WAL, and starts it again. */
  async restart(signal: 'SIGINT' | 'SIGQUIT'): Promise<void> {
    await stopPostgres(this.#own, signal);
    this.#process = (await this.#begin?.()) ?? null;
  }

  /** Ends a server that was started for the caller alone, and removes its files. */
  async stop(): Promise<void> {
    await stopPostgres(this.#own);
    rmSync(this.directory, { recursive: true, force: true });
  }

  get #own(): ChildProcess {
    if (this.#process === null)
      throw new Error('a shared server is not stopped by a test: start one of your own');
    return this.#process;
  }
}

async function versionOf(kind: ServerKind, host: string): Promise<string> {
  const client = new Client({ host, port: 5432, user: superuserOf[kind], database: 'template1' });
  await client.connect();
  try {
    const { rows } = await client.query<{ server_version: string }>('SHOW server_version');
    return rows[0]?.server_version.split(' ')[0] ?? '';
  } finally {
    await client.end();
  }
}
