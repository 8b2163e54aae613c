import { accessSync, constants, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ServerAccount } from './server-account.ts';
import { runTool } from './tool-run.ts';

/** PostgreSQL server programs on this machine. */
export interface ServerBinaries {
  majorVersion: number;
  /** As `postgres --version` says it, e.g. `15.18`. */
  version: string;
  /** Holds postgres and initdb. */
  binDirectory: string;
  source: 'installed' | 'fetched';
}

/** Runs `postgres --version` as the account that will run it; null when it is not there or does not run. About 10 ms. */
export async function serverBinaries(
  binDirectory: string,
  source: ServerBinaries['source'],
  account: ServerAccount,
): Promise<ServerBinaries | null> {
  const { exitCode, stdout } = await runTool(join(binDirectory, 'postgres'), ['--version'], { account });
  // e.g. "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)", "postgres (PostgreSQL) 19beta1"
  const version = /\(PostgreSQL\) ((\d+)[.\w]*)/.exec(stdout);
  if (exitCode !== 0 || version?.[1] === undefined) return null;
  return { majorVersion: Number(version[2]), version: version[1], binDirectory, source };
}

/** The installed server of a major version, or null; of several the first that is preferred, else the first. */
export async function installedServer(
  majorVersion: number,
  account: ServerAccount,
  isPreferred: (binaries: ServerBinaries) => Promise<boolean> = async () => true,
): Promise<ServerBinaries | null> {
  let first: ServerBinaries | null = null;
  for (const directory of candidateDirectories(majorVersion)) {
    const found = await serverBinaries(directory, 'installed', account);
    if (found?.majorVersion !== majorVersion) continue;
    if (await isPreferred(found)) return found;
    first ??= found;
  }
  return first;
}

/** Folders that hold both programs: first where distributions put each major, then what PATH offers. */
function candidateDirectories(majorVersion: number): string[] {
  const folders = [
    `/usr/lib/postgresql/${majorVersion}/bin`, // Debian, Ubuntu
    `/usr/pgsql-${majorVersion}/bin`, // PGDG on Red Hat, Fedora, SUSE
    `/usr/lib/postgresql${majorVersion}/bin`, // SUSE
    `/usr/libexec/postgresql${majorVersion}`, // Alpine
    `/opt/homebrew/opt/postgresql@${majorVersion}/bin`,
    `/usr/local/opt/postgresql@${majorVersion}/bin`,
    `/Applications/Postgres.app/Contents/Versions/${majorVersion}/bin`,
    `/Library/PostgreSQL/${majorVersion}/bin`, // EDB on macOS
    `/usr/lib64/postgresql-${majorVersion}/bin`, // Gentoo
    ...(process.env.PATH ?? '').split(':').filter((folder) => folder.startsWith('/')),
  ];
  const seen = new Set<string>();
  for (const folder of folders) {
    const real = folderOfServer(folder);
    if (real !== null) seen.add(real);
  }
  return [...seen];
}

/** PATH often holds only links (wrappers, version switchers); initdb lies beside the real postgres. */
function folderOfServer(folder: string): string | null {
  try {
    const real = dirname(realpathSync(join(folder, 'postgres')));
    accessSync(join(real, 'initdb'), constants.X_OK);
    return real;
  } catch {
    return null;
  }
}
