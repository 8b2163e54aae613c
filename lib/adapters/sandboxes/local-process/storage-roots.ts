import { accessSync, chmodSync, constants, existsSync, mkdirSync, realpathSync, statSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DrillError } from '../../../domain/findings/errors.ts';
import { canReach, type ServerAccount } from './server-account.ts';

const folderName = 'restore-drill';

/** Where fetched servers are kept: the user's cache directory; for root a place that its lent user can reach. */
export function defaultCacheDirectory(env: NodeJS.ProcessEnv = process.env): string {
  if (process.getuid?.() === 0) return join('/var/cache', folderName);
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), folderName);
}

/** Where sandboxes live while they live: on disk, not in /tmp, which may be memory. */
function defaultStateDirectory(env: NodeJS.ProcessEnv = process.env): string {
  if (process.getuid?.() === 0) return join('/var/lib', folderName);
  return join(env.XDG_STATE_HOME || join(homedir(), '.local', 'state'), folderName);
}

/** Where else root's sandboxes or servers may lie, because root's home is closed to the user that runs the server. */
export function fallbackRoots(preferred: string, kind: 'state' | 'cache'): string[] {
  if (process.getuid?.() !== 0) return [preferred];
  const system = kind === 'state' ? defaultStateDirectory() : defaultCacheDirectory();
  return [...new Set([preferred, system, join(tmpdir(), `${folderName}-root`, kind)])];
}

/**
 * Makes `<root>/<name>` under the first root where the server's account can reach it, and returns its real path.
 *
 * @throws DrillError SANDBOX_UNAVAILABLE when no root will do, with the reason for each.
 */
export function usableDirectory(roots: string[], name: string, account: ServerAccount): string {
  const refusals: string[] = [];
  for (const root of roots) {
    const refusal = refusalOf(root, name, account);
    if (refusal === null) return realpathSync(join(root, name));
    refusals.push(`${root}: ${refusal}`);
  }
  throw new DrillError(
    'SANDBOX_UNAVAILABLE',
    `no directory for the sandbox can be used (${refusals.join('; ')})`,
    {
      hint: 'Name a directory that is writable and that the user who runs the server can enter.',
    },
  );
}

function refusalOf(root: string, name: string, account: ServerAccount): string | null {
  try {
    const directory = join(root, name);
    if (!canReach(account, nearestExisting(directory))) return `user id ${account.uid} cannot enter it`;
    makeDirectories(directory, account);
    const status = statSync(directory);
    // Whoever owns the directory can swap what lies in it; in a shared place such as /tmp that must be us.
    if (status.uid !== process.getuid?.()) return 'it belongs to another user';
    if ((status.mode & (status.uid === 0 ? 0o022 : 0o002)) !== 0) return 'other users may write to it';
    if (!canReach(account, directory)) return `user id ${account.uid} cannot enter it`;
    accessSync(directory, constants.W_OK | constants.X_OK);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Modes are set by hand, because a umask of 077 would lock the server's user out. */
function makeDirectories(directory: string, account: ServerAccount): void {
  const mode = account.switchTo === null ? 0o700 : 0o711;
  const first = mkdirSync(directory, { recursive: true, mode });
  if (first === undefined) return;
  for (let folder = directory; folder.length >= first.length; folder = dirname(folder))
    chmodSync(folder, mode);
}

function nearestExisting(directory: string): string {
  let folder = directory;
  while (!existsSync(folder)) folder = dirname(folder);
  return folder;
}
