import { execFileSync, spawn } from 'node:child_process';
import { chownSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';

const debian = '/usr/lib/postgresql';

/** Where this machine's PostgreSQL programs are: the newest system installation. */
export function installedPrograms(): string {
  const newest = readdirSync(debian).toSorted((a, b) => Number(b) - Number(a))[0];
  if (newest === undefined) throw new Error(`no PostgreSQL installation below ${debian}`);
  return join(debian, newest, 'bin');
}

export interface TestServer {
  major: number;
  socketDir: string;
  port: number;
  connect(user: string, database: string): Promise<pg.Client>;
  stop(): Promise<void>;
}

/** initdb and postgres refuse root; as root they run as the account `postgres`. */
function account(): { uid?: number; gid?: number } {
  if (userInfo().uid !== 0) return {};
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

/** Starts a server with a superuser `postgres` and a role `master` with exactly the RDS master's rights. */
export async function startServer(programs = installedPrograms()): Promise<TestServer> {
  const socketDir = mkdtempSync(join(tmpdir(), 'policy-test-'));
  const as = account();
  if (as.uid !== undefined && as.gid !== undefined) chownSync(socketDir, as.uid, as.gid);
  const data = join(socketDir, 'data');
  const common = { ...as, cwd: socketDir, env: { PATH: process.env.PATH, LC_ALL: 'C.UTF-8' } };
  execFileSync(
    join(programs, 'initdb'),
    ['-D', data, '-U', 'postgres', '-A', 'trust', '-N', '--locale=C', '-E', 'UTF8'],
    { ...common, stdio: 'ignore' },
  );
  const port = 5432;
  const server = spawn(
    join(programs, 'postgres'),
    ['-D', data, '-k', socketDir, '-p', String(port), '-c', 'listen_addresses=', '-c', 'fsync=off'],
    { ...common, stdio: 'ignore' },
  );
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  const connect = async (user: string, database: string) => {
    const client = new pg.Client({ host: socketDir, port, user, database });
    await client.connect();
    return client;
  };
  let major = 0;
  for (let attempt = 0; major === 0; attempt += 1) {
    try {
      const client = await connect('postgres', 'postgres');
      await client.query('CREATE ROLE master LOGIN CREATEDB CREATEROLE NOSUPERUSER');
      major = Math.trunc(
        Number((await client.query('SHOW server_version_num')).rows[0].server_version_num) / 10_000,
      );
      await client.end();
    } catch (error) {
      if (attempt > 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  return {
    major,
    socketDir,
    port,
    connect,
    async stop() {
      server.kill('SIGINT');
      await ended;
      rmSync(socketDir, { recursive: true, force: true });
    },
  };
}
