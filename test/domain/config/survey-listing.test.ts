import { describe, expect, test } from 'vitest';
import { intervalText, proposedCron } from '../../../lib/domain/config/propose-schedule.ts';
import { surveyListing } from '../../../lib/domain/config/survey-listing.ts';

const object = (key: string, modifiedAt: string, sizeBytes = 1000) => ({ key, modifiedAt, sizeBytes });
const days = ['14', '15', '16', '17', '18'];

describe('a listing', () => {
  test('of nightly dumps tells their pattern, how often they come, when, and what lies beside them', () => {
    const objects = days.flatMap((day) => [
      object(`pg/shop_202611${day}T020000Z.sql.gz`, `2026-11-${day}T02:1${day[1]}:00Z`, 1000 + Number(day)),
      object(`pg/shop_202611${day}T020000Z.sql.gz.sha256`, `2026-11-${day}T02:10:00Z`, 99),
      object(`pg/uploads_202611${day}T030000Z.tar.gz`, `2026-11-${day}T03:00:00Z`),
    ]);
    objects.push(object('pg/README.md', '2026-01-01T00:00:00Z'));

    expect(surveyListing(objects)).toEqual([
      {
        database: 'shop',
        folder: 'pg',
        pattern: 'shop_{timestamp:YYYYMMDDTHHmmssZ}.sql.gz',
        dated: true,
        count: 5,
        newestKey: 'pg/shop_20261118T020000Z.sql.gz',
        newestMoment: '2026-11-18T02:00:00.000Z',
        smallestBytes: 1014,
        intervalSeconds: 86_400,
        uploadedAtMinute: 2 * 60 + 17,
        haveChecksums: true,
        companions: ['uploads_{timestamp:YYYYMMDDTHHmmssZ}.tar.gz'],
      },
    ]);
  });

  test('of several databases tells each, the one with most dumps first, and no companion of any', () => {
    const objects = days.flatMap((day) => [
      object(`a/wiki-2026-11-${day}.dump`, `2026-11-${day}T02:00:00Z`),
      ...(day < '17' ? [object(`b/shop-2026-11-${day}.dump`, `2026-11-${day}T02:00:00Z`)] : []),
      object(`a/uploads-2026-11-${day}.tar.gz`, `2026-11-${day}T03:00:00Z`),
    ]);
    const found = surveyListing(objects);
    expect(found.map(({ database, count, companions }) => ({ database, count, companions }))).toEqual([
      { database: 'wiki', count: 5, companions: [] },
      { database: 'shop', count: 3, companions: [] },
    ]);
  });

  test('is not taken for a series where one checksum is missing, a name is alone, or nothing has a moment', () => {
    const two = [
      object('x_20261114.sql', '2026-11-14T00:00:00Z'),
      object('x_20261115.sql', '2026-11-15T00:00:00Z'),
    ];
    expect(surveyListing([...two, object('x_20261115.sql.sha256', '2026-11-15T00:00:00Z')])[0]).toMatchObject(
      {
        haveChecksums: false,
        intervalSeconds: null,
      },
    );
    expect(surveyListing([...two, object('y_20261115.sql', '2026-11-15T00:00:00Z')])).toHaveLength(1);
    expect(surveyListing([object('latest.sql', '2026-11-15T00:00:00Z')])).toEqual([]);
  });
});

describe('the schedule for dumps', () => {
  test.each([
    [86_400, 2 * 60 + 17, 0, '17 3 * * ? *'],
    [3600, 5, 0, '5 1 * * ? *'],
    [null, 23 * 60 + 30, 0, '30 0 * * ? *'],
    [7 * 86_400, 2 * 60, 1, '0 3 ? * MON *'],
    [7 * 86_400, 23 * 60 + 30, 6, '30 0 ? * SUN *'],
    [30 * 86_400, 60, 3, '0 2 1 * ? *'],
  ])('made every %s s', (interval, minute, day, cron) => {
    expect(proposedCron(interval, minute, day)).toBe(cron);
  });

  test.each([
    [86_399, '24h'],
    [7 * 86_400 + 60, '7d'],
    [6 * 3600 + 10, '6h'],
    [60, null],
  ])('%d s are %s', (seconds, text) => {
    expect(intervalText(seconds)).toBe(text);
  });
});
