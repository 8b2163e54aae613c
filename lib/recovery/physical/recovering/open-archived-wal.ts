import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { RecoveryTarget } from '../../../domain/recovery/recovery-target.ts';
import type { RecoveryRequest } from '../../../ports/recovery.ts';
import { formatLsn, parseLsn } from '../numbers/lsn.ts';
import { type ArchiveContents, readContents } from '../wal/archive-contents.ts';
import type { CoverageQuestion, WalCoverage, WalTarget } from '../wal/coverage.ts';
import { coverageOf } from '../wal/wal-coverage.ts';
import { contentOf, type WalFile } from '../wal/wal-file.ts';
import { archivedFiles } from './archived-files.ts';
import type { ArchivedWal, WalReach, WalStretch } from './archived-wal.ts';
import { findingOfWal } from './wal-findings.ts';

/**
 * Opens the WAL of a base backup: the archive, and what came with the backup itself.
 * @param dataDirectory of the unpacked backup @param folder of the sandbox, for what tarballs hold
 */
export async function openArchivedWal(
  { source }: Pick<RecoveryRequest, 'source'>,
  dataDirectory: string,
  folder: string,
): Promise<ArchivedWal> {
  const spoolFolder = await mkdtemp(join(folder, 'unpacked-'));
  const baseWal = await filesOf(join(dataDirectory, 'pg_wal'));
  let contents: ArchiveContents | null = null;
  let order: string[] = [];
  return {
    async reach(stretch) {
      const { files: archive, archivedAt } = await archivedFiles(source, stretch.control.systemIdentifier);
      const question = { ...questionOf(stretch), archive, baseWal, spoolFolder };
      contents = await readContents(question);
      const coverage = await coverageOf(contents, question);
      order = coverage.segments.map(({ name }) => name);
      return reachOf(coverage, archivedAt);
    },
    fetch: {
      async fetch(name, path) {
        const file = contents === null ? undefined : fileOf(contents, name);
        if (file === undefined) return false;
        await pipeline(Readable.from(contentOf(file)), createWriteStream(path, { flags: 'wx', mode: 0o600 }));
        return true;
      },
      after: (name) => order.slice(order.indexOf(name) + 1),
    },
    close: () => rm(spoolFolder, { recursive: true, force: true }),
  };
}

/** What the archive has by PostgreSQL's name; what lies in the backup's own pg_wal the server finds by itself. */
function fileOf({ archive }: ArchiveContents, name: string): WalFile | undefined {
  const [, timeline] = /^([0-9A-F]{8})\.history$/.exec(name) ?? [];
  if (timeline !== undefined) return archive.histories.get(Number.parseInt(timeline, 16))?.at(-1);
  return archive.segments.get(name)?.copies.at(-1);
}

async function filesOf(folder: string): Promise<WalFile[]> {
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

function questionOf({
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

function reachOf(
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
