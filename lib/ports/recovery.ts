import type { DumpHeader, SelectedDump } from '../domain/backup/dump.ts';
import type { DumpOpening, DumpSecrets } from '../domain/backup/dump-opening.ts';
import type { Finding } from '../domain/findings/findings.ts';
import type { RecoveryTarget } from '../domain/recovery/recovery-target.ts';
import type { RestoreAccount, RestoreProgress } from '../domain/recovery/restore-account.ts';
import type { SandboxAddress } from '../domain/sandbox/address.ts';
import type { RecoverableKind, recoveryMethods } from '../domain/sandbox/methods.ts';
import type { BackupCommands } from './backup-commands.ts';
import type { DumpStore } from './dump-store.ts';

export interface RestoreOptions extends DumpOpening {
  /** Parallel connections, 1 to 64. */
  connections: number;
  /** Create roles that the dump names but does not define (NOLOGIN), so that owners and grants hold. */
  createMissingRoles: boolean;
  /** Restore a `--create` dump although it names its own database; it goes to a database of that name in the sandbox. */
  allowCreate: boolean;
  /** `schema.table` names whose rows must keep one connection and their order. */
  keepOrder: string[];
  /** An entry that makes no progress on the server for this long is ended. */
  entryTimeoutSeconds: number;
  /** Longest statement that is read into memory. */
  maxStatementBytes: number;
  /** Bytes that one stored byte of a compressed dump may hold. */
  maxRatio: number;
}

/** What a sandbox gives to a method of recovery, by what the method needs (domain/sandbox/methods.ts). */
interface GivenFor {
  server: { sandbox: SandboxAddress };
  /** Whoever recovers knows from its host where the directory of this sandbox is (ports/recovery-place.ts). */
  'data directory': { sandbox: SandboxAddress };
  /** The server; the directory is one beside whoever recovers. */
  'directory and server': { sandbox: SandboxAddress };
}

/** What the methods of a kind of backup need. */
type NeedOf<Kind extends RecoverableKind> = Extract<
  (typeof recoveryMethods)[number],
  { backup: Kind }
>['needs'];

export type RestoreRequest = GivenFor[NeedOf<'logical'>] & {
  dump: SelectedDump;
  store: DumpStore;
  options: RestoreOptions;
  onProgress(progress: RestoreProgress): void;
  signal: AbortSignal;
};

/** Restores one dump into a fresh sandbox and accounts for every entry. */
export interface Restorer {
  /** @throws DrillError only when nothing could be said of the dump (sandbox lost, dump unreadable). */
  restore(request: RestoreRequest): Promise<RestoreAccount>;
}

/** A base backup where it lies, and the WAL that belongs to it. */
export interface BaseBackupSource {
  store: DumpStore;
  /** A folder with its final slash, or one tarball. */
  key: string;
  /** What the keys of archived WAL begin with. */
  walPrefix: string;
  /** What opens either where it is encrypted. */
  keys: DumpSecrets;
  /** Bring both, the backup of the name `key`; absent: they lie in the store. */
  commands?: BackupCommands;
}

export type RecoveryRequest = GivenFor[NeedOf<'physical'>] & {
  source: BaseBackupSource;
  target: RecoveryTarget;
  /** The backup is a snapshot of a whole volume, which has no backup_label. */
  fullSnapshot: boolean;
  /** Another backup was tried in this sandbox before: what it left goes first. */
  again: boolean;
  /** What is recovered is carried into another server, where its indexes are built anew. */
  carriedOn: boolean;
  timeoutSeconds: number;
  onProgress(progress: RestoreProgress): void;
  signal: AbortSignal;
};

/** Recovers one base backup in a sandbox whose server does not run yet. */
export interface Recoverer {
  /** What the backup says of itself, from as few bytes as possible. @throws DrillError BASE_BACKUP_INCOMPLETE … */
  inspect(source: BaseBackupSource, signal: AbortSignal): Promise<DumpHeader>;
  /** @throws DrillError only when nothing could be said of the backup (sandbox lost, archive unreadable) */
  recover(request: RecoveryRequest): Promise<RestoreAccount>;
}

/** What reading a dump to its end says of it, without a server. */
export interface DumpReading {
  /** True only when it was read to its announced end. */
  complete: boolean;
  /** SHA-256 of the stored bytes, hex; null for a directory dump, or when not all bytes could be read. */
  sha256: string | null;
  bytesRead: number;
  /** Rows of COPY blocks. */
  rows: number;
  /** What the reader says of the file; what broke the reading is the last. */
  findings: Finding[];
}

/** Reads a dump once completely. Adapter: recovery/logical/dump-reading.ts. */
export interface DumpReader {
  /** @throws DrillError when nothing can be said of the dump: it vanished, changed, or its store does not answer */
  read(request: {
    dump: SelectedDump;
    store: DumpStore;
    options: DumpOpening & Pick<RestoreOptions, 'maxStatementBytes' | 'maxRatio'>;
    signal: AbortSignal;
  }): Promise<DumpReading>;
}

/** Who recovers each kind of backup. A kind with a method has a recoverer, or this does not compile. */
export interface Recoverers extends Record<RecoverableKind, unknown> {
  logical: Restorer;
  /** Null where no kind of sandbox has an empty data directory to recover in. */
  physical: Recoverer | null;
}
