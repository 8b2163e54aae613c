/** A throwaway server of the installed PostgreSQL, and the client tools to dump from it. */
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const installations = '/usr/lib/postgresql';
const major = existsSync(installations)
  ? readdirSync(installations).sort((a, b) => Number(b) - Number(a))[0]
  : undefined;
export const serverBin = join(installations, major ?? 'none', 'bin');
/** Other client tools than the server's own may be tried by naming their folder. */
export const clientBin = process.env.RESTORE_DRILL_PG_CLIENT_BIN ?? serverBin;

export interface PostgresServer {
  socketDirectory: string;
  /** Runs SQL as superuser. */
  sql(database: string, text: string | Buffer): void;
  /** Runs a client tool with the connection in its environment; its standard output. */
  tool(name: string, args: string[], options?: { stdoutTo?: number }): Buffer;
  stop(): void;
}

export async function startPostgres(options: string[] = []): Promise<PostgresServer> {
  const directory = mkdtempSync(join(tmpdir(), 'drill-archive-'));
  const [uid, gid] = ['-u', '-g'].map((flag) =>
    Number(execFileSync('id', [flag, 'postgres']).toString()),
  ) as [number, number];
  const asPostgres = process.getuid?.() === 0 ? { uid, gid } : {};
  if (process.getuid?.() === 0) chownSync(directory, uid, gid);
  chmodSync(directory, 0o711);
  const data = join(directory, 'data');
  execFileSync(
    join(serverBin, 'initdb'),
    ['-D', data, '-U', 'postgres', '-A', 'trust', '-N', '-E', 'UTF8', '--locale=C.UTF-8'],
    {
      ...asPostgres,
      cwd: directory,
      stdio: 'ignore',
    },
  );
  const settings = [
    'fsync=off',
    'full_page_writes=off',
    'listen_addresses=',
    `unix_socket_directories=${directory}`,
    ...options,
  ];
  const server = spawn(
    join(serverBin, 'postgres'),
    ['-D', data, ...settings.flatMap((each) => ['-c', each])],
    {
      ...asPostgres,
      cwd: directory,
      stdio: 'ignore',
    },
  );
  const env = { ...process.env, PGHOST: directory, PGUSER: 'postgres' };
  for (let attempt = 0; ; attempt += 1) {
    try {
      execFileSync(join(serverBin, 'pg_isready'), ['-q'], { env });
      break;
    } catch (error) {
      if (attempt > 200) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  return {
    socketDirectory: directory,
    sql: (database, text) => {
      execFileSync(join(serverBin, 'psql'), ['-qXd', database, '-v', 'ON_ERROR_STOP=1'], {
        env,
        input: text,
        stdio: ['pipe', 'ignore', 'pipe'],
      });
    },
    tool: (name, args, { stdoutTo } = {}) =>
      execFileSync(join(clientBin, name), args, {
        env,
        stdio: ['ignore', stdoutTo ?? 'pipe', 'pipe'],
        maxBuffer: 2 ** 28,
      }) ?? Buffer.alloc(0),
    stop: () => {
      server.kill('SIGQUIT');
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Major version of the client tools, which decides what they can write and read; 0 where there are none. */
export function clientMajor(): number {
  if (!existsSync(join(clientBin, 'pg_dump')) || !existsSync(join(serverBin, 'initdb'))) return 0;
  return Number(/\d+/.exec(execFileSync(join(clientBin, 'pg_dump'), ['--version']).toString())?.[0]);
}
