import { describe, expect, test } from 'vitest';
import { replayEnd } from '../../../lib/domain/recovery/replay-end.ts';

const uploadedAt = '2026-11-20T02:30:00.000Z';

describe('the WAL that a recovery replays', () => {
  test('is all that there is, to the end of the archive', () => {
    expect(replayEnd({ kind: 'latest' }, uploadedAt)).toBeNull();
  });

  test('ends with what was archived an hour after the moment, to a moment', () => {
    const end = replayEnd({ kind: 'time', time: '2026-11-20T14:30:00Z' }, uploadedAt);
    expect(end).toEqual({ uploadedBy: '2026-11-20T15:30:00.000Z' });
  });

  test('may be all that there is where the base came after the moment: uploads of a copy tell nothing', () => {
    expect(replayEnd({ kind: 'time', time: '2026-11-20T02:00:00Z' }, uploadedAt)).toBeNull();
  });

  test('ends with what was archived while the base was made, to the moment it is consistent', () => {
    expect(replayEnd({ kind: 'immediate' }, uploadedAt)).toEqual({ uploadedBy: '2026-11-20T03:30:00.000Z' });
  });

  test('ends at its position, to a position', () => {
    expect(replayEnd({ kind: 'lsn', lsn: '0/F00138' }, uploadedAt)).toEqual({ lsn: '0/F00138' });
  });
});
