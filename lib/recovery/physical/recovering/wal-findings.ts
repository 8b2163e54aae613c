import { type Finding, finding } from '../../../domain/findings/findings.ts';
import { formatCountOf } from '../../../domain/text/quantities.ts';
import { formatLsn } from '../numbers/lsn.ts';
import type { WalProblem, WalReach } from '../wal/coverage.ts';

/** What keeps recovery from its target, in the words of the archive. */
export function findingOfWal(problem: WalProblem, reached: WalReach): Finding {
  const commit =
    reached.lastCommit === null ? 'no commit' : `the commit of ${reached.lastCommit.time.toISOString()}`;
  const until = `recovery would end at ${formatLsn(reached.lsn)}, with ${commit}`;
  switch (problem.kind) {
    case 'gap':
      return finding(
        'WAL_MISSING',
        `segment ${problem.segment} is missing${problem.after.length === 0 ? '' : `, and ${problem.after.length} behind it are there`}; ${until}`,
      );
    case 'damaged':
      return finding(
        'WAL_DAMAGED',
        `${problem.segment} is damaged at ${formatLsn(problem.lsn)}: ${problem.reason}; ${until}`,
      );
    case 'other cluster':
      return finding(
        'WAL_OF_ANOTHER_CLUSTER',
        `${problem.segment} is of cluster ${problem.found}; the base backup is of ${problem.expected}`,
      );
    case 'other major':
      return finding(
        'WAL_OF_ANOTHER_CLUSTER',
        `${problem.segment} is of PostgreSQL ${problem.found}; the base backup is of ${problem.expected}`,
      );
    case 'history missing':
      return finding(
        'TIMELINE_MISSING',
        `${problem.history} is missing, and ${problem.segments.length === 1 ? `1 segment of timeline ${problem.timeline} is` : `${problem.segments.length} segments of timeline ${problem.timeline} are`} there; ${until}`,
      );
    case 'only partial':
      return finding(
        'WAL_MISSING',
        `segment ${problem.segment} is there only as ${problem.file}, which recovery never asks for; ${until}`,
      );
    case 'target after end':
      return finding(
        'TARGET_NOT_REACHED',
        problem.abandoned === undefined
          ? `the archive ends before the target: ${until}`
          : `timeline ${reached.timeline} ends before the target, and timeline ${problem.abandoned.timeline}, which was left for it, goes on to ${problem.abandoned.segment}: what was written there is lost to recovery; ${until}`,
      );
    case 'target before backup end':
      return finding('TARGET_BEFORE_BACKUP', 'the target lies before the end of the base backup');
    case 'empty archive':
      return finding('WAL_MISSING', `there is no archived WAL at all${besides(problem.others)}`);
  }
}

/** A wrong prefix, or a packing that is not read, shows in what lies there instead. */
const besides = ({ count, example }: { count: number; example: string | null }): string =>
  example === null
    ? ''
    : `, and no name of ${formatCountOf(count, 'other file')} is a segment's or a tarball's, e.g. ${example}`;
