/** Which files of WAL are there, by what PostgreSQL calls them. */

import { isTarballName } from '../../../domain/backup/dump-names.ts';
import { segmentNumber } from './segment-number.ts';
import type { TarballSpool } from './tarball-spool.ts';
import type { WalFile } from './wal-file.ts';
import { parseWalName } from './wal-name.ts';

/** A segment, whole or `.partial`, by its place. */
export interface IndexedSegment {
  name: string;
  timeline: number;
  number: number;
  /** Its copies, newest last: an archive may hold it twice. */
  copies: WalFile[];
}

export interface WalIndex {
  /** By name of 24 digits. */
  segments: Map<string, IndexedSegment>;
  partials: Map<string, IndexedSegment>;
  /** Copies of the history file, by timeline. */
  histories: Map<number, WalFile[]>;
  /** Backup history files, by name (`….backup`). */
  backups: Map<string, WalFile>;
  /** Files whose names are none of an archive's. */
  others: { count: number; example: string | null };
  /** Tarballs that cannot be read to their end. */
  unreadable: { name: string; reason: string }[];
}

/**
 * @param files oldest first: of tarballs that repeat each other the last is the newest
 * @param segmentBytes wal_segment_size; names that no segment of this size has are passed over
 */
export async function indexWal(
  files: readonly WalFile[],
  spool: TarballSpool,
  segmentBytes: number,
): Promise<WalIndex> {
  const index: WalIndex = {
    segments: new Map(),
    partials: new Map(),
    histories: new Map(),
    backups: new Map(),
    others: { count: 0, example: null },
    unreadable: [],
  };
  for (const file of files) {
    if (!isTarballName(file.name)) {
      putWalFile(index, file, segmentBytes);
      continue;
    }
    const { files: members, reason } = await spool.unpack(file);
    for (const member of members) putWalFile(index, member, segmentBytes);
    if (reason !== null) index.unreadable.push({ name: file.name, reason });
  }
  return index;
}

/** Puts a file into its place of the index; what is none of an archive's is counted. */
export function putWalFile(index: WalIndex, file: WalFile, segmentBytes: number): void {
  const parsed = parseWalName(file.name);
  if (parsed === null) {
    index.others.count += 1;
    index.others.example ??= file.name;
    return;
  }
  if (parsed.kind === 'history') {
    index.histories.set(parsed.timeline, [...(index.histories.get(parsed.timeline) ?? []), file]);
  } else if (parsed.kind === 'backup history') {
    index.backups.set(parsed.name, file);
  } else {
    const number = segmentNumber(parsed, segmentBytes);
    if (number === null) return;
    const { name, timeline } = parsed;
    const among = parsed.kind === 'segment' ? index.segments : index.partials;
    const known = among.get(name) ?? { name, timeline, number, copies: [] };
    if (!known.copies.includes(file)) known.copies.push(file);
    among.set(name, known);
  }
}
