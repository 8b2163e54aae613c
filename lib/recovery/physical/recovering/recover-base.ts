import type { ClientConfig } from 'pg';
import { type Finding, finding } from '../../../domain/findings/findings.ts';
import type { ImageCompression } from '../../../domain/recovery/image-compression.ts';
import type {
  RecoveredCluster,
  RestoreAccount,
  RestorePhase,
} from '../../../domain/recovery/restore-account.ts';
import type { RecoveryRequest } from '../../../ports/recovery.ts';
import type { RecoveryEnd, RecoveryPlace, RequiredSettings } from '../../../ports/recovery-place.ts';
import type { ControlFile } from '../base/facts/control-file.ts';
import { parseLsn } from '../base/numbers/lsn.ts';
import type { ArchivedWal, WalReach } from './archived-wal.ts';
import { listRecovered } from './list-recovered.ts';
import { type UnpackedBase, unpackVerified } from './unpack-verified.ts';

/** What a recovery works with beside what it is asked. */
export interface RecoveryTools {
  place: RecoveryPlace;
  openWal(request: RecoveryRequest): Promise<ArchivedWal>;
  /** How the drill logs in to a database of the recovered cluster. */
  connection(database: string): Promise<ClientConfig>;
}

/** Recovers a base backup: unpack and verify, read the WAL, replay it, and compare what was reached with what had to be. */
export async function recoverBase(request: RecoveryRequest, tools: RecoveryTools): Promise<RestoreAccount> {
  const book = new RecoveryBook(request);
  if (request.again) await tools.place.reset();
  const unpacked = await book.timed('reading', () =>
    unpackVerified(request.source, tools.place, {
      isSnapshot: request.fullSnapshot,
      signal: request.signal,
      onBytes: (bytes) => book.read(bytes),
    }),
  );
  book.findings.push(...unpacked.findings);
  if (unpacked.base === null) return book.account(null);
  const wal = await tools.openWal(request);
  try {
    return await replayed(request, tools, unpacked.base, wal, book);
  } finally {
    await wal.close();
  }
}

async function replayed(
  request: RecoveryRequest,
  { place, connection }: RecoveryTools,
  base: UnpackedBase,
  wal: ArchivedWal,
  book: RecoveryBook,
): Promise<RestoreAccount> {
  const { control } = base;
  const label = base.facts.label?.kind === 'label' ? base.facts.label.label : null;
  const [range] = base.walRanges;
  const startLsn = label?.startLsn ?? control.checkpoint.redoLsn;
  const reach = await book.timed('pre-data', () =>
    wal.reach({
      control,
      startLsn,
      startTimeline: label?.startTimeline ?? control.checkpoint.timeline,
      backupEndLsn: range?.endLsn ?? null,
      target: request.target,
    }),
  );
  book.findings.push(...reach.problems);
  if (reach.problems.length > 0) return book.account(null);
  for (const compression of reach.imageCompressions)
    if (!(await place.replaysCompression(compression))) book.findings.push(lacks(compression));
  if (book.findings.some(({ code }) => code === 'SERVER_LACKS_COMPRESSION')) return book.account(null);
  const required = requiredBy(control);
  const end = await book.timed('data', () =>
    place.replay({
      required,
      target: request.target,
      timeline: reach.timeline,
      archive: wal.fetch,
      timeoutSeconds: request.timeoutSeconds,
      signal: request.signal,
    }),
  );
  const problem = endProblem(end, reach);
  if (problem !== null) book.findings.push(problem);
  if (!end.promoted) return book.account(null);
  const { databases, tables } = await book.timed('finishing', async () => {
    await place.open(required);
    return listRecovered(connection);
  });
  return book.account(
    {
      systemIdentifier: control.systemIdentifier,
      timeline: reach.timeline,
      startLsn,
      consistentLsn: end.log.consistentAt,
      endLsn: end.log.redoEnd ?? startLsn,
      lastCommitAt: end.log.lastCommitAt ?? reach.lastCommitAt,
      walBytes: reach.bytes,
      walSegments: reach.segments,
      tables,
    },
    databases,
  );
}

const lacks = (compression: ImageCompression): Finding =>
  finding(
    'SERVER_LACKS_COMPRESSION',
    `the WAL holds pages that are compressed with ${compression}, and the server here was built without it`,
  );

const requiredBy = ({ settings }: ControlFile): RequiredSettings => ({
  maxConnections: settings.max_connections,
  maxWorkerProcesses: settings.max_worker_processes,
  maxWalSenders: settings.max_wal_senders,
  maxPreparedTransactions: settings.max_prepared_transactions,
  maxLocksPerTransaction: settings.max_locks_per_transaction,
});

/** PostgreSQL's own end against what our reading of the archive says it must reach. */
function endProblem({ promoted, log }: RecoveryEnd, reach: WalReach): Finding | null {
  const said =
    log.walTrouble.length === 0 ? '' : `; of the WAL it said: ${log.walTrouble.slice(-2).join('; ')}`;
  if (!promoted)
    return finding('RECOVERY_FAILED', `PostgreSQL ended: ${log.fatal ?? 'without a reason'}${said}`);
  // `redo done at` names the beginning of the last record, and is not said when there was none.
  const endedAt = parseLsn(log.redoEnd ?? '0/0') ?? 0n;
  const expected = parseLsn(reach.lastRecord ?? '0/0') ?? 0n;
  if (endedAt >= expected && log.lastCommitAt === reach.lastCommitAt) return null;
  return finding(
    'RECOVERY_ENDED_EARLY',
    `replay ended at ${log.redoEnd ?? 'its beginning'} with the last commit of ${log.lastCommitAt ?? 'nobody'}; the archive reaches ${reach.endLsn} and a commit of ${reach.lastCommitAt ?? 'nobody'}${said}`,
  );
}

/** Keeps the account of one recovery. */
class RecoveryBook {
  readonly findings: Finding[] = [];
  readonly #phases: RestorePhase[] = [];
  readonly #request: RecoveryRequest;
  #bytes = 0;

  constructor(request: RecoveryRequest) {
    this.#request = request;
  }

  read(bytes: number): void {
    this.#bytes = bytes;
    this.#tell('reading');
  }

  async timed<T>(name: RestorePhase['name'], work: () => Promise<T>): Promise<T> {
    const startedAt = performance.now();
    this.#tell(name);
    try {
      return await work();
    } finally {
      this.#phases.push({ name, seconds: (performance.now() - startedAt) / 1000 });
    }
  }

  account(recovered: RecoveredCluster | null, databases: string[] = []): RestoreAccount {
    return {
      engine: 'native',
      complete: recovered !== null,
      sha256: null,
      bytesRead: this.#bytes,
      databases: databases.map((name) => ({ dumpName: name, name })),
      rolesCreated: [],
      entries: [],
      restoredBeside: 0,
      tables: [],
      announced: [],
      phases: this.#phases,
      findings: this.findings,
      ...(recovered === null ? {} : { recovered }),
    };
  }

  #tell(phase: RestorePhase['name']): void {
    const progress = {
      bytesRead: this.#bytes,
      bytesTotal: null,
      entriesDone: 0,
      rowsLoaded: 0,
      currentObject: null,
    };
    this.#request.onProgress({ ...progress, phase });
  }
}
