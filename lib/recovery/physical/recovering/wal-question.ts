import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { RecoveryTarget } from '../../../domain/recovery/recovery-target.ts';
import { formatLsn, parseLsn } from '../numbers/lsn.ts';
import type { CoverageQuestion, WalCoverage, WalTarget } from '../wal/coverage.ts';
import type { WalFile } from '../wal/wal-file.ts';
import type { WalReach, WalStretch } from './archived-wal.ts';
import { findingOfWal } from './wal-findings.ts';

/** WAL that came with the base backup itself. */
export async function baseWalOf(dataDirectory: string): Promise<WalFile[]> {
  const folder = join(dataDirectory, 'pg_wal');
  const files: WalFile[] = [];
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const found = await stat(path);
    if (found.isFile())
      files.push({ name, path, sizeBytes: found.size, open: async () => createReadStream(path) });
  }
  return files.sort((a, b) => (a.name < b.name ? -1 : 1));
}

const lsnOf = (text: string): number => {
  const lsn = parseLsn(text);
  if (lsn === null) throw new RangeError(`${text} is no position of WAL`);
  return lsn;
};

/** What is asked of an archive, in the terms of its reader. */
export function questionOf({
  control,
  startLsn,
  startTimeline,
  backupEndLsn,
  target,
}: WalStretch): Pick<CoverageQuestion, 'base' | 'target'> {
  return {
    base: {
      systemIdentifier: BigInt(control.systemIdentifier),
      segmentBytes: control.walSegmentBytes,
      major: control.majorVersion,
      timeline: startTimeline,
      startLsn: lsnOf(startLsn),
      stopLsn: backupEndLsn === null ? null : lsnOf(backupEndLsn),
      stopTime: null,
    },
    target: targetOf(target),
  };
}

function targetOf(target: RecoveryTarget): WalTarget {
  switch (target.kind) {
    case 'time':
      return { kind: 'time', time: new Date(target.time) };
    case 'lsn':
      return { kind: 'lsn', lsn: lsnOf(target.lsn) };
    default:
      return target;
  }
}

/** What it answered, in the terms of a recovery. */
export function reachOf(
  { reached, segments, walBytes, timelines, problem, imageCompressions }: WalCoverage,
  archivedAt: string | null,
): WalReach {
  return {
    problems: problem === null ? [] : [findingOfWal(problem, reached)],
    endLsn: formatLsn(reached.lsn),
    lastRecord: reached.lastRecord === null ? null : formatLsn(reached.lastRecord),
    timeline: reached.timeline,
    timelines: timelines.map(({ timeline }) => timeline),
    archivedAt,
    lastCommitAt: reached.lastCompleted?.time.toISOString() ?? null,
    segments: segments.length,
    bytes: walBytes,
    imageCompressions,
  };
}
