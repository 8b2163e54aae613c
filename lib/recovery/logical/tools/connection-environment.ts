/** How psql is told where to connect: secrets in a file that only we can read, never in arguments. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClientConfig } from 'pg';
import { DrillError } from '../../../domain/findings/errors.ts';

/** Settings of the calling shell that would change what psql does, or where it connects. */
const isForeign = (name: string): boolean =>
  /^(PG|PSQL)/.test(name) || name === 'LC_ALL' || name === 'LANGUAGE';

/** The environment of psql for one sandbox, and the private folder that it needs. */
export class ConnectionEnvironment {
  readonly #folder: string;
  #files = 0;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async create(): Promise<ConnectionEnvironment> {
    return new ConnectionEnvironment(await mkdtemp(join(tmpdir(), 'restore-drill-tools-')));
  }

  /** Our own environment without anything of PostgreSQL's: for pg_restore, which needs no connection. */
  static neutral(): NodeJS.ProcessEnv {
    return {
      ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !isForeign(name))),
      LC_ALL: 'C',
    };
  }

  /** @throws DrillError INTERNAL_ERROR when the connection uses something libpq cannot be told in its environment */
  async of(config: ClientConfig, database: string): Promise<NodeJS.ProcessEnv> {
    const { host, port, user, ssl } = config;
    if (host === undefined || user === undefined) throw unsupported('a connection without host or user');
    const password = typeof config.password === 'function' ? await config.password() : config.password;
    return {
      ...ConnectionEnvironment.neutral(),
      PGHOST: host,
      PGPORT: String(port ?? 5432),
      PGUSER: user,
      PGDATABASE: database,
      PGAPPNAME: 'restore-drill',
      PGCONNECT_TIMEOUT: '20',
      PSQLRC: '/dev/null',
      // Always a file of our own, or libpq would look into the home of whoever runs the drill.
      PGPASSFILE: await this.#write('pgpass', password === undefined ? '' : `*:*:*:*:${escaped(password)}\n`),
      ...(await this.#encryption(ssl)),
    };
  }

  /** A folder of its own for the files of a directory archive. */
  newFolder(): Promise<string> {
    return mkdtemp(join(this.#folder, 'archive-'));
  }

  async remove(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #encryption(ssl: ClientConfig['ssl']): Promise<NodeJS.ProcessEnv> {
    if (ssl === undefined || ssl === false) return { PGSSLMODE: 'disable' };
    if (ssl === true) return { PGSSLMODE: 'verify-full', PGSSLROOTCERT: 'system' };
    const { ca } = ssl;
    if (ca === undefined) throw unsupported('TLS without a certificate authority');
    const text = (Array.isArray(ca) ? ca : [ca]).map(String).join('\n');
    return {
      PGSSLMODE: ssl.rejectUnauthorized === false ? 'require' : 'verify-full',
      PGSSLROOTCERT: await this.#write('ca.pem', text),
    };
  }

  async #write(name: string, text: string): Promise<string> {
    this.#files += 1;
    const path = join(this.#folder, `${this.#files}-${name}`);
    await writeFile(path, text, { mode: 0o600, flag: 'wx' });
    return path;
  }
}

/** pgpass: colons and backslashes of a value are escaped. A line break cannot be written. */
function escaped(password: string): string {
  if (/[\r\n\0]/.test(password)) throw unsupported('a password with a line break');
  return password.replace(/[\\:]/g, '\\$&');
}

const unsupported = (what: string): DrillError =>
  new DrillError('INTERNAL_ERROR', `psql cannot be given ${what}`, {
    hint: 'Use the engine native for this sandbox.',
    fault: 'us',
  });
