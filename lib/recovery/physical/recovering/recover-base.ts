import type { ClientConfig } from 'pg';
import { type Finding, finding } from '../../../domain/findings/findings.ts';
import type { ImageCompression } from '../../../domain/recovery/image-compression.ts';
import type { RestoreAccount } from '../../../domain/recovery/restore-account.ts';
import type { CommandRoom } from '../../../ports/backup-commands.ts';
import type { RecoveryRequest } from '../../../ports/recovery.ts';
import type { RecoveryPlace, RequiredSettings, WalFetch } from '../../../ports/recovery-place.ts';
import type { ControlFile } from '../base/facts/control-file.ts';
import { fetchBase } from '../commanded/fetch-base.ts';
import type { ArchivedWal } from './archived-wal.ts';
import { listRecovered } from './list-recovered.ts';
import { openingDamage } from './opening-damage.ts';
import { RecoveryBook } from './recovery-book.ts';
import { endProblem } from './recovery-end.ts';
import { type UnpackedBase, unpackVerified } from './unpack-verified.ts';
import { verifyStopped } from './verify-stopped.ts';

/** What a recovery works with beside what it is asked. */
export interface RecoveryTools {
  place: RecoveryPlace;
  /** @param room where commands bring it; null: it lies in the store */
  openWal(request: RecoveryRequest, room: CommandRoom | null): Promise<ArchivedWal>;
  /** How the drill logs in to a database of the recovered cluster. */
  connection(database: string): Promise<ClientConfig>;
}

/** Recovers a base backup: unpack and verify, read the WAL, replay it, and compare what was reached with what had to be. */
export async function recoverBase(request: RecoveryRequest, tools: RecoveryTools): Promise<RestoreAccount> {
  const book = new RecoveryBook(request);
  if (request.again) await tools.place.reset();
  const { commands } = request.source;
  const room = commands === undefined ? null : await tools.place.commandRoom(commands);
  try {
    const unpacked = await book.timed(
      'unpack',
      () => unpackedBase(request, tools.place, room, book),
      ({ bytes }) => bytes,
    );
    book.findings.push(...unpacked.findings);
    if (unpacked.base === null) return book.account(null);
    const wal = await tools.openWal(request, room);
    try {
      return await replayed(request, tools, unpacked.base, wal, book, notAsked(room));
    } finally {
      await wal.close();
    }
  } finally {
    await room?.close();
  }
}

/** Where a command brings the backup, it is unpacked from what that brought. */
async function unpackedBase(
  { source, fullSnapshot, target, signal }: RecoveryRequest,
  place: RecoveryPlace,
  room: CommandRoom | null,
  book: RecoveryBook,
): ReturnType<typeof unpackVerified> {
  const onBytes = (bytes: number): void => book.unpacked(bytes);
  const options = { isSnapshot: fullSnapshot, signal, onBytes };
  const { commands } = source;
  if (commands === undefined || room === null) return unpackVerified(source, place, options);
  const fetched = await fetchBase(source, {
    ...{ room, commands, target, signal, onBytes },
    onOlder: (older) => book.older(older),
  });
  if ('refused' in fetched) return { base: null, findings: [fetched.refused], bytes: 0 };
  const unpacked = await unpackVerified(fetched.source, place, options);
  const findings = [...fetched.findings, ...unpacked.findings];
  const major = unpacked.base?.control.majorVersion ?? place.majorVersion;
  if (major === place.majorVersion) return { ...unpacked, findings };
  const message = `the base backup that fetch brought is of PostgreSQL ${major}, and sandbox.majorVersion says ${place.majorVersion}`;
  const hint = `Set sandbox.majorVersion: ${major} in drills.yaml.`;
  return {
    ...unpacked,
    base: null,
    findings: [...findings, finding('SERVER_VERSION_UNSUPPORTED', message, hint)],
  };
}

/** What commands leave open, in sentences. */
const notAsked = (room: CommandRoom | null): string[] =>
  room === null
    ? []
    : [
        ...room.absentWalls,
        'Whether WAL lies behind a gap of more than eight segments, and when the last one was archived: the commands bring files by name and list none.',
      ];

async function replayed(
  request: RecoveryRequest,
  { place, connection }: RecoveryTools,
  base: UnpackedBase,
  wal: ArchivedWal,
  book: RecoveryBook,
  leftOpen: readonly string[],
): Promise<RestoreAccount> {
  const { control } = base;
  const label = base.facts.label?.kind === 'label' ? base.facts.label.label : null;
  const [range] = base.walRanges;
  const startLsn = label?.startLsn ?? control.checkpoint.redoLsn;
  const reach = await book.timed(
    'read wal',
    () =>
      wal.reach({
        control,
        startLsn,
        startTimeline: label?.startTimeline ?? control.checkpoint.timeline,
        backupEndLsn: range?.endLsn ?? null,
        target: request.target,
      }),
    ({ bytes }) => bytes,
  );
  book.findings.push(...reach.problems);
  if (reach.problems.length > 0) return book.account(null);
  for (const compression of reach.imageCompressions)
    if (!(await place.replaysCompression(compression))) book.findings.push(lacks(compression));
  if (book.findings.some(({ code }) => code === 'SERVER_LACKS_COMPRESSION')) return book.account(null);
  const required = requiredBy(control);
  const end = await book.timed(
    'replay',
    () =>
      place.replay({
        required,
        target: request.target,
        timeline: reach.timelines.at(-1) ?? reach.timeline,
        archive: counted(wal.fetch, control.walSegmentBytes, (bytes) =>
          book.tell('replay', Math.min(bytes, reach.bytes), reach.bytes),
        ),
        timeoutSeconds: request.timeoutSeconds,
        signal: request.signal,
      }),
    () => reach.bytes,
  );
  const problem = endProblem(end, reach);
  if (problem !== null) book.findings.push(problem);
  if (!end.promoted) return book.account(null);
  const stopped = await book.timed(
    'verify pages',
    () =>
      verifyStopped(place, {
        signal: request.signal,
        onBytes: (bytes) => book.tell('verify pages', bytes),
      }),
    ({ pages }) => pages?.bytes ?? 0,
  );
  book.findings.push(...stopped.findings);
  const looked = await book.timed('open', async () => {
    try {
      return { opened: await place.open(required, request.carriedOn), ...(await listRecovered(connection)) };
    } catch (error) {
      const damage = openingDamage(error);
      if (damage === null) throw error;
      return damage;
    }
  });
  if ('severity' in looked) {
    book.findings.push(looked);
    return book.account(null);
  }
  const { databases, tables, opened, notTested } = looked;
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
      timelines: reach.timelines,
      archivedAt: reach.archivedAt,
      pages: stopped.pages,
      tables,
      indexChecks: opened.indexChecks,
      notTested: [...stopped.notTested, ...opened.notTested, ...notTested, ...leftOpen],
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

/** The same files, with what has been brought of them. */
function counted(archive: WalFetch, segmentBytes: number, onBytes: (bytes: number) => void): WalFetch {
  let bytes = 0;
  return {
    fetch: async (name, path) => {
      const found = await archive.fetch(name, path);
      if (found && !name.endsWith('.history')) bytes += segmentBytes;
      onBytes(bytes);
      return found;
    },
    after: (name) => archive.after(name),
  };
}
