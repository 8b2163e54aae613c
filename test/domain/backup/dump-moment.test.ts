import { describe, expect, it } from 'vitest';
import { bareHeader, type SelectedDump } from '../../../lib/domain/backup/dump.ts';
import {
  dumpMoment,
  listedMoment,
  momentOfRecovery,
  momentOfTaking,
} from '../../../lib/domain/backup/dump-moment.ts';
import { judgeMoments } from '../../../lib/domain/backup/moment-agreement.ts';
import type { RecoveryTarget } from '../../../lib/domain/recovery/recovery-target.ts';
import { recogniseTimestamp } from '../../../lib/domain/time/name-timestamp.ts';

interface Claims {
  key?: string;
  header?: string | null;
  uploadedAt?: string;
  stamped?: boolean;
}

function aDump({
  key = 'shop_20261128T020000Z.dump',
  header = null,
  uploadedAt,
  stamped = false,
}: Claims): SelectedDump {
  const named = recogniseTimestamp(key);
  return {
    key,
    directory: false,
    sizeBytes: 1000,
    uploadedAt: uploadedAt ?? '2026-11-28T02:10:00.000Z',
    ...(stamped ? { uploadStampedByStore: true } : {}),
    nameTimestamp: named?.startsAt ?? null,
    nameTimestampEnd: named?.endsAt ?? null,
    expectedSha256: null,
    header: {
      ...bareHeader({ layout: 'custom', wrappings: [], archiveVersion: '1.14' }),
      consistencyPoint: header,
    },
  };
}

const judge = (claims: Claims) => {
  const dump = aDump(claims);
  return judgeMoments(dump, recogniseTimestamp(dump.key), 'UTC');
};
const codesOf = (claims: Claims) => judge(claims).map(({ code, severity }) => `${code} ${severity}`);

describe('name, header and upload of one dump', () => {
  it.each<[string, Claims]>([
    ['all of one night', { header: '2026-11-28T02:00:00.000Z' }],
    ['the header in local time, 13 hours ahead', { header: '2026-11-28T15:00:00.000Z' }],
    ['the header in local time, 11 hours behind', { header: '2026-11-27T15:00:00.000Z' }],
    ['copied years later', { header: '2026-11-28T02:00:00.000Z', uploadedAt: '2029-01-01T00:00:00.000Z' }],
    ['copied, and no header', { uploadedAt: '2029-01-01T00:00:00.000Z' }],
    [
      'a name that gives the day, dumped in its last hour',
      {
        key: 'shop_2026-11-28.dump',
        header: '2026-11-28T23:10:00.000Z',
        uploadedAt: '2026-11-29T01:00:00.000Z',
      },
    ],
    ['a name that gives the week', { key: 'shop_2026-W48.dump', header: '2026-11-28T02:00:00.000Z' }],
    ['a file time that no clock gave', { uploadedAt: '1970-01-01T00:00:00.000Z' }],
    ['no moment but the header', { key: 'latest.dump', header: '2026-10-01T02:00:00.000Z' }],
  ])('agree: %s', (_, claims) => {
    expect(codesOf(claims)).toEqual([]);
  });

  it('an old dump under a new name is an error that says both moments', () => {
    const [found] = judge({ header: '2026-10-28T02:00:00.000Z' });

    expect(found).toMatchObject({ code: 'DUMP_OLDER_THAN_NAMED', severity: 'error' });
    expect(found?.message).toMatch(/2026-11-28T02:00:00.000Z.*2026-10-28T02:00:00.000Z.*31 d older/);
  });

  it.each<[string, Claims, string[]]>([
    [
      'the name is older than the header',
      { header: '2026-12-28T02:00:00.000Z', uploadedAt: '2026-12-28T03:00:00.000Z' },
      ['MOMENTS_DISAGREE warning'],
    ],
    [
      'the store stamped the upload long before the name',
      { stamped: true, uploadedAt: '2026-10-28T02:00:00.000Z' },
      ['DUMP_OLDER_THAN_NAMED error'],
    ],
    [
      'a file is older than its name, which only hints',
      { uploadedAt: '2026-10-28T02:00:00.000Z' },
      ['MOMENTS_DISAGREE warning'],
    ],
    [
      'the upload is older than name and header together',
      { stamped: true, header: '2026-11-28T02:00:00.000Z', uploadedAt: '2026-10-28T02:00:00.000Z' },
      ['MOMENTS_DISAGREE warning'],
    ],
    [
      'the header is later than the upload, and there is no name',
      { key: 'latest.dump', header: '2026-12-28T02:00:00.000Z' },
      ['MOMENTS_DISAGREE warning'],
    ],
  ])('disagree: %s', (_, claims, codes) => {
    expect(codesOf(claims)).toEqual(codes);
  });

  it.each([
    ['shop_20260511.dump', '2026-11-05T02:00:00.000Z'],
    ['shop_20261105.dump', '2026-05-11T02:00:00.000Z'],
  ])('notices day and month swapped in %s', (key, header) => {
    expect(judge({ key, header, uploadedAt: header })[0]?.hint).toContain('day and month swapped');
  });
});

