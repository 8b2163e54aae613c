import { describe, expect, test } from 'vitest';
import { recoveryTarget } from '../../lib/steps/recover-base-backup.ts';

const startedAt = '2026-11-20T12:00:00.000Z';

describe('where a base backup is recovered to', () => {
  test('is the moment that was asked for, whatever drills.yaml says', () => {
    expect(recoveryTarget('2026-11-20T11:30:00Z', { kind: 'immediate' }, startedAt)).toEqual({
      kind: 'time',
      time: '2026-11-20T11:30:00Z',
    });
  });

  test('is what drills.yaml says', () => {
    expect(recoveryTarget(null, { kind: 'latest' }, startedAt)).toEqual({ kind: 'latest' });
    expect(recoveryTarget(null, { kind: 'lsn', lsn: '0/F00138' }, startedAt)).toEqual({
      kind: 'lsn',
      lsn: '0/F00138',
    });
    expect(recoveryTarget(null, { kind: 'before', seconds: 300 }, startedAt)).toEqual({
      kind: 'time',
      time: '2026-11-20T11:55:00.000Z',
    });
  });
});
