import type { SandboxAddress } from '../../../domain/sandbox/address.ts';
import type { BackupCommands, CommandRoom } from '../../../ports/backup-commands.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { CarriedFrom } from '../../../ports/cluster-dump.ts';
import type { RecoveryPlace } from '../../../ports/recovery-place.ts';
import type { SandboxHost } from '../../../ports/sandbox.ts';
import type { SandboxAccess } from '../../../ports/sandbox-access.ts';
import type { SandboxWalls } from './describe-walls.ts';
import type { ServerAvailability } from './find-server.ts';

/** What the sandbox host is doing, for a live display. */
export interface SandboxProgress {
  step: 'find' | 'fetch' | 'initialise' | 'start';
  detail: string;
  /** With step `fetch`. */
  bytesDone?: number;
  /** With step `fetch`; null when the registry does not say. */
  bytesTotal?: number | null;
}

export interface LocalSandboxOptions {
  /** Sandboxes live below it while they live. Root falls back to a place that the server's user can enter. */
  stateDirectory: string;
  /** Where sandboxes may have been left by drills of another setting or version: looked at and swept, never used. */
  earlierStateDirectories?: readonly string[];
  /** Fetched servers and initialised clusters are kept below it, with the same fallback. */
  cacheDirectory: string;
  onProgress?(sandboxId: string, progress: SandboxProgress): void;
  clock?: Pick<Clock, 'now'>;
  /** `socket` (default) opens no port at all; `tcp` also listens on 127.0.0.1. */
  transport?: 'socket' | 'tcp';
  /** With `tcp`: this port and no other. @default a free one */
  port?: number;
  /**
   * A root directory that was made for servers (containers/restore/servers-root.sh), for root without the right to make
   * namespaces. Sandboxes must lie below it.
   */
  preparedRoot?: string;
  /** Refuses (SANDBOX_UNAVAILABLE) where a server would share our network and files: something of value is in reach. */
  requireWalls?: boolean;
  /** A recovered cluster gets a superuser for programs of the user's (`ownerLogin`): its owners' passwords nobody told us. */
  hooks?: boolean;
}

/** How to reach a sandbox that was kept. */
export interface KeptSandbox {
  sandboxId: string;
  directory: string;
  host: string;
  port: number;
  user: string;
  /** pgpass format, readable by the user who ran the drill. */
  passwordFile: string;
  /** A command that connects to a database of it; the database's name comes last and may be replaced. */
  psqlCommand: string;
  leaseExpiresAt: string;
}

/** Sandboxes as server processes of this machine. */
export interface LocalSandboxHost extends SandboxHost, SandboxAccess {
  /**
   * Lets a sandbox live on after our process (`--keep`), until its lease ends and a sweep finds it.
   * @throws DrillError SANDBOX_LOST when it is not ready.
   */
  release(sandboxId: string): Promise<KeptSandbox>;
  /** Where a base backup is recovered, in a sandbox that was made for it. @throws DrillError SANDBOX_LOST for any other */
  recoveryPlace(sandboxId: string): RecoveryPlace;
  /** A room for commands where no sandbox is needed: to list backups. It is removed when it is closed. */
  commandRoom(commands: BackupCommands, signal: AbortSignal): Promise<CommandRoom>;
  /** A recovered cluster of ours, to carry it into another server. @throws DrillError SANDBOX_LOST */
  carriedFrom(address: SandboxAddress): CarriedFrom;
  /**
   * Who may change everything that was restored, for programs of the user's: the master, or in a recovered cluster a
   * superuser of ours. @throws DrillError SANDBOX_LOST, also for a recovered cluster without `hooks`
   */
  ownerLogin(address: SandboxAddress): { role: string; password: string };
  /** Which majors are installed, cached and fetchable here; downloads nothing. */
  describeServers(): Promise<ServerAvailability[]>;
  /** What keeps a server from the rest of this machine; makes nothing that stays. */
  describeWalls(): Promise<SandboxWalls>;
}
