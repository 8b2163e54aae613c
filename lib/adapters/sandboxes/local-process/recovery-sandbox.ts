import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RecoveryEnd, RecoveryPlace, Replay, RequiredSettings } from '../../../ports/recovery-place.ts';
import { admitDrill, readerRole } from './admit-drill.ts';
import { absentWalls, wallsOf } from './describe-walls.ts';
import { findServer } from './find-server.ts';
import { type Isolation, triedIsolation, wantedIsolation } from './isolation.ts';
import { writeLease } from './lease.ts';
import { programsOf } from './private-root.ts';
import { identifyProcess } from './process-identity.ts';
import { recoveredConf, recoveryConf } from './recovery-conf.ts';
import { runRecovery } from './run-recovery.ts';
import { makePrivateDirectory } from './sandbox-directory.ts';
import {
  handOver,
  type RunningSandbox,
  refuseWithoutDisk,
  type SandboxJob,
  unavailable,
} from './sandbox-job.ts';
import { type ServerProcess, startServer } from './server-process.ts';
import { pgHbaConf, pgIdentConf, postgresqlConf, usableMemoryBytes } from './server-settings.ts';
import { runTool } from './tool-run.ts';
import { WalSpool } from './wal-spool.ts';

/** What restore_command needs beside the server. None of it is shown to the server that answers later. */
const shellPrograms = ['/bin/sh', '/bin/mv', '/bin/sleep'];

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
    onFetch: ({ name, version }, { bytesDone, bytesTotal }) =>
      onProgress({ step: 'fetch', detail: `downloading ${name} ${version}`, bytesDone, bytesTotal }),
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
  const behind = (name: string, programs: string[], spools: string[]): Isolation => {
    const directory = join(files.directory, name);
    mkdirSync(directory, { mode: 0o711 });
    return wantedIsolation({
      directory,
      readOnly: [files.configFile, files.hbaFile, files.identFile, ...programsOf(binaries), ...programs],
      writable: [files.dataDirectory, lease.socketDirectory, tablespaceDirectory, ...spools],
      account: numbered,
    });
  };
  const probe: [string, string] = [join(binaries.binDirectory, 'postgres'), '--version'];
  const answering = await triedIsolation(behind('answering', [], []), numbered, probe, signal);
  // Without namespaces single-user mode looks its user up on this machine, which does not know the number.
  const owner = answering.kind === 'none' ? account : numbered;
  const replaying =
    answering.kind === 'none' ? answering : behind('replaying', shellPrograms, [spoolDirectory]);
  lease.absentWalls = absentWalls(wallsOf(answering, account, owner), 'own');
  const password = randomBytes(24).toString('base64url');
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
  const start = {
    binDirectory: binaries.binDirectory,
    dataDirectory: files.dataDirectory,
    configFile: files.configFile,
    account: owner,
    signal,
    onSpawn(pid: number) {
      lease.server = identifyProcess(pid);
      writeLease(files.directory, lease);
    },
  };
  const folders = [files.dataDirectory, tablespaceDirectory, lease.socketDirectory];
  const give = async (): Promise<void> => {
    if (owner.uid === (process.getuid?.() ?? owner.uid)) return;
    const words = ['-R', '--no-dereference', `${owner.uid}:${owner.gid}`, ...folders];
    const { exitCode, stderr } = await runTool('chown', words, { account: null, signal });
    if (exitCode !== 0)
      throw unavailable(`the sandbox could not be handed to its user: ${stderr.trim()}`, null);
  };

  const running: RunningSandbox = {
    password,
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
  const place: RecoveryPlace = {
    dataDirectory: files.dataDirectory,
    tablespaceDirectory,
    async replay({
      archive,
      target,
      required,
      timeline,
      timeoutSeconds,
      signal: given,
    }: Replay): Promise<RecoveryEnd> {
      await give();
      const spool = await WalSpool.open(spoolDirectory, archive, owner);
      try {
        const settings = { majorVersion: plan.majorVersion, required, target, timeline };
        const end = await runRecovery({
          ...start,
          conf: conf + recoveryConf({ ...settings, restoreCommand: spool.restoreCommand }),
          logFile: join(files.directory, 'recovery.log'),
          isolation: replaying,
          timeoutSeconds,
          signal: AbortSignal.any([signal, given]),
        });
        if (spool.error !== null) throw spool.error;
        return end;
      } finally {
        await spool.close();
      }
    },
    async open(required: RequiredSettings): Promise<void> {
      writeFileSync(files.configFile, conf + recoveredConf(required, plan.majorVersion), { mode: 0o644 });
      await admitDrill({ ...start, isolation: answering, password });
      const started = await startServer({
        ...start,
        logFile: files.logFile,
        isolation: answering,
        network: 'own',
      });
      if ('failed' in started) throw unavailable(started.failed, null);
      running.server = started;
    },
    async reset(): Promise<void> {
      if (running.server !== null) await stopped(running.server);
      running.server = null;
      for (const folder of [files.dataDirectory, tablespaceDirectory]) {
        rmSync(folder, { recursive: true, force: true });
        makePrivateDirectory(folder);
        chownSync(folder, owner.uid, owner.gid);
      }
    },
  };
  running.place = place;
  writeFileSync(files.passwordFile, `*:*:*:${readerRole}:${password}\n`, { mode: 0o600 });
  lease.address = running.address;
  writeLease(files.directory, lease);
  return running;
}

/** Nothing of it is needed any more. */
async function stopped(server: ServerProcess): Promise<void> {
  if (server.ending() !== null) return;
  process.kill(server.pid, 'SIGQUIT');
  while (server.ending() === null) await sleep(20);
}
