import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chownSync, mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { serverAccount } from '../../lib/adapters/sandboxes/local-process/server-account.ts';

/** What a test asks of the data directory of a server: who is its superuser. */
export type Superuser = 'postgres' | 'drill_admin' | 'rdsadmin';

/** A folder that the account of the servers owns: PostgreSQL refuses to run as root. */
export function makeServerFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `restore-drill-${name}-`));
  giveToServerAccount(folder);
  return folder;
}

/** Makes the account of the servers the owner of a file or folder. */
export function giveToServerAccount(path: string): void {
  const { switchTo } = serverAccount();
  if (switchTo !== null) chownSync(path, switchTo.uid, switchTo.gid);
}

/** The same of a folder and all that lies in it. */
export function giveFolderToServerAccount(folder: string): void {
  giveToServerAccount(folder);
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }))
    giveToServerAccount(join(folder, name));
}

/** Makes `<folder>/data` with initdb: about a second of work. @param more words for initdb */
export function initialise(
  folder: string,
  superuser: Superuser,
  programs: string,
  more: readonly string[] = [],
): void {
  const words = ['-D', join(folder, 'data'), '-U', superuser, '-A', 'trust', '-N', ...more];
  asServerAccount(folder, join(programs, 'initdb'), [...words, '-E', 'UTF8', '--locale=C.UTF-8']);
}

/** Makes `<folder>/data` as a copy of another folder's, whose server does not run. */
export function copyData(from: string, folder: string): void {
  asServerAccount(folder, 'cp', ['-R', '-p', join(from, 'data'), join(folder, 'data')]);
}

function asServerAccount(folder: string, program: string, words: string[]): void {
  execFileSync(program, words, {
    ...serverAccount().switchTo,
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
}

/** As the tests want every server: fast, because nothing must survive; UTC, wherever the tests run. */
const settingsOfAll = {
  listen_addresses: '',
  fsync: 'off',
  full_page_writes: 'off',
  synchronous_commit: 'off',
  shared_buffers: '32MB',
  max_connections: '60',
  autovacuum: 'off',
  timezone: 'UTC',
};

/** Starts the server of `<folder>/data` on a socket in the folder, and waits until it answers. */
export async function startPostgres(
  folder: string,
  superuser: Superuser,
  programs: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<ChildProcess> {
  const all = Object.entries({ ...settingsOfAll, unix_socket_directories: folder, ...settings });
  const words = ['-D', join(folder, 'data'), ...all.flatMap(([name, value]) => ['-c', `${name}=${value}`])];
  const server = spawn(join(programs, 'postgres'), words, {
    ...serverAccount().switchTo,
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const said: string[] = [];
  server.stderr.setEncoding('utf8').on('data', (text: string) => said.push(text));
  const port = Number(settings.port ?? 5432);
  for (;;) {
    if (await answers(folder, superuser, port)) break;
    if (server.exitCode !== null || server.signalCode !== null)
      throw new Error(`the test server ended: ${said.join('').slice(-2000)}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return server;
}

async function answers(folder: string, user: Superuser, port: number): Promise<boolean> {
  const client = new Client({ host: folder, port, user, database: 'postgres', ssl: false });
  client.on('error', () => {});
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}

/** Ends a server: at once and without a checkpoint, or with one (`SIGINT`, a fast shutdown). */
export async function stopPostgres(
  server: ChildProcess,
  signal: 'SIGQUIT' | 'SIGINT' = 'SIGQUIT',
): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const ended = new Promise((resolve) => server.once('exit', resolve));
  server.kill(signal);
  await ended;
}
