import { execFileSync, spawn } from 'node:child_process';
import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, type ClientConfig } from 'pg';
import type { SandboxAddress } from '../../../lib/domain/sandbox/address.ts';
import type { SandboxAccess } from '../../../lib/ports/sandbox-access.ts';

/** Another server can be tried with this folder of binaries; the default is Debian's PostgreSQL 15. */
const binaries = process.env.RESTORE_DRILL_TEST_POSTGRES_BIN ?? '/usr/lib/postgresql/15/bin';

/** A real server with a master role that has the RDS master's rights and no more. */
export interface TestServer {
  address: SandboxAddress;
  access: SandboxAccess;
  majorVersion: number;
  /** Makes a database that the master owns, and runs SQL in it as the master. */
  database(name: string, sql?: string): Promise<void>;
  /** Runs SQL as the superuser. */
  asSuperuser(database: string, sql: string): Promise<void>;
  /** Runs SQL as the master. */
  asMaster(database: string, sql: string): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a server on a socket of its own. Role `scram_only` must give a password; all others are trusted. */
export async function startServer(): Promise<TestServer> {
  const identity = serverIdentity();
  const directory = mkdtempSync(join(tmpdir(), 'restore-drill-checks-'));
  if (identity.uid !== undefined && identity.gid !== undefined)
    chownSync(directory, identity.uid, identity.gid);
  const data = join(directory, 'data');
  const initdb = ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync'];
  execFileSync(join(binaries, 'initdb'), initdb, { ...identity, stdio: 'pipe' });
  writeFileSync(join(data, 'pg_hba.conf'), 'local all scram_only scram-sha-256\nlocal all all trust\n');
  const options = [
    '-D',
    data,
    '-k',
    directory,
    '-c',
    'listen_addresses=',
    '-c',
    'fsync=off',
    '-c',
    'shared_buffers=32MB',
  ];
  const server = spawn(join(binaries, 'postgres'), options, { ...identity, stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));

  const config = (user: string, database: string): ClientConfig => ({
    host: directory,
    port: 5432,
    user,
    database,
  });
  const run = async (user: string, database: string, sql: string): Promise<string> => {
    const client = new Client(config(user, database));
    await client.connect();
    try {
      const result = await client.query(sql);
      return String(result.rows?.[0]?.server_version ?? '');
    } finally {
      await client.end();
    }
  };
  const version = await untilReady(() => run('postgres', 'postgres', 'show server_version'));
  await run('postgres', 'postgres', 'create role master login createdb createrole nosuperuser');
  return {
    address: { sandboxId: 'test', host: directory, port: 5432, masterRole: 'master', serverVersion: version },
    access: { connection: async (address, database) => config(address.masterRole, database) },
    majorVersion: Number.parseInt(version, 10),
    async database(name, sql) {
      await run('postgres', 'postgres', `create database "${name}" owner master`);
      if (sql !== undefined) await run('master', name, sql);
    },
    async asSuperuser(database, sql) {
      await run('postgres', database, sql);
    },
    async asMaster(database, sql) {
      await run('master', database, sql);
    },
    async stop() {
      server.kill('SIGQUIT');
      await ended;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** initdb and postgres refuse root, so they run as the system's postgres user. */
function serverIdentity(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

async function untilReady(attempt: () => Promise<string>): Promise<string> {
  for (let tries = 0; ; tries++) {
    try {
      return await attempt();
    } catch (error) {
      // 400 tries of 50 ms: a busy machine may take 20 s for what usually takes 0.3 s.
      if (tries === 400) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
