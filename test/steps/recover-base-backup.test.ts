import { describe, expect, test } from 'vitest';
import type { RecoverTo } from '../../lib/domain/config/index.ts';
import { aimOf, markerAt, recoveryTarget } from '../../lib/steps/recover-base-backup.ts';

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

describe('the marker rows of drills.yaml', () => {
  const marker = { table: 'drill_marker', column: 'id', database: null, before: '2', after: '3' };
  const at: RecoverTo = { kind: 'at', time: '2026-11-20T11:30:00.000Z', marker };

  test('are asked at their own moment', () => {
    expect(markerAt(null, at)).toEqual({ marker, notCompared: [] });
    expect(markerAt('2026-11-20T12:30:00+01:00', at)).toEqual({ marker, notCompared: [] });
  });

  test('are not asked at another moment, which the record says', () => {
    const { marker: asked, notCompared } = markerAt('2026-11-20T11:31:00Z', at);
    expect({ asked, notCompared }).toEqual({ asked: undefined, notCompared: [expect.any(String)] });
  });

  test('go with the moment of a request where they stand alone; at the end of the archive both are there', () => {
    const alone: RecoverTo = { kind: 'asked', marker };
    expect(markerAt('2026-11-20T11:31:00Z', alone)).toEqual({ marker, notCompared: [] });
    expect(markerAt(null, alone)).toEqual({
      marker: { ...marker, after: null },
      notCompared: [expect.any(String)],
    });
    expect(recoveryTarget(null, alone, startedAt)).toEqual({ kind: 'latest' });
    expect(recoveryTarget(null, at, startedAt)).toEqual({ kind: 'time', time: '2026-11-20T11:30:00.000Z' });
  });
});

describe('what a real restore aims at', () => {
  const marker = { table: 'shop.marker', column: 'id', database: null, before: '2', after: '3' };

  test('is the end of the archive, whatever drills recover to, unless it names a moment', () => {
    const restore = { mode: 'restore', at: null } as const;

    expect(aimOf(restore, { kind: 'before', seconds: 300 })).toEqual({ kind: 'latest' });
    expect(aimOf(restore, { kind: 'immediate' })).toEqual({ kind: 'latest' });
    expect(aimOf({ ...restore, at: '2026-11-20T11:30:00Z' }, { kind: 'immediate' })).toEqual({
      kind: 'immediate',
    });
    expect(aimOf({ mode: 'drill', at: null }, { kind: 'immediate' })).toEqual({ kind: 'immediate' });
  });

  test('keeps the marker row before the moment, which is there at the end too', () => {
    const aim = aimOf({ mode: 'restore', at: null }, { kind: 'at', time: '2026-11-20T11:30:00Z', marker });

    expect(markerAt(null, aim).marker).toEqual({ ...marker, after: null });
  });
});
