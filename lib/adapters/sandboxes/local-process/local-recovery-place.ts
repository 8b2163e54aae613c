import { chownSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ImageCompression } from '../../../domain/recovery/image-compression.ts';
import type { BackupCommands, CommandRoom } from '../../../ports/backup-commands.ts';
import type {
  OpenedCluster,
  RecoveryEnd,
  RecoveryPlace,
  Replay,
  RequiredSettings,
} from '../../../ports/recovery-place.ts';
import { admitDrill } from './admit-drill.ts';
import { grantIndexChecks } from './index-checks.ts';
import type { Isolation } from './isolation.ts';
import { LocalCommandRoom } from './local-command-room.ts';
import { recoveredConf, recoveryConf } from './recovery-conf.ts';
import { runRecovery } from './run-recovery.ts';
import { makePrivateDirectory, type SandboxFiles } from './sandbox-directory.ts';
import { unavailable } from './sandbox-job.ts';
import type { ServerAccount } from './server-account.ts';
import { replaysCompression } from './server-compression.ts';
import { type ServerProcess, startServer } from './server-process.ts';
import { runTool } from './tool-run.ts';
import { WalSpool } from './wal-spool.ts';

export interface LocalRecovery {
  majorVersion: number;
  binDirectory: string;
  files: SandboxFiles;
  socketDirectory: string;
  tablespaceDirectory: string;
  spoolDirectory: string;
  /** Who may run its programs outside the walls. */
  account: ServerAccount;
  /** Who runs the server. */
  owner: ServerAccount;
  /** Who runs commands of the user: needs no entry in any user database, and so owns nothing else wherever root can see to that. */
  commandAccount: ServerAccount;
  /** postgresql.conf of a sandbox, before what recovery adds. */
  conf: string;
  /** Password of the drill's reader. */
  password: string;
  /** Password of the role for hooks; null: there are none. */
  hookPassword: string | null;
  walls: {
    /** With a shell, for restore_command, and the spool: nothing of the cluster runs while WAL is replayed. */
    replaying: Isolation;
    answering: Isolation;
  };
  signal: AbortSignal;
  onSpawn(pid: number): void;
  /** The server that answers, or none. */
  onServer(server: ServerProcess | null): void;
}

/** A base backup's place in a sandbox of this machine. */
export class LocalRecoveryPlace implements RecoveryPlace {
  readonly dataDirectory: string;
  readonly tablespaceDirectory: string;
  readonly majorVersion: number;
  readonly #recovery: LocalRecovery;
  #server: ServerProcess | null = null;

  constructor(recovery: LocalRecovery) {
    this.#recovery = recovery;
    this.dataDirectory = recovery.files.dataDirectory;
    this.tablespaceDirectory = recovery.tablespaceDirectory;
    this.majorVersion = recovery.majorVersion;
  }

  commandRoom(commands: BackupCommands): Promise<CommandRoom> {
    const { files, commandAccount: account, signal, onSpawn } = this.#recovery;
    const directory = join(files.directory, 'commands');
    return LocalCommandRoom.open({ directory, account, commands, signal, onSpawn });
  }

  replaysCompression(compression: ImageCompression): Promise<boolean> {
    return replaysCompression(this.#recovery.binDirectory, compression, this.#recovery.account);
  }

  async replay({ archive, signal, timeoutSeconds, ...settings }: Replay): Promise<RecoveryEnd> {
    const { conf, files, majorVersion, owner, spoolDirectory, walls } = this.#recovery;
    await this.#handOver();
    const spool = await WalSpool.open(spoolDirectory, archive, owner);
    try {
      const { restoreCommand } = spool;
      const end = await runRecovery({
        ...this.#start(walls.replaying),
        conf: conf + recoveryConf({ majorVersion, ...settings, restoreCommand }),
        logFile: join(files.directory, 'recovery.log'),
        timeoutSeconds,
        signal: AbortSignal.any([this.#recovery.signal, signal]),
      });
      if (spool.error !== null) throw spool.error;
      return end;
    } finally {
      await spool.close();
    }
  }

  async open(required: RequiredSettings, carriedOn: boolean): Promise<OpenedCluster> {
    const { conf, files, hookPassword, majorVersion, password, walls } = this.#recovery;
    writeFileSync(files.configFile, conf + recoveredConf(required, majorVersion), { mode: 0o644 });
    const start = this.#start(walls.answering);
    const databases = await admitDrill({ ...start, password, hookPassword });
    const opened = carriedOn
      ? { indexChecks: null, notTested: [] }
      : await grantIndexChecks({ ...start, majorVersion }, databases);
    const started = await startServer({ ...start, logFile: files.logFile, network: 'own' });
    if ('failed' in started) throw unavailable(started.failed, null);
    this.#become(started);
    return opened;
  }

  async reset(): Promise<void> {
    if (this.#server !== null) await stopped(this.#server);
    this.#become(null);
    const { owner } = this.#recovery;
    for (const folder of [this.dataDirectory, this.tablespaceDirectory]) {
      rmSync(folder, { recursive: true, force: true });
      makePrivateDirectory(folder);
      chownSync(folder, owner.uid, owner.gid);
    }
  }

  #become(server: ServerProcess | null): void {
    this.#server = server;
    this.#recovery.onServer(server);
  }

  #start(isolation: Isolation) {
    const { binDirectory, files, onSpawn, owner: account, signal } = this.#recovery;
    const { dataDirectory, configFile } = files;
    return { binDirectory, dataDirectory, configFile, account, isolation, signal, onSpawn };
  }

  /** Who unpacked is not who runs the server. @throws DrillError SANDBOX_UNAVAILABLE */
  async #handOver(): Promise<void> {
    const { owner, signal, socketDirectory } = this.#recovery;
    if (owner.uid === process.getuid?.()) return;
    const folders = [this.dataDirectory, this.tablespaceDirectory, socketDirectory];
    const words = ['-R', '--no-dereference', `${owner.uid}:${owner.gid}`, ...folders];
    const { exitCode, stderr } = await runTool('chown', words, { account: null, signal });
    if (exitCode !== 0)
      throw unavailable(`the sandbox could not be handed to its user: ${stderr.trim()}`, null);
  }
}

/** Nothing of it is needed any more. */
async function stopped(server: ServerProcess): Promise<void> {
  if (server.ending() !== null) return;
  process.kill(server.pid, 'SIGQUIT');
  while (server.ending() === null) await sleep(20);
}
