import { describe, expect, it } from 'vitest';
import {
  type CompanionContext,
  type CompanionRule,
  heartbeatsToRead,
  judgeCompanions,
} from '../../../lib/domain/backup/companions.ts';
import type { DumpObject } from '../../../lib/domain/backup/dump.ts';

const anObject = (key: string, object: Partial<DumpObject> = {}): DumpObject => ({
  key,
  sizeBytes: 21,
  modifiedAt: '2026-11-18T02:05:00.000Z',
  ...object,
});
const aRule = (rule: Partial<CompanionRule>): CompanionRule => ({
  key: null,
  pattern: null,
  maxAgeSeconds: null,
  archive: null,
  ...rule,
});

function judge(objects: DumpObject[], rule: CompanionRule, context: Partial<CompanionContext> = {}) {
  return judgeCompanions(objects, [rule], {
    prefix: '',
    timezone: 'UTC',
    dumpMoment: '2026-11-18T02:00:00.000Z',
    asOf: '2026-11-18T12:00:00.000Z',
    texts: new Map(),
    ...context,
  });
}

describe('a companion by key', () => {
  const heartbeat = aRule({ key: 'LAST_SUCCESS.txt', maxAgeSeconds: 26 * 3600 });

  it('that is there and young enough gives no finding', () => {
    expect(judge([anObject('LAST_SUCCESS.txt')], heartbeat).findings).toEqual([]);
  });

  it('that is missing is a finding', () => {
    expect(judge([], heartbeat).findings).toMatchObject([
      { code: 'COMPANION_MISSING', message: 'The companion LAST_SUCCESS.txt is not there.' },
    ]);
  });

  it('that is empty is missing', () => {
    expect(judge([anObject('LAST_SUCCESS.txt', { sizeBytes: 0 })], heartbeat).findings).toMatchObject([
      { code: 'COMPANION_MISSING' },
    ]);
  });

  it('that is too old is stale', () => {
    const old = anObject('LAST_SUCCESS.txt', { modifiedAt: '2026-11-16T02:00:00.000Z' });

    expect(judge([old], heartbeat).findings).toMatchObject([
      {
        code: 'COMPANION_STALE',
        message:
          'The companion LAST_SUCCESS.txt is 2d 10h old (2026-11-16T02:00:00.000Z); at most 1d 2h is allowed.',
      },
    ]);
  });

  it('is as old as the timestamp it holds, not as its copy', () => {
    const texts = new Map([['LAST_SUCCESS.txt', '2026-11-10T02:00:05Z\n']]);

    expect(judge([anObject('LAST_SUCCESS.txt')], heartbeat, { texts }).findings).toMatchObject([
      { code: 'COMPANION_STALE' },
    ]);
  });

  it('lies below the prefix', () => {
    expect(
      judge([anObject('postgres/LAST_SUCCESS.txt')], heartbeat, { prefix: 'postgres/' }).findings,
    ).toEqual([]);
    expect(judge([anObject('LAST_SUCCESS.txt')], heartbeat, { prefix: 'postgres/' }).findings).toHaveLength(
      1,
    );
  });

  it('is read for its timestamp only when it is small', () => {
    const objects = [anObject('LAST_SUCCESS.txt'), anObject('other.txt')];

    expect(heartbeatsToRead(objects, [heartbeat], '')).toEqual(['LAST_SUCCESS.txt']);
    expect(heartbeatsToRead([anObject('LAST_SUCCESS.txt', { sizeBytes: 5000 })], [heartbeat], '')).toEqual(
      [],
    );
  });
});

describe('a companion by pattern', () => {
  const uploads = aRule({ pattern: 'uploads_{timestamp}.tar.gz', archive: 'tar.gz' });

  it('belongs to the run of the dump', () => {
    const outcome = judge(
      [anObject('uploads_20261018T020000Z.tar.gz'), anObject('uploads_20261118T020000Z.tar.gz')],
      uploads,
    );

    expect(outcome.findings).toEqual([]);
    expect(outcome.found.map(({ object }) => object.key)).toEqual(['uploads_20261118T020000Z.tar.gz']);
  });

  it('may be written within the hour', () => {
    expect(judge([anObject('uploads_20261118T024500Z.tar.gz')], uploads).findings).toEqual([]);
  });

  it('of another run is missing', () => {
    expect(judge([anObject('uploads_20261018T020000Z.tar.gz')], uploads).findings).toMatchObject([
      {
        code: 'COMPANION_MISSING',
        message:
          'The companion uploads_{timestamp}.tar.gz has no file for the dump of 2026-11-18T02:00:00.000Z; the nearest is of 2026-10-18T02:00:00.000Z.',
      },
    ]);
  });

  it('with only a day in its name belongs to every dump of that day', () => {
    const daily = aRule({ pattern: 'uploads_{timestamp:YYYYMMDD}.tar.gz' });

    expect(
      judge([anObject('uploads_20261118.tar.gz')], daily, { dumpMoment: '2026-11-18T22:00:00.000Z' })
        .findings,
    ).toEqual([]);
  });

  it('is the newest when the dump has no timestamp', () => {
    const outcome = judge(
      [anObject('uploads_20261018T020000Z.tar.gz'), anObject('uploads_20261118T020000Z.tar.gz')],
      uploads,
      {
        dumpMoment: null,
      },
    );

    expect(outcome.found.map(({ object }) => object.key)).toEqual(['uploads_20261118T020000Z.tar.gz']);
  });
});
