import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { postgresqlPrograms } from '../scripts/oracle-programs.mjs';
import type { DumpContent } from '../test/corpus/support/corpus.ts';
import { TestServer } from '../test/support/server.ts';
import { type DumpForm, unpackers } from './dump-forms.ts';

/** Restores dumps by PostgreSQL's own programs, which are asked what a damaged one is worth. */
export class Oracle {
  readonly #server: TestServer;

  private constructor(server: TestServer) {
    this.#server = server;
  }

  static async start(): Promise<Oracle> {
    return new Oracle(await startSource());
  }

  /**
   * What pg_dump writes of each database after these bytes were restored.
   * @returns null when a program ended with an error, or said more than it says of the healthy dump
   */
  async restored(form: DumpForm, content: DumpContent): Promise<Map<string, string> | null> {
    await this.#server.clear();
    const folder = mkdtempSync(join(tmpdir(), 'rd-soak-oracle-'));
    try {
      const path = unpacked(form, content, folder);
      if (path === null) return null;
      const complaint = await this.#restore(form, path);
      if (complaint !== null) return null;
      return new Map(
        (await this.#databases()).map((name) => [
          name,
          this.#server.tool('pg_dump', ['--no-owner', '--no-privileges', name]).toString(),
        ]),
      );
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  stop(): Promise<void> {
    return this.#server.stop();
  }

  /** What the program said that it does not say of every dump; null for nothing. */
  async #restore({ restoredBy, ofCluster = false }: DumpForm, path: string): Promise<string | null> {
    const database = ofCluster ? 'postgres' : 'main';
    if (!ofCluster) await this.#server.createDatabase(database);
    const words =
      restoredBy === 'psql'
        ? ['-X', '-q', '-d', database, '-f', path]
        : ['--no-owner', '--no-privileges', '-d', database, path];
    const { status, stderr } = this.#server.try(restoredBy, words, { programs: postgresqlPrograms(17) });
    const complaints = stderr.split('\n').filter((line) => line !== '' && !saidOfEvery.test(line));
    return status !== null && complaints.length === 0 ? null : stderr;
  }

  async #databases(): Promise<string[]> {
    const rows = await this.#server.sql(
      'postgres',
      "SELECT datname FROM pg_database WHERE datname NOT IN ('postgres', 'template0', 'template1') ORDER BY 1",
    );
    return rows.map(([name]) => String(name));
  }
}

/** A cluster's dump makes the role that made the cluster; the tools of 17 set what a server of 15 does not know. */
const saidOfEvery =
  /(ERROR: {2}role "postgres" already exists|ERROR: {2}unrecognized configuration parameter "transaction_timeout"|^Command was: SET transaction_timeout = 0;|errors ignored on restore: 1)$/;

/** A server of the user, without the desk that a run of tests has. */
export const startSource = (): Promise<TestServer> =>
  TestServer.start('source', { programs: postgresqlPrograms(15), initdb: [] });

/** A file or folder that PostgreSQL's programs read; null when the packing could not be taken off. */
function unpacked({ packing }: DumpForm, content: DumpContent, folder: string): string | null {
  const path = join(folder, 'dump');
  chmodSync(folder, 0o755);
  if (content instanceof Map) {
    mkdirSync(path);
    for (const [name, bytes] of content) writeFileSync(join(path, name), bytes);
    return path;
  }
  let bytes = Buffer.from(content as string);
  for (const each of packing) {
    const [program, ...words] = unpackers[each];
    const run = spawnSync(program, words, { input: bytes, cwd: folder, maxBuffer: 1 << 30 });
    if (run.status !== 0) return null;
    if (each === 'tar') return join(folder, readdirSync(folder)[0] ?? '');
    bytes = run.stdout;
  }
  writeFileSync(path, bytes);
  return path;
}
