import { describe, expect, it } from 'vitest';
import { recogniseTimestamp } from '../../../lib/domain/time/name-timestamp.ts';

describe('the moment in a name without a pattern', () => {
  it.each([
    ['cleaning_20261118T020000Z.sql.gz', '2026-11-18T02:00:00.000Z', 'second'],
    ['postgres-all-20261118-095822.sql.gz', '2026-11-18T09:58:22.000Z', 'second'],
    ['vlvt_backup_2026-11-18_03-00-00.sql.gz', '2026-11-18T03:00:00.000Z', 'second'],
    ['vlvt_backup_-2026-01-26T03-00-02-117Z.tar.gz', '2026-01-26T03:00:02.117Z', 'millisecond'],
    ['guestguard_2026-11-18.sql.gz', '2026-11-18T00:00:00.000Z', 'day'],
    ['northwind_20261118.dir', '2026-11-18T00:00:00.000Z', 'day'],
    ['db_2026_11_18.dump', '2026-11-18T00:00:00.000Z', 'day'],
    ['db_2026-11-18T02:00:00.sql', '2026-11-18T02:00:00.000Z', 'second'],
    ['db_2026-11-18T02:00:00+02:00.sql', '2026-11-18T00:00:00.000Z', 'second'],
    ['20261118020000.sql', '2026-11-18T02:00:00.000Z', 'second'],
    ['db-202611180200.sql', '2026-11-18T02:00:00.000Z', 'minute'],
    ['db-2026-11-18-02-00.sql', '2026-11-18T02:00:00.000Z', 'minute'],
    ['db_20261118_15.18.sql', '2026-11-18T00:00:00.000Z', 'day'],
    ['db_20261118_9999.sql', '2026-11-18T00:00:00.000Z', 'day'],
    ['db-1795312800.sql', '2026-11-22T02:00:00.000Z', 'second'],
    ['db-1795312800123.sql', '2026-11-22T02:00:00.123Z', 'millisecond'],
    ['db_2026-11-18_12-30-AM.sql', '2026-11-18T00:30:00.000Z', 'minute'],
    ['db_2026-11-18_12-30-00_PM.sql', '2026-11-18T12:30:00.000Z', 'second'],
    ['db_20261118_0200pm.sql', '2026-11-18T14:00:00.000Z', 'minute'],
    ['db_2026-11-18 2.05 PM.sql', '2026-11-18T14:05:00.000Z', 'minute'],
    ['db_2026-11-18_02AM.sql', '2026-11-18T02:00:00.000Z', 'hour'],
    ['db_2026-11-18_14-00-PM.sql', '2026-11-18T14:00:00.000Z', 'minute'],
    ['db_2026-11-18_14-00-AM.sql', '2026-11-18T00:00:00.000Z', 'day'],
    ['db_20261118T020000+0200.sql', '2026-11-18T00:00:00.000Z', 'second'],
    ['db_20261118T020000+02.sql', '2026-11-18T00:00:00.000Z', 'second'],
    ['db_20261118_020000_CEST.sql', '2026-11-18T00:00:00.000Z', 'second'],
    ['db_20261118-020000utc.sql', '2026-11-18T02:00:00.000Z', 'second'],
    ['db_20261118_020000_EST.sql', '2026-11-18T02:00:00.000Z', 'second'],
    ['db_20261118_020000-1.sql', '2026-11-18T02:00:00.000Z', 'second'],
    ['db_20261118_0200_zebra.sql', '2026-11-18T02:00:00.000Z', 'minute'],
    ['db_2026-W48.sql', '2026-11-23T00:00:00.000Z', 'week'],
    ['db_2026w01.sql', '2025-12-29T00:00:00.000Z', 'week'],
    ['db_2026-W48-5.sql', '2026-11-27T00:00:00.000Z', 'day'],
    ['db_20161231T235960Z.sql', '2017-01-01T00:00:00.000Z', 'second'],
    ['db_20261118T240000Z.sql', '2026-11-19T00:00:00.000Z', 'second'],
    ['20261118_20261118-0200.sql', '2026-11-18T02:00:00.000Z', 'minute'],
  ])('%s speaks of %s', (name, moment, precision) => {
    expect(recogniseTimestamp(name)).toMatchObject({ startsAt: moment, precision });
  });

  it.each([
    'nightly.dump',
    'db-15.18.sql',
    'db_20261332.sql',
    'db_12345678901234567890.sql',
    'db_20261118_to_20261119.sql',
    'db_18112026.sql',
    'db_0200.sql',
    'db_02-00-00.sql',
    'db_261118.sql',
    'db_202648.sql',
    'db_2026-W54.sql',
    'db_2025-W53.sql',
    '',
  ])('%s speaks of none', (name) => {
    expect(recogniseTimestamp(name)).toBeNull();
  });

  it.each([
    ['2026-03-29T02-30-00', 'skipped by the clocks: with the offset before', '2026-03-29T01:30:00.000Z'],
    ['2026-10-25T02-30-00', 'shown twice: the earlier', '2026-10-25T00:30:00.000Z'],
  ])('%s in Berlin is %s', (name, _why, moment) => {
    expect(recogniseTimestamp(`db_${name}.sql`, 'Europe/Berlin')?.startsAt).toBe(moment);
  });
});
