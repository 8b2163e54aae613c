/** Asks an archive what recovery must reach, and names what stops it: PostgreSQL takes most of it for the end of the log, and says nothing. */
import { type ArchiveContents, completeBase, readContents } from './archive-contents.ts';
import { Chain } from './chain-walk.ts';
import type { CoverageQuestion, WalCoverage } from './coverage.ts';
import { problemOf } from './coverage-problem.ts';
import { newestReachable } from './timeline-history.ts';

/**
 * Reads every segment that recovery would read, whole, and in constant memory.
 *
 * @returns an answer for every archive, however damaged @throws what reading the files throws that is no damage of them
 */
export const walCoverage = async (question: CoverageQuestion): Promise<WalCoverage> =>
  coverageOf(await readContents(question), question);

/** The same of contents that are read already. */
export async function coverageOf(
  contents: ArchiveContents,
  question: CoverageQuestion,
): Promise<WalCoverage> {
  const base = await completeBase(question.base, contents);
  const timelines = newestReachable(
    { timeline: base.timeline, lsn: base.stopLsn ?? base.startLsn },
    contents.histories,
  );
  const walk = await new Chain(contents, timelines, base, question.target, question.signal).walk();
  if (walk.halt.kind !== 'target') await contents.lookBehind?.(walk.halt.number, timelines);
  return {
    reached: walk.reached,
    segments: walk.segments,
    walBytes: walk.reached.lsn - base.startLsn,
    timelines,
    imageCompressions: walk.imageCompressions,
    problem: problemOf({ contents, timelines, base, target: question.target, walk }),
  };
}
