import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hookRole, readerRole } from './admit-drill.ts';
import { absentWalls, wallsOf } from './describe-walls.ts';
import { fetchStep } from './fetch-words.ts';
import { findServer } from './find-server.ts';
import { type IsolationContent, triedIsolation, wantedIsolation } from './isolation.ts';
import { writeLease } from './lease.ts';
import { LocalRecoveryPlace } from './local-recovery-place.ts';
import { programsOf } from './private-root.ts';
import { identifyProcess } from './process-identity.ts';
import { makePrivateDirectory } from './sandbox-directory.ts';
import {
  handOver,
  type RunningSandbox,
  refuseWithoutDisk,
  refuseWithoutWalls,
  type SandboxJob,
} from './sandbox-job.ts';
import { replaysCompression } from './server-compression.ts';
import { pgHbaConf, pgIdentConf, postgresqlConf, usableMemoryBytes } from './server-settings.ts';

/**
 * Makes a sandbox in which a base backup will be recovered: its directory and walls, and the server's programs at hand.
 * @throws DrillError SANDBOX_DISK_FULL, SERVER_VERSION_UNSUPPORTED, SANDBOX_UNAVAILABLE
 */
export async function makeRecoverySandbox(job: SandboxJob): Promise<RunningSandbox> {
  const { plan, files, lease, account, signal, onProgress } = job;
  refuseWithoutDisk(files.directory, plan.storageBytes);
  onProgress({ step: 'find', detail: `looking for PostgreSQL ${plan.majorVersion}` });
  const binaries = await findServer(plan.majorVersion, job.cacheDirectory, {
    account,
    signal,
    isPreferred: async ({ binDirectory }) =>
      (await replaysCompression(binDirectory, 'lz4', account)) &&
      (await replaysCompression(binDirectory, 'zstd', account)),
    onFetch: (wanted, progress) => onProgress(fetchStep(wanted, progress, job.cacheDirectory)),
  });
  chmodSync(files.directory, account.switchTo === null ? 0o700 : 0o711);
  const tablespaceDirectory = join(files.directory, 'tablespaces');
  const spoolDirectory = join(files.directory, 'wal');
  for (const folder of [files.dataDirectory, lease.socketDirectory, tablespaceDirectory, spoolDirectory])
    makePrivateDirectory(folder);
  writeFileSync(files.hbaFile, pgHbaConf(), { mode: 0o644 });
  writeFileSync(files.identFile, pgIdentConf(account.ownName), { mode: 0o644 });
  writeFileSync(files.configFile, '', { mode: 0o644 });
  const numbered = await handOver(job, binaries);
  const behind = (
    name: string,
    { shell, spools }: { shell: boolean; spools: string[] },
  ): IsolationContent => {
    const directory = join(files.directory, name);
    mkdirSync(directory, { mode: 0o711 });
    return {
      directory,
      readOnly: [files.configFile, files.hbaFile, files.identFile, ...programsOf(binaries)],
      writable: [files.dataDirectory, lease.socketDirectory, tablespaceDirectory, ...spools],
      account: numbered,
      shell,
      preparedRoot: job.preparedRoot,
    };
  };
  const probe: [string, string] = [join(binaries.binDirectory, 'postgres'), '--version'];
  const tried = (content: IsolationContent) =>
    triedIsolation(wantedIsolation(content), content, probe, signal);
  const answering = await tried(behind('answering', { shell: false, spools: [] }));
  refuseWithoutWalls(job, answering);
  // Without a root of its own single-user mode looks its user up on this machine, which does not know the number.
  const owner = answering.kind === 'none' ? account : numbered;
  // Nothing of the cluster runs while WAL is replayed; the server that answers later finds no shell.
  const replaying = await tried(behind('replaying', { shell: true, spools: [spoolDirectory] }));
  refuseWithoutWalls(job, replaying);
  lease.absentWalls = absentWalls(wallsOf(answering, account, owner), 'own');
  const password = randomBytes(24).toString('base64url');
  const hookPassword = job.hooks ? randomBytes(24).toString('base64url') : null;
  const conf = postgresqlConf({
    majorVersion: plan.majorVersion,
    socketDirectory: lease.socketDirectory,
    loopback: false,
    port: 5432,
    hbaFile: files.hbaFile,
    identFile: files.identFile,
    memoryBytes: usableMemoryBytes(),
    locale: 'C',
  });
  const running: RunningSandbox = {
    binDirectory: binaries.binDirectory,
    password,
    owner: hookPassword === null ? null : { role: hookRole, password: hookPassword },
    server: null,
    place: null,
    address: {
      sandboxId: lease.sandboxId,
      host: lease.socketDirectory,
      port: 5432,
      masterRole: readerRole,
      serverVersion: binaries.version,
    },
  };
  running.place = new LocalRecoveryPlace({
    ...{ files, tablespaceDirectory, spoolDirectory, account, owner, conf, password, hookPassword, signal },
    commandAccount: numbered,
    majorVersion: plan.majorVersion,
    binDirectory: binaries.binDirectory,
    socketDirectory: lease.socketDirectory,
    walls: { replaying, answering },
    onSpawn(pid) {
      lease.server = identifyProcess(pid);
      writeLease(files.directory, lease);
    },
    onServer(server) {
      running.server = server;
    },
  });
  writeFileSync(files.passwordFile, `*:*:*:${readerRole}:${password}\n`, { mode: 0o600 });
  lease.address = running.address;
  writeLease(files.directory, lease);
  return running;
}
