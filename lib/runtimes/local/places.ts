import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { privateFoldersIn } from './private-folder.ts';

/** Folders of one machine. Every one can be moved by an option or the XDG variables. */
export interface Places {
  /** Ledger, records and reports: small, kept. */
  stateDirectory: string;
  /** Downloaded PostgreSQL servers and compiled code: large, may be deleted at any time. */
  cacheDirectory: string;
  /** Sandboxes while a drill runs. */
  sandboxDirectory: string;
  /** Where sandboxes of this user may have been left besides. */
  earlierSandboxDirectories: string[];
}

/**
 * Where things lie by default (XDG base directories, where an empty variable is one that is not set). Root's home is closed to the unprivileged user that the server
 * runs as, so root's cache is a system folder.
 */
export function defaultPlaces(environment: NodeJS.ProcessEnv = process.env): Places {
  const isRoot = process.getuid?.() === 0;
  const state = environment.XDG_STATE_HOME || join(homedir(), '.local', 'state');
  const cache = environment.XDG_CACHE_HOME || (isRoot ? '/var/cache' : join(homedir(), '.cache'));
  const named = environment.RESTORE_DRILL_SANDBOX_DIR;
  const own = privateFoldersIn(tmpdir(), process.getuid?.() ?? 0);
  return {
    stateDirectory: environment.RESTORE_DRILL_STATE_DIR ?? join(state, 'restore-drill'),
    cacheDirectory: environment.RESTORE_DRILL_CACHE_DIR ?? join(cache, 'restore-drill'),
    sandboxDirectory: named ?? own.folder,
    earlierSandboxDirectories: named === undefined ? own.earlier : [own.folder, ...own.earlier],
  };
}

/** The default places, moved by the options of one command. */
export function placesFor(options: { stateDir?: string | undefined; cacheDir?: string | undefined }): Places {
  const places = defaultPlaces();
  return {
    ...places,
    ...(options.stateDir === undefined ? {} : { stateDirectory: options.stateDir }),
    ...(options.cacheDir === undefined ? {} : { cacheDirectory: options.cacheDir }),
  };
}
