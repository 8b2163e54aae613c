import { describe, expect, it } from 'vitest';
import { matchDumpName, parseDumpPattern } from '../../../lib/domain/backup/dump-pattern.ts';

function match(pattern: string, name: string, timezone?: string) {
  const parsed = parseDumpPattern(pattern);
  if ('problem' in parsed) throw new Error(parsed.problem);
  return matchDumpName(parsed.pattern, name, timezone);
}

function momentIn(pattern: string, name: string, timezone?: string): string | null {
  const found = match(pattern, name, timezone);
  if (found.kind !== 'match') throw new Error(`${name} does not match ${pattern}: ${found.kind}`);
  return found.timestamp?.startsAt ?? null;
}

describe('a pattern for the names of dumps', () => {
  it.each([
    [
      'cleaning_{timestamp:YYYYMMDDTHHmmssZ}.sql.gz',
      'cleaning_20261118T020000Z.sql.gz',
      '2026-11-18T02:00:00.000Z',
    ],
    [
      '{timestamp:YYYYMMDD}/postgres-all-{timestamp:YYYYMMDD-HHmmss}.sql.gz',
      '20261118/postgres-all-20261118-095822.sql.gz',
      '2026-11-18T09:58:22.000Z',
    ],
    [
      '{timestamp:YYYYMMDD}/all-{timestamp:HHmmss}.sql.gz',
      '20261118/all-095822.sql.gz',
      '2026-11-18T09:58:22.000Z',
    ],
    [
      'vlvt_backup_{timestamp:YYYY-MM-DD_HH-mm-ss}.sql.gz',
      'vlvt_backup_2026-11-18_03-00-00.sql.gz',
      '2026-11-18T03:00:00.000Z',
    ],
    ['guestguard_{timestamp:YYYY-MM-DD}.sql.gz', 'guestguard_2026-11-18.sql.gz', '2026-11-18T00:00:00.000Z'],
    [
      'vlvt_backup_-{timestamp:YYYY-MM-DDTHH-mm-ss-SSSZ}.tar.gz',
      'vlvt_backup_-2026-01-26T03-00-02-117Z.tar.gz',
      '2026-01-26T03:00:02.117Z',
    ],
    ['northwind_{timestamp:YYYYMMDD}.dir', 'northwind_20261118.dir/', '2026-11-18T00:00:00.000Z'],
    ['**/db-{timestamp:YYYYMMDDHHmm}.dump', 'db-202611180200.dump', '2026-11-18T02:00:00.000Z'],
    ['**/db-{timestamp:YYYYMMDDHHmm}.dump', 'a/b/db-202611180200.dump', '2026-11-18T02:00:00.000Z'],
    ['*_{timestamp}.tar.gz', 'uploads_20261118T020000Z.tar.gz', '2026-11-18T02:00:00.000Z'],
    ['db-{timestamp:DD-MMM-YYYY}.sql', 'db-18-Nov-2026.sql', '2026-11-18T00:00:00.000Z'],
    ['db-{timestamp:X}.sql', 'db-1795312800.sql', '2026-11-22T02:00:00.000Z'],
    [
      'db-{timestamp:YYYY-MM-DDTHH:mm:ssZ}.sql',
      'db-2026-11-18T02:00:00+0530.sql',
      '2026-11-17T20:30:00.000Z',
    ],
    ['db-{timestamp:YYYY-MM-DD-hhmmA}.sql', 'db-2026-11-18-1205AM.sql', '2026-11-18T00:05:00.000Z'],
    ['db-{timestamp:GGGG-[W]WW}.sql', 'db-2026-W48.sql', '2026-11-23T00:00:00.000Z'],
    ['weekly/db-{timestamp:GGGGWW}.sql', 'weekly/db-202648.sql', '2026-11-23T00:00:00.000Z'],
    ['db-{timestamp}.sql', 'db-2026-11-18_12.05.09 PM.sql', '2026-11-18T12:05:09.000Z'],
    ['{timestamp:YYYY[year]MM}.sql', '2026year11.sql', '2026-11-01T00:00:00.000Z'],
  ])('reads the moment of %s', (pattern, name, expected) => {
    expect(momentIn(pattern, name)).toBe(expected);
  });

  it.each([
    ['cleaning_{timestamp:YYYYMMDDTHHmmssZ}.sql.gz', 'uploads_20261118T020000Z.tar.gz'],
    ['cleaning_{timestamp:YYYYMMDDTHHmmssZ}.sql.gz', 'cleaning_20261118T020000Z.sql.gz.partial'],
    ['cleaning_{timestamp:YYYYMMDDTHHmmssZ}.sql.gz', 'cleaning_20261118T020000Zxsql.gz'],
    ['cleaning_{timestamp:YYYYMMDDTHHmmssZ}.sql.gz', 'old/cleaning_20261118T020000Z.sql.gz'],
    ['*_{timestamp:YYYYMMDD}.sql', 'a/db_20261118.sql'],
    ['*{timestamp:YYYYMMDD}*.sql', 'db_202611180200.sql'],
  ])('%s does not take %s', (pattern, name) => {
    expect(match(pattern, name)).toEqual({ kind: 'no match' });
  });

  it.each(['db_20260231.sql', 'db_20261399.sql', 'db_20260000.sql', 'db_20250229.sql'])(
    'does not take %s, whose day no calendar has',
    (name) => {
      expect(match('db_{timestamp:YYYYMMDD}.sql', name)).toEqual({ kind: 'no match' });
    },
  );

  it('says of a day that no calendar has whether it is one with day and month swapped', () => {
    expect(match('db_{timestamp:YYYYMMDD}.sql', 'db_20262811.sql')).toMatchObject({
      kind: 'swapped',
      timestamp: { startsAt: '2026-11-28T00:00:00.000Z', precision: 'day' },
    });
  });

  it('takes 29 February of a leap year', () => {
    expect(momentIn('db_{timestamp:YYYYMMDD}.sql', 'db_20240229.sql')).toBe('2024-02-29T00:00:00.000Z');
  });

  it('does not take an hour that no clock shows', () => {
    expect(match('db_{timestamp:YYYYMMDD-HHmm}.sql', 'db_20261118-2460.sql')).toEqual({ kind: 'no match' });
  });

  it('calls a folder and a name of different days a contradiction', () => {
    expect(
      match(
        '{timestamp:YYYYMMDD}/all-{timestamp:YYYYMMDD-HHmmss}.sql.gz',
        '20261117/all-20261118-095822.sql.gz',
      ),
    ).toEqual({ kind: 'contradiction', reason: 'its timestamps contradict each other (day 17 and 18)' });
  });

  it('reads a time without an offset in the timezone of the source', () => {
    expect(momentIn('db_{timestamp:YYYYMMDD-HHmm}.sql', 'db_20260718-0200.sql', 'Europe/London')).toBe(
      '2026-07-18T01:00:00.000Z',
    );
    expect(momentIn('db_{timestamp:YYYYMMDD-HHmm}.sql', 'db_20261118-0200.sql', 'Europe/London')).toBe(
      '2026-11-18T02:00:00.000Z',
    );
  });

  it('reads an hour that occurs twice as the earlier one', () => {
    expect(momentIn('db_{timestamp:YYYYMMDD-HHmm}.sql', 'db_20261025-0130.sql', 'Europe/London')).toBe(
      '2026-10-25T00:30:00.000Z',
    );
  });

  it('says how long a day of the name lasts', () => {
    expect(match('db_{timestamp:YYYY-MM-DD}.sql', 'db_2026-11-18.sql')).toEqual({
      kind: 'match',
      timestamp: {
        startsAt: '2026-11-18T00:00:00.000Z',
        endsAt: '2026-11-19T00:00:00.000Z',
        precision: 'day',
      },
    });
  });

  it('needs no timestamp', () => {
    expect(match('nightly.dump', 'nightly.dump')).toEqual({ kind: 'match', timestamp: null });
  });

  it.each([
    ['db_{timestamp:YYYYmmDD}.sql', 'no month'],
    ['db_{timestamp:YYYY-MM-dd}.sql', '"d" in the timestamp format "YYYY-MM-dd"'],
    ['db_{timestamp:HHmmss}.sql', 'no year'],
    ['db_{timestamp:}.sql', '"{timestamp:}" in the pattern'],
    ['db_{time}.sql', '"{time}" in the pattern'],
    ['db_{timestamp.sql', '"{timestamp.sql" in the pattern'],
    ['db_{timestamp:--}.sql', 'holds no date'],
    ['', 'is empty'],
  ])('refuses the pattern "%s"', (pattern, reason) => {
    const parsed = parseDumpPattern(pattern);

    expect('problem' in parsed ? parsed.problem : '').toContain(reason);
  });
});
