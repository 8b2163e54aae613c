import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DrillError, isDrillError } from '../../../domain/findings/errors.ts';
import type { DrillRecord } from '../../../domain/record/drill-record.ts';
import type { RecordLink } from '../../../domain/record/provenance.ts';
import { visibleJson } from '../../../domain/text/visible-text.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { Ledger } from '../../../ports/ledger.ts';
import { privateFolderMode, systemErrorCode } from '../../files/atomic-file.ts';
import { safeFileName } from '../../files/safe-file-name.ts';
import { recordDigest } from '../../seals/record-digest.ts';
import { DecodedLines } from './decoded-lines.ts';
import { releaseLockFile, takeLockFile } from './drill-lock-file.ts';
import { exclusively } from './exclusive-section.ts';
import { appendRecord } from './ledger-append.ts';
import { decodeLine, plainDigest } from './ledger-lines.ts';
import { type LedgerLine, lineAt, lineNumberAt, newestLines } from './newest-lines.ts';

/** A line of the ledger that could not be read; all others still count. */
export interface LedgerDamage {
  /** From 1. */
  line: number;
  reason: string;
}

interface FileLedgerOptions {
  /** The JSON Lines file; made with its folder at the first seal. Locks lie beside it in `<path>.locks/`. */
  path: string;
  clock: Pick<Clock, 'now'>;
  /** Told once of each damaged line that is met. */
  onDamage?: (damage: LedgerDamage) => void;
}

/**
 * The ledger in one local file, one record a line, in the order they were sealed. Appends are synced to disk under a lock
 * between processes; a line cut off by a crash is passed over and the next record starts on a line of its own.
 * Reading takes no lock and needs no write access, and begins at the end: it decodes no more of a long ledger than it gives back.
 *
 * All functions throw DrillError LEDGER_UNWRITABLE or LEDGER_UNREADABLE.
 */
export function createFileLedger({ path, clock, onDamage }: FileLedgerOptions): Ledger {
  const told = new Set<number>();
  const lines = new DecodedLines();
  const lockPath = (database: string) => join(`${path}.locks`, `${safeFileName(database)}.json`);

  async function alone<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      await mkdir(dirname(path), { recursive: true, mode: privateFolderMode });
      return await exclusively(path, work);
    } catch (error) {
      throw isDrillError(error) ? error : unwritable(path, error);
    }
  }

  /** Newest first: those of the lines that may hold what is looked for. */
  async function* records(mayHold: (line: Buffer) => boolean = () => true): AsyncGenerator<DrillRecord> {
    for await (const line of settledLines(path)) {
      // Whatever is asked for, a damaged line is told of: it may be one of those.
      if (!mayHold(line.bytes) && plainDigest(line.bytes) !== null) continue;
      const decoded = lines.decode(line.bytes);
      if ('record' in decoded) {
        yield decoded.record;
      } else if (!told.has(line.startByte)) {
        told.add(line.startByte);
        onDamage?.({ line: await lineNumberAt(path, line.startByte), reason: decoded.damage });
      }
    }
  }

  return {
    lock: (lock) => alone(() => takeLockFile(lockPath(lock.database), lock, clock.now())),
    takeSlot: async () => ({ taken: true }),
    unlock: (database, drillId) => alone(() => releaseLockFile(lockPath(database), drillId)),
    seal: (record) =>
      alone(async () => {
        if (await isSealed(path, record.drillId)) return;
        await appendRecord(path, { ...record, previous: await linkToNewest(path, record.database) });
      }),
    async history({ database, limit }) {
      const latest: DrillRecord[] = [];
      if (limit <= 0) return latest;
      for await (const record of records(database === undefined ? undefined : holding({ database }))) {
        if (database !== undefined && record.database !== database) continue;
        latest.push(record);
        if (latest.length === limit) break;
      }
      return latest;
    },
    async show(drillId) {
      let first: DrillRecord | null = null;
      for await (const record of records(holding({ drillId })))
        if (record.drillId === drillId) first = record;
      return first;
    },
    async lastProven(database) {
      const proven = [holding({ database }), holding({ verdict: 'PROVEN' })];
      for await (const record of records((line) => proven.every((holds) => holds(line))))
        if (record.database === database && record.verdict === 'PROVEN') return record;
      return null;
    },
  };
}

/** Looks for a member of the record as text, so that only lines that may hold it are decoded: that takes 0.5 to 1.5 ms each. */
function holding(
  member: Partial<Pick<DrillRecord, 'database' | 'drillId' | 'verdict'>>,
): (line: Buffer) => boolean {
  const needle = visibleJson(member).slice(1, -1);
  return (line) => line.includes(needle);
}

/** The lines of the file that hold something, newest first; none when there is no file. @throws DrillError LEDGER_UNREADABLE */
async function* settledLines(path: string): AsyncGenerator<LedgerLine> {
  try {
    for await (const line of newestLines(path)) {
      // An empty line is left where a torn one was ended.
      if (line.bytes.length > 0) yield line.ended ? line : await settled(path, line);
    }
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return;
    throw new DrillError(
      'LEDGER_UNREADABLE',
      `cannot read the ledger ${path}: ${systemErrorCode(error) ?? error}`,
      {
        hint: `Give this user read access to ${path}, or choose another folder with \`--state-dir\`.`,
        cause: error,
      },
    );
  }
}

/** A last line without an end may be a record that is being written at this moment: looks again before it counts as torn. */
async function settled(path: string, line: LedgerLine): Promise<LedgerLine> {
  if ('record' in decodeLine(line.bytes)) return line;
  await sleep(100);
  return { ...line, bytes: await lineAt(path, line.startByte) };
}

async function isSealed(path: string, drillId: string): Promise<boolean> {
  const mayHold = holding({ drillId });
  for await (const line of settledLines(path)) {
    if (!mayHold(line.bytes)) continue;
    const decoded = decodeLine(line.bytes);
    if ('record' in decoded && decoded.record.drillId === drillId) return true;
  }
  return false;
}

/** The record of a database that was sealed last, as the link of the next one. */
async function linkToNewest(path: string, database: string): Promise<RecordLink | null> {
  const mayHold = holding({ database });
  for await (const line of settledLines(path)) {
    if (!mayHold(line.bytes)) continue;
    const decoded = decodeLine(line.bytes);
    if ('record' in decoded && decoded.record.database === database) {
      const { document } = decoded;
      return { drillId: document.drillId, sha256: recordDigest(document) };
    }
  }
  return null;
}

function unwritable(path: string, error: unknown): DrillError {
  const code = systemErrorCode(error);
  const why = code === 'ELOCKED' ? 'other processes held its lock for too long' : (code ?? String(error));
  return new DrillError('LEDGER_UNWRITABLE', `cannot write the ledger ${path}: ${why}`, {
    hint: `Make the folder ${dirname(path)} writable for this user and see that its disk has free space, or choose another folder with \`--state-dir\`.`,
    cause: error,
  });
}
