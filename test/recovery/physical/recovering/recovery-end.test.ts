import { describe, expect, test } from 'vitest';
import type { RecoveryEnd, RecoveryLog } from '../../../../lib/ports/recovery-place.ts';
import type { WalReach } from '../../../../lib/recovery/physical/recovering/archived-wal.ts';
import { endProblem } from '../../../../lib/recovery/physical/recovering/recovery-end.ts';

const commit = '2026-11-18T17:55:00.000Z';
const reach: WalReach = {
  ...{ problems: [], endLsn: '0/15072A0', lastRecord: '0/1507240', timeline: 1, timelines: [1] },
  ...{ lastCommitAt: commit, segments: 6, bytes: 6_320_000, archivedAt: null },
  ...{ imageCompressions: [] },
};
const anEnd = (log: Partial<RecoveryLog>, promoted = true): RecoveryEnd => ({
  promoted,
  seconds: 1,
  log: {
    ...{ redoStart: '0/F00028', consistentAt: '0/F00138', redoEnd: '0/1507240', lastCommitAt: commit },
    ...{ newTimeline: 2, fatal: null, walTrouble: [], ...log },
  },
});
const codeOf = (end: RecoveryEnd) => endProblem(end, reach)?.code ?? null;

describe('the end of a replay', () => {
  test('is right where the archive ends, with its last commit', () => {
    expect(codeOf(anEnd({}))).toBeNull();
  });

  test('is early before the last record, or without the last commit', () => {
    expect(codeOf(anEnd({ redoEnd: '0/1507000' }))).toBe('RECOVERY_ENDED_EARLY');
    expect(codeOf(anEnd({ lastCommitAt: null }))).toBe('RECOVERY_ENDED_EARLY');
  });

  test('by the server itself is a failure of the backup, in its words', () => {
    expect(codeOf(anEnd({ fatal: 'could not locate required checkpoint record' }, false))).toBe(
      'RECOVERY_FAILED',
    );
  });

  test('without a word of the server was made by somebody else, and proves nothing', () => {
    expect(codeOf(anEnd({}, false))).toBe('SANDBOX_LOST');
  });

  test('at a page that this server cannot unpack is no fault of the backup', () => {
    const said = 'could not restore image at 0/1500028 compressed with zstd not supported by build, block 0';
    expect(codeOf(anEnd({ fatal: said }, false))).toBe('SERVER_LACKS_COMPRESSION');
    expect(codeOf(anEnd({ walTrouble: [said], redoEnd: '0/1500000' }))).toBe('SERVER_LACKS_COMPRESSION');
  });
});