describe('the moment that a loss is measured from', () => {
  it.each<[string, Claims, string]>([
    [
      'the name, though a header in another zone is earlier',
      { header: '2026-11-27T18:00:00.000Z' },
      '2026-11-28T02:00:00.000Z',
    ],
    [
      'the header that is older than zones explain',
      { header: '2026-10-28T02:00:00.000Z' },
      '2026-10-28T02:00:00.000Z',
    ],
    [
      'the name that is older than the header',
      { header: '2026-12-28T02:00:00.000Z', uploadedAt: '2026-12-28T03:00:00.000Z' },
      '2026-11-28T02:00:00.000Z',
    ],
    [
      'the upload, where name and header are later',
      { header: '2026-11-28T02:00:00.000Z', uploadedAt: '2026-11-20T02:00:00.000Z' },
      '2026-11-20T02:00:00.000Z',
    ],
    [
      'the name, where the file has a time that no clock gave',
      { uploadedAt: '1970-01-01T00:00:00.000Z' },
      '2026-11-28T02:00:00.000Z',
    ],
    [
      'the header, where the name tells none',
      { key: 'latest.dump', header: '2026-10-01T02:00:00.000Z' },
      '2026-10-01T02:00:00.000Z',
    ],
    ['the upload, where nothing else is known', { key: 'latest.dump' }, '2026-11-28T02:10:00.000Z'],
  ])('is %s', (_, claims, moment) => {
    expect(dumpMoment(aDump(claims))).toBe(moment);
  });

  it('is told from a listing the same way, without a header', () => {
    const nameTimestamp = recogniseTimestamp('shop_20261128T020000Z.dump');

    expect(listedMoment({ nameTimestamp, modifiedAt: '2026-11-28T03:00:00.000Z' })).toBe(
      '2026-11-28T02:00:00.000Z',
    );
    expect(listedMoment({ nameTimestamp, modifiedAt: '2026-10-28T03:00:00.000Z' })).toBe(
      '2026-10-28T03:00:00.000Z',
    );
    expect(listedMoment({ nameTimestamp: null, modifiedAt: '2026-10-28T03:00:00.000Z' })).toBe(
      '2026-10-28T03:00:00.000Z',
    );
  });
});

describe('the moment of taking, from which rows have their age', () => {
  it('is that of the header where the name cannot be right: stale rows under an old name stay stale', () => {
    expect(
      momentOfTaking(aDump({ key: 'shop_20261001.dump', header: '2026-11-28T02:00:00.000Z' })).dumpMoment,
    ).toBe('2026-11-28T02:00:00.000Z');
  });

  it('leaves room for zones and for the period of the name', () => {
    expect(momentOfTaking(aDump({ key: 'shop_20261128.dump' }))).toEqual({
      dumpMoment: '2026-11-28T00:00:00.000Z',
      dumpMomentToleranceSeconds: 38 * 3600,
    });
    expect(momentOfTaking(aDump({ key: 'latest.dump' })).dumpMomentToleranceSeconds).toBe(300);
  });
});

describe('the moment of a recovered cluster', () => {
  const [startedAt, lastCommitAt] = ['2026-11-20T14:00:00Z', '2026-11-20T02:59:00Z'];
  const momentOf = (target: RecoveryTarget) => momentOfRecovery(target, startedAt, lastCommitAt).dumpMoment;

  it('is the one it was recovered to, and now at the end of the archive: the base backup says nothing of rows that WAL brought', () => {
    expect(momentOf({ kind: 'time', time: '2026-11-20T11:30:00Z' })).toBe('2026-11-20T11:30:00Z');
    expect(momentOf({ kind: 'latest' })).toBe(startedAt);
  });

  it('is that of its last commit where a position or the base backup alone was asked for', () => {
    expect(momentOf({ kind: 'lsn', lsn: '0/F00138' })).toBe(lastCommitAt);
    expect(momentOf({ kind: 'immediate' })).toBe(lastCommitAt);
  });
});
