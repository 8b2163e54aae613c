import type { ListedBackup } from '../../../domain/backup/listed-backups.ts';
import type { Finding } from '../../../domain/findings/findings.ts';
import type {
  RecoveredCluster,
  RecoveryPhase,
  RestoreAccount,
  RestorePhase,
} from '../../../domain/recovery/restore-account.ts';
import type { RecoveryRequest } from '../../../ports/recovery.ts';

/** Keeps the account of one recovery: its findings, and how long each phase took over how many bytes. */
export class RecoveryBook {
  readonly findings: Finding[] = [];
  readonly #phases: RestorePhase[] = [];
  readonly #onProgress: RecoveryRequest['onProgress'];
  #unpackedBytes = 0;
  #older: readonly ListedBackup[] = [];

  constructor({ onProgress }: Pick<RecoveryRequest, 'onProgress'>) {
    this.#onProgress = onProgress;
  }

  /** What else the tool has, for a walk-back. */
  older(backups: readonly ListedBackup[]): void {
    this.#older = backups;
  }

  /** So many bytes of the base backup have come in all. */
  unpacked(bytes: number): void {
    this.#unpackedBytes = bytes;
    this.tell('unpack', bytes);
  }

  /** @param bytesOf what the phase went through; left out: nothing that could be counted */
  async timed<T>(name: RecoveryPhase, work: () => Promise<T>, bytesOf?: (outcome: T) => number): Promise<T> {
    const startedAt = performance.now();
    this.tell(name, 0);
    const seconds = (): number => (performance.now() - startedAt) / 1000;
    try {
      const outcome = await work();
      this.#phases.push({
        name,
        seconds: seconds(),
        ...(bytesOf === undefined ? {} : { bytes: bytesOf(outcome) }),
      });
      return outcome;
    } catch (error) {
      this.#phases.push({ name, seconds: seconds() });
      throw error;
    }
  }

  /** @param bytes of this phase so far @param total null: not known */
  tell(phase: RecoveryPhase, bytes: number, total: number | null = null): void {
    this.#onProgress({
      bytesRead: bytes,
      bytesTotal: total,
      entriesDone: 0,
      rowsLoaded: 0,
      currentObject: null,
      phase,
    });
  }

  account(recovered: RecoveredCluster | null, databases: string[] = []): RestoreAccount {
    return {
      engine: 'native',
      complete: recovered !== null,
      sha256: null,
      bytesRead: this.#unpackedBytes,
      databases: databases.map((name) => ({ dumpName: name, name })),
      rolesCreated: [],
      entries: [],
      restoredBeside: 0,
      tables: [],
      announced: [],
      phases: this.#phases,
      findings: this.findings,
      ...(recovered === null ? {} : { recovered }),
      ...(this.#older.length === 0 ? {} : { olderBackups: [...this.#older] }),
    };
  }
}
