import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { renderWitnessScript } from '../../../lib/domain/witness/witness-script.ts';
import { repositoryRoot } from '../../support/repository-root.ts';
import { TestServer } from '../../support/server.ts';

const shopSql = join(repositoryRoot, 'examples', 'shop.sql');

/** A server whose databases are dumped by PostgreSQL's own tools. */
export class SourceServer {
  readonly #server: TestServer;
  #databases = 0;

  private constructor(server: TestServer) {
    this.#server = server;
  }

  static async use<T>(work: (source: SourceServer) => Promise<T>): Promise<T> {
    return work(new SourceServer(await TestServer.shared('source')));
  }

  /** On a server that the caller stops. */
  static on(server: TestServer): SourceServer {
    return new SourceServer(server);
  }

  /** Runs SQL for the whole server, such as CREATE ROLE. */
  async sql(sql: string): Promise<void> {
    await this.#server.sql('postgres', sql);
  }

  /** A database that holds what the SQL makes; `DATABASE_NAME` in it stands for the database's name. */
  async database(sql: string, options = '', name = `db${++this.#databases}`): Promise<string> {
    await this.#server.sql('postgres', `CREATE DATABASE "${name.replaceAll('"', '""')}" ${options}`);
    const text = sql.replaceAll('DATABASE_NAME', name);
    this.#server.tool('psql', ['-d', name, '-q', '-v', 'ON_ERROR_STOP=1'], { input: text });
    return name;
  }

  /** A copy of a database, changed by SQL. */
  async copyOf(database: string, sql: string): Promise<string> {
    const name = `db${++this.#databases}`;
    await this.#server.sql('postgres', `CREATE DATABASE "${name}" TEMPLATE "${database}"`);
    this.#server.tool('psql', ['-d', name, '-q', '-v', 'ON_ERROR_STOP=1'], { input: sql });
    return name;
  }

  /** The database of examples/shop.sql. */
  shop(): Promise<string> {
    return this.database(readFileSync(shopSql, 'utf8'));
  }

  dump(database: string, ...options: string[]): Buffer {
    return this.#server.tool('pg_dump', [...options, database]);
  }

  /** What a database says of itself, as a witness beside its dump. */
  witness(database: string): string {
    const folder = mkdtempSync(join(tmpdir(), 'rd-corpus-witness-'));
    const file = join(folder, 'witness.json');
    // The dump is made elsewhere; nobody writes here in between.
    const script = renderWitnessScript().replace(/^\\! pg_dump.*$/m, '');
    try {
      this.#server.tool('psql', ['-X', '-d', database, '-v', `witness=${file}`, '-f', '-'], {
        input: script,
      });
      return readFileSync(file, 'utf8');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  /** Runs one of PostgreSQL's programs on this server. @throws when it fails */
  tool(program: 'psql' | 'pg_restore', words: string[]): Buffer {
    return this.#server.tool(program, words);
  }

  /** File names with their contents. */
  directoryDump(database: string, ...options: string[]): Map<string, Buffer> {
    const parent = mkdtempSync(join(tmpdir(), 'rd-corpus-dump-'));
    const folder = join(parent, 'dump');
    try {
      this.dump(database, '-Fd', '-f', folder, ...options);
      return new Map(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))]));
    } finally {
      rmSync(parent, { recursive: true, force: true });
    }
  }

  cluster(...options: string[]): Buffer {
    return this.#server.tool('pg_dumpall', [...options]);
  }
}
