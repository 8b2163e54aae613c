import { describe, expect, test } from 'vitest';
import { type BaseMoments, basesToMoment, newerThan } from '../../../lib/domain/backup/bases-to-moment.ts';
import type { DumpCandidate } from '../../../lib/domain/backup/dump-selection.ts';

const at = '2026-11-20T14:30:00Z';
const base = (key: string, modifiedAt = '2026-11-28T00:00:00.000Z'): DumpCandidate => ({
  ...{ key, modifiedAt, sizeBytes: 1, directory: true, unfinished: null },
  ...{ nameTimestamp: null, sidecarKey: null },
});
const told = (endedAt: string): BaseMoments => ({ consistencyPoint: null, endedAt });
const keys = (bases: DumpCandidate[]) => bases.map(({ key }) => key);

describe('a base backup', () => {
  test.each<[string, boolean, BaseMoments]>([
    ['that ended after the moment', true, told('2026-11-20T14:30:01Z')],
    [
      'that began before it and ended after it',
      true,
      { consistencyPoint: '2026-11-20T14:00:00Z', endedAt: '2026-11-20T15:00:00Z' },
    ],
    ['that began after it, and does not tell its end', true, { consistencyPoint: '2026-11-20T14:31:00Z' }],
    ['that ended with it', false, told('2026-11-20T14:30:00.000Z')],
    ['that tells nothing', false, { consistencyPoint: null }],
  ])('%s is newer than it: %s', (_, isNewer, moments) => {
    expect(newerThan(at, moments) !== null).toBe(isNewer);
  });
});

describe('base backups whose names tell no moment', () => {
  test('are taken by their own, whatever the order in which they were uploaded', () => {
    const { bases, newer } = basesToMoment(at, [
      { base: base('oldest/'), moments: told('2026-11-18T02:00:00Z') },
      { base: base('too-new/'), moments: told('2026-11-21T02:00:00Z') },
      { base: base('best/'), moments: told('2026-11-20T02:00:00Z') },
      { base: base('uploaded-between/', '2026-11-19T02:00:00.000Z'), moments: null },
    ]);

    expect(keys(bases)).toEqual(['best/', 'uploaded-between/', 'oldest/']);
    expect(newer).toEqual([
      { key: 'too-new/', reason: 'it ended 2026-11-21T02:00:00Z, after 2026-11-20T14:30:00Z' },
    ]);
  });

  test('come after those whose names tell one', () => {
    const nameTimestamp = {
      startsAt: '2026-11-01T00:00:00Z',
      endsAt: '2026-11-01T00:00:00Z',
      precision: 'second',
    } as const;
    const { bases } = basesToMoment(at, [
      { base: base('told/'), moments: told('2026-11-20T02:00:00Z') },
      { base: { ...base('named/'), nameTimestamp }, moments: null },
    ]);

    expect(keys(bases)).toEqual(['named/', 'told/']);
  });
});
