/** How much WAL follows a base backup, by the names in its archive: for knowing what a recovery takes before it is paid. */
import { isTarballName, withoutEncryption } from '../../../domain/backup/dump-names.ts';
import { isDrillError } from '../../../domain/findings/errors.ts';
import type { ReplayEnd } from '../../../domain/recovery/replay-end.ts';
import { packedFactor } from '../../../domain/sandbox/storage-estimate.ts';
import type { BaseBackupSource } from '../../../ports/recovery.ts';
import { ByteSource } from '../../streams/bytes/byte-source.ts';
import { parseLsn } from '../numbers/lsn.ts';
import { parseBackupHistory } from '../wal/backup-history.ts';
import { longHeaderBytes, readSegmentHeader } from '../wal/page-header.ts';
import { isWalSegmentSize } from '../wal/segment-number.ts';
import { contentOf, textOf, type WalFile } from '../wal/wal-file.ts';
import { parseWalName } from '../wal/wal-name.ts';

export interface WalToReplay {
  walBytes: number;
  spooledWalBytes: number;
  /** When the base backup ended, ISO 8601, by what the server archived of it; null: that is not there. */
  archivedEnd: string | null;
}

/** Of a server that was made without --wal-segsize. */
const usualSegmentBytes = 16 * 1024 ** 2;

/** A segment by its place in the log, whatever its timeline. */
interface Place {
  log: number;
  part: number;
}
const isBefore = (one: Place, other: Place): boolean =>
  one.log < other.log || (one.log === other.log && one.part < other.part);

/**
 * Lists the archive once and reads the first page of one segment. Of several timelines a place counts once: recovery takes one.
 * @param start where the base begins: its first segment and position
 */
export async function walToReplay(
  source: BaseBackupSource,
  start: { segment: string; lsn: string },
  end: ReplayEnd,
): Promise<WalToReplay> {
  const first = parseWalName(start.segment);
  const from = first === null || first.kind === 'history' ? { log: 0, part: 0 } : first;
  const firstUploads = new Map<string, Place & { uploadedAt: string; file: WalFile }>();
  let spooledWalBytes = 0;
  let history: WalFile | null = null;
  for await (const object of source.store.list({ beginning: source.walPrefix, after: null })) {
    // A folder lists more than what begins so.
    if (!object.key.startsWith(source.walPrefix)) continue;
    const name = withoutEncryption(object.key);
    const file = fileOf(source, object);
    if (isTarballName(name)) {
      spooledWalBytes += object.sizeBytes * (/\.tar$/i.test(name) ? 1 : packedFactor);
      continue;
    }
    const parsed = parseWalName(name);
    if (parsed === null || parsed.kind === 'history') continue;
    if (parsed.kind === 'backup history') {
      if (parsed.name.startsWith(`${start.segment}.`)) history = file;
      continue;
    }
    const { log, part } = parsed;
    if (isBefore(parsed, from)) continue;
    const known = firstUploads.get(`${log}/${part}`);
    if (known === undefined || object.modifiedAt < known.uploadedAt)
      firstUploads.set(`${log}/${part}`, { log, part, uploadedAt: object.modifiedAt, file });
  }
  const places = [...firstUploads.values()].sort((a, b) => (isBefore(a, b) ? -1 : 1));
  const segmentBytes = places[0] === undefined ? usualSegmentBytes : await segmentBytesOf(places[0].file);
  return {
    walBytes: countTo(end, places, segmentBytes) * segmentBytes,
    spooledWalBytes,
    archivedEnd: history === null ? null : await endOf(history, start.lsn),
  };
}

/**
 * When a base backup ended, by what the server archived of it where segments lie without folders between: one listing of one page.
 * @returns ISO 8601; null where that is not there
 */
export async function baseEndedAt(
  source: BaseBackupSource,
  start: { segment: string; lsn: string },
): Promise<string | null> {
  const beginning = `${source.walPrefix}${start.segment}.`;
  for await (const object of source.store.list({ beginning, after: null })) {
    if (!object.key.startsWith(beginning)) continue;
    if (parseWalName(withoutEncryption(object.key))?.kind === 'backup history')
      return endOf(fileOf(source, object), start.lsn);
  }
  return null;
}

/** Up to the segment that holds the end, and it. */
function countTo(
  end: ReplayEnd,
  places: readonly (Place & { uploadedAt: string })[],
  segmentBytes: number,
): number {
  if (end === null) return places.length;
  const last =
    'lsn' in end
      ? places.findIndex(
          ({ log, part }) => log * 2 ** 32 + (part + 1) * segmentBytes > (parseLsn(end.lsn) ?? 0),
        )
      : places.findIndex(({ uploadedAt }) => uploadedAt > end.uploadedBy);
  return last === -1 ? places.length : last + 1;
}

async function segmentBytesOf(segment: WalFile): Promise<number> {
  const bytes = await firstBytes(segment, longHeaderBytes);
  const told = bytes === null ? null : readSegmentHeader(bytes);
  return told !== null && isWalSegmentSize(told.segmentBytes) ? told.segmentBytes : usualSegmentBytes;
}

/** Null for one that cannot be read: whoever reads the archive to its end tells why. */
async function firstBytes(file: WalFile, count: number): Promise<Buffer | null> {
  const content = new ByteSource(contentOf(file));
  try {
    return await content.peek(count);
  } catch (error) {
    if (isDrillError(error)) return null;
    throw error;
  } finally {
    await content.cancel();
  }
}

async function endOf(file: WalFile, startLsn: string): Promise<string | null> {
  try {
    const history = parseBackupHistory((await textOf(file)) ?? '');
    return history === null || history.start !== parseLsn(startLsn)
      ? null
      : (history.stopTime?.toISOString() ?? null);
  } catch (error) {
    if (isDrillError(error)) return null;
    throw error;
  }
}

function fileOf(
  { store, keys }: BaseBackupSource,
  { key, sizeBytes }: { key: string; sizeBytes: number },
): WalFile {
  return { name: withoutEncryption(key), sizeBytes, keys, open: () => store.open(key, {}) };
}
