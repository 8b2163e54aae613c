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
import { releaseLockFile, takeLockFile } from './drill-lock-file.ts';
import { exclusively } from './exclusive-section.ts';
import { appendRecord } from './ledger-append.ts';
import { decodeLine, type RawLine, rawLines } from './ledger-lines.ts';

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
 * Reading takes no lock and needs no write access.
 *
 * All functions throw DrillError LEDGER_UNWRITABLE or LEDGER_UNREADABLE.
 */
export function createFileLedger({ path, clock, onDamage }: FileLedgerOptions): Ledger {
  const told = new Set<number>();
  const lockPath = (database: string) => join(`${path}.locks`, `${safeFileName(database)}.json`);

  async function alone<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      await mkdir(dirname(path), { recursive: true, mode: privateFolderMode });
      return await exclusively(path, work);
    } catch (error) {
      throw isDrillError(error) ? error : unwritable(path, error);
    }
  }

  async function* records(): AsyncGenerator<DrillRecord> {
    for await (const line of settledLines(path)) {
      // An empty line is left where a torn one was ended; it holds nothing.
      if (line.bytes.length === 0) continue;
      const decoded = decodeLine(line.bytes);
      if ('record' in decoded) {
        yield decoded.record;
      } else if (!told.has(line.number)) {
        told.add(line.number);
        onDamage?.({ line: line.number, reason: decoded.damage });
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
      for await (const record of records()) {
        if (database !== undefined && record.database !== database) continue;
        latest.push(record);
        if (latest.length > limit) latest.shift();
      }
      return latest.reverse();
    },
    async show(drillId) {
      for await (const record of records()) if (record.drillId === drillId) return record;
      return null;
    },
    async lastProven(database) {
      let last: DrillRecord | null = null;
      for await (const record of records()) {
        if (record.database === database && record.verdict === 'PROVEN') last = record;
      }
      return last;
    },
  };
}

/** The lines of the file, none when there is no file. @throws DrillError LEDGER_UNREADABLE */
async function* settledLines(path: string): AsyncGenerator<RawLine> {
  try {
    for await (const line of rawLines(path)) yield line.ended ? line : await settled(path, line);
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
async function settled(path: string, line: RawLine): Promise<RawLine> {
  if ('record' in decodeLine(line.bytes)) return line;
  await sleep(100);
  for await (const again of rawLines(path)) if (again.number === line.number) return again;
  return line;
}

/** Looks for the id as text first, so that only lines that may hold it are parsed. */
async function isSealed(path: string, drillId: string): Promise<boolean> {
  const needle = `"drillId":${visibleJson(drillId)}`;
  for await (const line of settledLines(path)) {
    if (!line.bytes.includes(needle)) continue;
    const decoded = decodeLine(line.bytes);
    if ('record' in decoded && decoded.record.drillId === drillId) return true;
  }
  return false;
}

/** The record of a database that was sealed last, as the link of the next one. */
async function linkToNewest(path: string, database: string): Promise<RecordLink | null> {
  let newest: DrillRecord | null = null;
  const needle = `"database":${visibleJson(database)}`;
  for await (const line of settledLines(path)) {
    if (!line.bytes.includes(needle)) continue;
    const decoded = decodeLine(line.bytes);
    if ('record' in decoded && decoded.record.database === database) newest = decoded.document;
  }
  return newest === null ? null : { drillId: newest.drillId, sha256: recordDigest(newest) };
}

function unwritable(path: string, error: unknown): DrillError {
  const code = systemErrorCode(error);
  const why = code === 'ELOCKED' ? 'other processes held its lock for too long' : (code ?? String(error));
  return new DrillError('LEDGER_UNWRITABLE', `cannot write the ledger ${path}: ${why}`, {
    hint: `Make the folder ${dirname(path)} writable for this user and see that its disk has free space, or choose another folder with \`--state-dir\`.`,
    cause: error,
  });
}
