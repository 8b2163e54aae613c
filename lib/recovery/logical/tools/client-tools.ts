/** The psql and pg_restore installed on this machine. */
import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { DrillError } from '../../../domain/findings/errors.ts';

/** One installation of PostgreSQL's client programs. */
export interface ClientTools {
  psql: string;
  pgRestore: string;
  /** e.g. `15.18`. */
  version: string;
  major: number;
}

/** Where Debian's packages put each major; the programs of that name on PATH are Perl wrappers around these. */
const debianRoot = '/usr/lib/postgresql';

/**
 * The newest installation whose psql has restricted mode.
 * @param path folders to look in, as in PATH @param root folder with one folder per major
 * @throws DrillError SANDBOX_UNAVAILABLE when there is none
 */
export async function findClientTools(
  path = process.env.PATH ?? '',
  root = debianRoot,
): Promise<ClientTools> {
  const majors = await readdir(root).catch((): string[] => []);
  const folders = [
    ...new Set([
      ...majors.map((major) => join(root, major, 'bin')),
      ...path.split(delimiter).filter((folder) => folder !== ''),
    ]),
  ];
  const found = (await Promise.all(folders.map(toolsIn))).filter((tools) => tools !== null);
  const [newest] = found.sort((a, b) => compareVersions(b.version, a.version));
  if (newest === undefined) {
    throw new DrillError(
      'SANDBOX_UNAVAILABLE',
      'the engine "tools" needs psql and pg_restore, and neither PATH nor the folders of Debian have both',
      {
        hint: 'Install the PostgreSQL client (Debian: apt-get install postgresql-client), or use the engine native, which needs none.',
      },
    );
  }
  const [restricted] = found.filter(({ version }) => hasRestrictedMode(version));
  if (restricted !== undefined) return restricted;
  throw new DrillError(
    'SANDBOX_UNAVAILABLE',
    `the newest psql here, ${newest.version}, has no restricted mode, so a hostile dump could make it run commands`,
    {
      hint: 'Install a client of 14.19, 15.14, 16.10, 17.6 or later (CVE-2025-8714), or use the engine native.',
    },
  );
}

async function toolsIn(folder: string): Promise<ClientTools | null> {
  const [psql, pgRestore] = [join(folder, 'psql'), join(folder, 'pg_restore')];
  const versions = await Promise.all([versionOf(psql), versionOf(pgRestore)]);
  const [version] = versions;
  if (version === null || version === undefined || versions[1] !== version) return null;
  return { psql, pgRestore, version, major: Number.parseInt(version, 10) };
}

/** `psql (PostgreSQL) 15.18 (Debian …)` -> `15.18`; null when there is no such program. */
function versionOf(program: string): Promise<string | null> {
  return new Promise((resolve) => {
    execFile(
      program,
      ['--version'],
      { timeout: 10_000, env: { ...process.env, LC_ALL: 'C' } },
      (error, stdout) => {
        resolve(error === null ? (/\(PostgreSQL\) (\d+(?:\.\d+)?)/.exec(stdout)?.[1] ?? null) : null);
      },
    );
  });
}

const numbers = (version: string): [number, number] => {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return [major, minor];
};

function compareVersions(a: string, b: string): number {
  const [[majorA, minorA], [majorB, minorB]] = [numbers(a), numbers(b)];
  return majorA - majorB || minorA - minorB;
}

/** First minor release of each major whose psql knows \restrict (release notes of 2025-08-14). */
const firstRestricted: Record<number, number> = { 13: 22, 14: 19, 15: 14, 16: 10, 17: 6 };

/** True when psql can be told to refuse every backslash command. */
export function hasRestrictedMode(version: string): boolean {
  const [major, minor] = numbers(version);
  if (major >= 18) return true;
  const first = firstRestricted[major];
  return first !== undefined && minor >= first;
}

/**
 * Newest archive version that each pg_restore reads, and the client that reads a newer one. K_VERS_MINOR of
 * pg_backup_archiver.h: 14 until PostgreSQL 15, 15 in 16, 16 in 17 and 18.
 * @throws DrillError ARCHIVE_VERSION_UNKNOWN when the client is too old
 */
export function requireArchiveSupport(
  archiveVersion: string,
  { major, version }: Pick<ClientTools, 'major' | 'version'>,
): void {
  const minor = Number(archiveVersion.split('.')[1] ?? 0);
  const reads = major >= 17 ? 16 : major === 16 ? 15 : 14;
  if (minor <= reads) return;
  const needed = minor === 15 ? 16 : minor === 16 ? 17 : null;
  const client = needed === null ? 'a newer pg_restore' : `pg_restore ${needed} or later`;
  throw new DrillError(
    'ARCHIVE_VERSION_UNKNOWN',
    `archive version ${archiveVersion} needs ${client}; the newest installed is ${version}`,
    {
      hint: `Install ${needed === null ? 'a newer PostgreSQL client' : `the PostgreSQL ${needed} client (Debian: postgresql-client-${needed})`}, or use the engine native, which reads this archive by itself.`,
    },
  );
}
