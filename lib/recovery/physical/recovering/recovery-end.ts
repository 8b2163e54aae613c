import { type Finding, finding } from '../../../domain/findings/findings.ts';
import type { RecoveryEnd } from '../../../ports/recovery-place.ts';
import { parseLsn } from '../numbers/lsn.ts';
import type { WalReach } from './archived-wal.ts';

/** PostgreSQL's own end against what our reading of the archive says it must reach; null: it reached that. */
export function endProblem({ promoted, log }: RecoveryEnd, reach: WalReach): Finding | null {
  const said =
    log.walTrouble.length === 0 ? '' : `; of the WAL it said: ${log.walTrouble.slice(-2).join('; ')}`;
  const lacking = [log.fatal ?? '', ...log.walTrouble].find((line) => lacksCompression.test(line));
  if (lacking !== undefined)
    return finding('SERVER_LACKS_COMPRESSION', `WAL cannot be replayed here: ${lacking}`);
  // PostgreSQL gives a reason for every end of its own: without one somebody else ended it, as the kernel does for want of memory.
  if (!promoted && log.fatal === null)
    return finding('SANDBOX_LOST', 'the server ended while it replayed WAL, without a word of its own');
  if (!promoted) return finding('RECOVERY_FAILED', `PostgreSQL ended: ${log.fatal}${said}`);
  // `redo done at` names the beginning of the last record, and is not said when there was none.
  const endedAt = parseLsn(log.redoEnd ?? '0/0') ?? 0;
  const expected = parseLsn(reach.lastRecord ?? '0/0') ?? 0;
  if (endedAt >= expected && log.lastCommitAt === reach.lastCommitAt) return null;
  return finding(
    'RECOVERY_ENDED_EARLY',
    `replay ended at ${log.redoEnd ?? 'its beginning'} with the last commit of ${log.lastCommitAt ?? 'nobody'}; the archive reaches ${reach.endLsn} and a commit of ${reach.lastCommitAt ?? 'nobody'}${said}`,
  );
}

/** xlogreader.c (`RestoreBlockImage`), 15 to 18: a page in the WAL that this server cannot unpack. */
const lacksCompression = /compressed with \w+ not supported by build/;
