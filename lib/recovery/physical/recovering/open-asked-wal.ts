import { constants } from 'node:fs';
import { chmod, copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Finding, finding } from '../../../domain/findings/findings.ts';
import type { BackupCommands, CommandRoom } from '../../../ports/backup-commands.ts';
import { CommandProblem } from '../commanded/command-problem.ts';
import { restoreFile } from '../commanded/restore-file.ts';
import { type ArchiveContents, readContents, readHistory } from '../wal/archive-contents.ts';
import type { CoverageQuestion } from '../wal/coverage.ts';
import { segmentName } from '../wal/segment-number.ts';
import type { TimelineStretch } from '../wal/timeline-history.ts';
import { coverageOf } from '../wal/wal-coverage.ts';
import type { WalFile } from '../wal/wal-file.ts';
import { putWalFile } from '../wal/wal-index.ts';
import type { ArchivedWal, WalReach, WalStretch } from './archived-wal.ts';
import { baseWalOf, questionOf, reachOf } from './wal-question.ts';

/** Behind the end so many segments are asked for: a gap is told from an end by what lies behind it. */
const lookedBehind = 8;

/** A command that brings the histories of so many newer timelines makes them up: each is a promotion. */
const mostNewerTimelines = 100;

interface AskedWal {
  room: CommandRoom;
  commands: BackupCommands;
  signal: AbortSignal;
  dataDirectory: string;
  /** Of the sandbox, for what tarballs of the base's own WAL hold. */
  folder: string;
}

/**
 * The WAL that a command of the user brings when it is asked for a name, as PostgreSQL asks. Each file is asked for once, read by
 * ourselves, and kept for the replay.
 */
export async function openAskedWal({
  room,
  commands,
  signal,
  dataDirectory,
  folder,
}: AskedWal): Promise<ArchivedWal> {
  const kept = new Map<string, Promise<WalFile | null>>();
  let order: string[] = [];
  let lastRun: Promise<unknown> = Promise.resolve();
  let firstRefusal: string | null = null;
  const directory = await shownCluster(room, dataDirectory);
  const restore = async (name: string): Promise<WalFile | null> => {
    const file = await restoreFile(name, { directory }, { room, commands, signal });
    if (!('absent' in file)) return file;
    if (/^[0-9A-F]{24}$/.test(name)) firstRefusal ??= file.absent;
    return null;
  };
  // One after the other: tools lock, and a server that replays finds what it needs kept.
  const ask = (name: string): Promise<WalFile | null> => {
    const known = kept.get(name);
    if (known !== undefined) return known;
    const file = lastRun.then(() => restore(name));
    lastRun = file.catch(() => undefined);
    kept.set(name, file);
    return file;
  };
  const baseWal = await baseWalOf(dataDirectory);

  async function reach(stretch: WalStretch): Promise<WalReach> {
    const asked = questionOf(stretch);
    const archive = await histories(stretch.startTimeline, ask);
    const question: CoverageQuestion = { ...asked, archive, baseWal, spoolFolder: folder, signal };
    const contents = asking(await readContents(question), asked.base.segmentBytes, ask);
    const coverage = await coverageOf(contents, question);
    order = coverage.segments.map(({ name }) => name);
    const reached = reachOf(coverage, null);
    return { ...reached, problems: reached.problems.map((problem) => explained(problem, firstRefusal)) };
  }
  return {
    reach: (stretch) =>
      reach(stretch).catch((error: unknown) => {
        if (!(error instanceof CommandProblem)) throw error;
        return unreached(error, stretch);
      }),
    fetch: {
      async fetch(name, path) {
        const file = await ask(name);
        if (file?.path === undefined) return false;
        await copyFile(file.path, path, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
        return true;
      },
      after: (name) => order.slice(order.indexOf(name) + 1),
    },
    close: () => room.close(),
  };
}

/** Tools such as pgBackRest look into the cluster whose WAL they are asked for: its version and identifier are there. */
async function shownCluster(room: CommandRoom, dataDirectory: string): Promise<string> {
  const folder = await room.makeFolder('directory');
  await mkdir(join(folder, 'global'));
  await chmod(join(folder, 'global'), 0o755);
  for (const name of ['PG_VERSION', 'global/pg_control']) {
    await copyFile(join(dataDirectory, name), join(folder, name));
    await chmod(join(folder, name), 0o644);
  }
  return folder;
}

/** A command that fails says what an archive that has no such file says: its words may tell which. */
const explained = (problem: Finding, refusal: string | null): Finding =>
  refusal === null || !['WAL_MISSING', 'TARGET_NOT_REACHED'].includes(problem.code)
    ? problem
    : { ...problem, message: `${problem.message}; ${refusal}` };

/**
 * As findNewestTimeLine asks: each newer timeline until one has no history. One that cannot be read is the last: a command that
 * brings the same file for every name would bring it for ever.
 *
 * @throws CommandProblem BACKUP_COMMAND_FAILED where there is no end of them
 */
async function histories(
  startTimeline: number,
  ask: (name: string) => Promise<WalFile | null>,
): Promise<WalFile[]> {
  const files: WalFile[] = [];
  const own = startTimeline > 1 ? await ask(historyName(startTimeline)) : null;
  if (own !== null) files.push(own);
  for (let newer = 1; newer <= mostNewerTimelines; newer += 1) {
    const timeline = startTimeline + newer;
    const file = await ask(historyName(timeline));
    if (file === null) return files;
    files.push(file);
    if ('reason' in (await readHistory(file, timeline))) return files;
  }
  throw new CommandProblem(
    finding(
      'BACKUP_COMMAND_FAILED',
      `restore brought histories of ${mostNewerTimelines} timelines after ${startTimeline}, and did not end: a file that is not there must be a failure`,
    ),
  );
}

const historyName = (timeline: number): string => `${hexOf(timeline)}.history`;
const hexOf = (timeline: number): string => timeline.toString(16).toUpperCase().padStart(8, '0');

/** The contents, which grow as the walk goes on. */
function asking(
  contents: ArchiveContents,
  segmentBytes: number,
  ask: (name: string) => Promise<WalFile | null>,
): ArchiveContents {
  const put = async (name: string): Promise<void> => {
    const file = await ask(name);
    if (file !== null) putWalFile(contents.archive, file, segmentBytes);
  };
  return {
    ...contents,
    ask: put,
    async lookBehind(number: number, timelines: readonly TimelineStretch[]) {
      const { timeline } = timelines.at(-1) as TimelineStretch;
      const name = (on: number, of: number): string => segmentName(on, of, segmentBytes);
      for (let behind = 1; behind <= lookedBehind; behind += 1) await put(name(timeline, number + behind));
      // A timeline without a history goes on where the old one ends, or begins a little before.
      for (let around = -2; around <= 2; around += 1)
        if (number + around >= 0) await put(name(timeline + 1, number + around));
      await put(`${name(timeline, number)}.partial`);
    },
  };
}

/** Nothing can be said of the archive but why. */
const unreached = ({ finding }: CommandProblem, { startLsn, startTimeline }: WalStretch): WalReach => ({
  problems: [finding],
  endLsn: startLsn,
  lastRecord: null,
  timeline: startTimeline,
  timelines: [startTimeline],
  lastCommitAt: null,
  segments: 0,
  archivedAt: null,
  bytes: 0,
  imageCompressions: [],
});
