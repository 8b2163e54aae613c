import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { SandboxDemand } from '../../../domain/sandbox/sandbox-plan.ts';
import { type Lease, leaseKind, writeLease } from './lease.ts';
import { identifyProcess } from './process-identity.ts';

/** The files of one sandbox. */
export interface SandboxFiles {
  directory: string;
  dataDirectory: string;
  configFile: string;
  hbaFile: string;
  identFile: string;
  logFile: string;
  /** Login of the master role in pgpass format, readable by us alone. */
  passwordFile: string;
}

/** A sandbox's name: the drill's id in characters that are safe in a path, and short. */
export function sandboxIdOf(drillId: string): string {
  const safe = drillId.toLowerCase().replace(/[^a-z0-9-]+/g, '-');
  if (safe === drillId && safe.length <= 48) return `sandbox-${safe}`;
  return `sandbox-${safe.slice(0, 36)}-${createHash('sha256').update(drillId).digest('hex').slice(0, 10)}`;
}

/** False for names that sandboxIdOf never makes, such as `..`. */
export function isSandboxId(sandboxId: string): boolean {
  return /^sandbox-[a-z0-9-]{0,60}$/.test(sandboxId);
}

export function sandboxFiles(directory: string): SandboxFiles {
  return {
    directory,
    dataDirectory: join(directory, 'data'),
    configFile: join(directory, 'postgresql.conf'),
    hbaFile: join(directory, 'pg_hba.conf'),
    identFile: join(directory, 'pg_ident.conf'),
    logFile: join(directory, 'server.log'),
    passwordFile: join(directory, 'pgpass'),
  };
}

/**
 * Makes a sandbox's directory together with its lease: it never exists without one. Returns null when the name is taken.
 * Mode 0711 lets the server's user walk through to its data directory, and see nothing else.
 */
export function makeSandboxDirectory(directory: string, plan: SandboxDemand): Lease | null {
  const lease: Lease = {
    kind: leaseKind,
    formatVersion: 1,
    sandboxId: basename(directory),
    drillId: plan.drillId,
    majorVersion: plan.majorVersion,
    leaseExpiresAt: plan.leaseExpiresAt,
    owner: identifyProcess(process.pid),
    released: false,
    socketDirectory: socketDirectoryFor(directory),
    server: null,
    absentWalls: [],
    address: null,
  };
  const made = mkdtempSync(join(dirname(directory), '.new-'));
  try {
    writeLease(made, lease);
    // rename(2) replaces an empty directory, and only such; a sandbox always holds its lease.
    renameSync(made, directory);
    return lease;
  } catch (error) {
    rmSync(made, { recursive: true, force: true });
    const code = error instanceof Error && 'code' in error ? error.code : null;
    if (code === 'ENOTEMPTY' || code === 'EEXIST' || code === 'ENOTDIR') return null;
    throw error;
  }
}

/** sockaddr_un holds 108 bytes on Linux and 104 on macOS, the final zero included. */
const longestSocketPath = 103;

/**
 * Inside the sandbox where that is short enough, else in the temporary directory under a name that cannot be guessed;
 * its name begins with `rd-`, which destroySandbox asks for before it removes it.
 */
function socketDirectoryFor(directory: string): string {
  const inside = join(directory, 'rd-socket');
  const name = `rd-${randomBytes(8).toString('hex')}`;
  const fits = (folder: string) => Buffer.byteLength(join(folder, '.s.PGSQL.65535')) <= longestSocketPath;
  return [inside, join(tmpdir(), name)].find(fits) ?? join('/tmp', name);
}

/** Makes a directory for one user alone. Fails when it exists: in a shared place somebody else may have made it. */
export function makePrivateDirectory(directory: string): void {
  mkdirSync(directory, { mode: 0o700 });
}
