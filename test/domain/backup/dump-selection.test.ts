import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DumpObject } from '../../../lib/domain/backup/dump.ts';
import {
  type DumpSelection,
  type SelectionCriteria,
  selectDumps,
} from '../../../lib/domain/backup/dump-selection.ts';

const night = '2026-11-20T02:05:00.000Z';

function anObject(key: string, object: Partial<DumpObject> = {}): DumpObject {
  return { key, sizeBytes: 1000, modifiedAt: night, ...object };
}

function select(objects: (string | DumpObject)[], criteria: Partial<SelectionCriteria> = {}): DumpSelection {
  return selectDumps(
    objects.map((object) => (typeof object === 'string' ? anObject(object) : object)),
    {
      pattern: null,
      prefix: '',
      timezone: 'UTC',
      now: '2026-11-28T12:00:00.000Z',
      minBytes: 0,
      at: null,
      key: null,
      acceptArchived: false,
      ...criteria,
    },
  );
}

const keysOf = (selection: DumpSelection) => selection.candidates.map(({ key }) => key);

const cleaning = 'cleaning_{timestamp:YYYYMMDDTHHmmssZ}.sql.gz';

describe('selecting dumps by a pattern', () => {
  it('takes the newest by name first, whatever the upload times say', () => {
    const selection = select(
      [
        anObject('cleaning_20261018T020000Z.sql.gz', { modifiedAt: '2026-11-20T09:00:00.000Z' }),
        anObject('cleaning_20261118T020000Z.sql.gz', { modifiedAt: '2026-01-01T00:00:00.000Z' }),
      ],
      { pattern: cleaning },
    );

    expect(keysOf(selection)).toEqual([
      'cleaning_20261118T020000Z.sql.gz',
      'cleaning_20261018T020000Z.sql.gz',
    ]);
    expect(selection.candidates[0]?.nameTimestamp?.startsAt).toBe('2026-11-18T02:00:00.000Z');
  });

  it('quietly leaves out what lies beside dumps', () => {
    const selection = select(
      [
        'cleaning_20261118T020000Z.sql.gz',
        'cleaning_20261118T020000Z.sql.gz.sha256',
        'cleaning_20261109T020000Z.sql.gz.sha256',
        'uploads_20261118T020000Z.tar.gz',
        'LAST_SUCCESS.txt',
        'wal/000000010000000000000003.gz',
      ],
      { pattern: cleaning },
    );

    expect(keysOf(selection)).toEqual(['cleaning_20261118T020000Z.sql.gz']);
    expect(selection).toMatchObject({ refused: [], newestRefused: null, ignored: 5, ignoredPhysical: 1 });
  });

  it('matches below the prefix and nothing beside it', () => {
    const selection = select(
      ['postgres/cleaning_20261118T020000Z.sql.gz', 'cleaning_20261119T020000Z.sql.gz', 'postgres/'],
      { pattern: cleaning, prefix: 'postgres/' },
    );

    expect(keysOf(selection)).toEqual(['postgres/cleaning_20261118T020000Z.sql.gz']);
  });

  it('refuses what was not finished, with the reason', () => {
    const selection = select(
      ['cleaning_20261118T020000Z.sql.gz.partial', 'cleaning_20261117T020000Z.sql.gz'],
      {
        pattern: cleaning,
      },
    );

    expect(keysOf(selection)).toEqual(['cleaning_20261117T020000Z.sql.gz']);
    expect(selection.refused).toEqual([
      {
        key: 'cleaning_20261118T020000Z.sql.gz.partial',
        reason: 'its name ends in .partial: it was not finished',
        code: 'DUMP_REFUSED',
      },
    ]);
    expect(selection.newestRefused).toBeNull();
  });

  it('refuses a date folder that contradicts the name', () => {
    const selection = select(['20261117/all-20261118-0200.sql.gz', '20261116/all-20261116-0200.sql.gz'], {
      pattern: '{timestamp:YYYYMMDD}/all-{timestamp:YYYYMMDD-HHmm}.sql.gz',
    });

    expect(keysOf(selection)).toEqual(['20261116/all-20261116-0200.sql.gz']);
    expect(selection.refused[0]?.reason).toContain('contradict');
  });

  it('pairs a dump with its checksum file', () => {
    const selection = select(
      ['a/cleaning_20261118T020000Z.sql.gz', 'a/cleaning_20261118T020000Z.sql.gz.sha256'],
      {
        pattern: `*/${cleaning}`,
      },
    );

    expect(selection.candidates[0]?.sidecarKey).toBe('a/cleaning_20261118T020000Z.sql.gz.sha256');
  });

  it('takes no sidecar for a dump when the pattern is as wide as *', () => {
    const selection = select(['x_20261118.dump', 'x_20261119.dump.sha256'], { pattern: '*' });

    expect(keysOf(selection)).toEqual(['x_20261118.dump']);
  });
});

describe('a newest dump that is no good', () => {
  it.each([
    [{ sizeBytes: 0 }, 'DUMP_EMPTY', 'it has zero bytes'],
    [{ sizeBytes: 99 }, 'DUMP_TOO_SMALL', 'it has 99 bytes, fewer than the minimum of 100'],
    [{ archivedIn: 'GLACIER' }, 'DUMP_UNREADABLE', 'it is archived in GLACIER and must be thawed'],
  ])('surfaces instead of hiding behind an older one: %j', (object, code, reason) => {
    const selection = select(
      [anObject('cleaning_20261119T020000Z.sql.gz', object), 'cleaning_20261118T020000Z.sql.gz'],
      {
        pattern: cleaning,
        minBytes: 100,
      },
    );

    expect(keysOf(selection)).toEqual(['cleaning_20261118T020000Z.sql.gz']);
    expect(selection.newestRefused).toMatchObject({ key: 'cleaning_20261119T020000Z.sql.gz', code });
    expect(selection.newestRefused?.reason).toContain(reason);
  });

  it('surfaces when it is the only one', () => {
    const selection = select([anObject('cleaning_20261119T020000Z.sql.gz', { sizeBytes: 0 })], {
      pattern: cleaning,
    });

    expect(selection.candidates).toEqual([]);
    expect(selection.newestRefused?.code).toBe('DUMP_EMPTY');
  });

  it('is only listed when a newer one is good', () => {
    const selection = select(
      [anObject('cleaning_20261117T020000Z.sql.gz', { sizeBytes: 0 }), 'cleaning_20261118T020000Z.sql.gz'],
      {
        pattern: cleaning,
      },
    );

    expect(selection.newestRefused).toBeNull();
    expect(selection.refused).toHaveLength(1);
  });

  it('is a candidate when it is archived and can be thawed', () => {
    const selection = select([anObject('cleaning_20261119T020000Z.sql.gz', { archivedIn: 'GLACIER' })], {
      pattern: cleaning,
      acceptArchived: true,
    });

    expect(selection.candidates[0]?.archivedIn).toBe('GLACIER');
  });
});

describe('selecting the newest dump not after a moment', () => {
  const nights = [
    'cleaning_20261117T020000Z.sql.gz',
    'cleaning_20261118T020000Z.sql.gz',
    'cleaning_20261119T020000Z.sql.gz',
  ];

  it('refuses later ones with the reason', () => {
    const selection = select(nights, { pattern: cleaning, at: '2026-11-18T02:00:00.000Z' });

    expect(keysOf(selection)).toEqual([
      'cleaning_20261118T020000Z.sql.gz',
      'cleaning_20261117T020000Z.sql.gz',
    ]);
    expect(selection.refused).toEqual([
      {
        key: 'cleaning_20261119T020000Z.sql.gz',
        reason: 'its name says 2026-11-19T02:00:00.000Z, after 2026-11-18T02:00:00.000Z',
        code: 'DUMP_REFUSED',
      },
    ]);
  });

  it('does not call a later empty dump the newest', () => {
    const selection = select([...nights, anObject('cleaning_20261120T020000Z.sql.gz', { sizeBytes: 0 })], {
      pattern: cleaning,
      at: '2026-11-18T12:00:00.000Z',
    });

    expect(selection.newestRefused).toBeNull();
  });

  it.each([
    ['before that moment', '2026-11-18T02:10:00.000Z', true],
    ['after it on the same day', '2026-11-18T23:10:00.000Z', false],
    ['after midnight of the next day', '2026-11-19T00:20:00.000Z', false],
    ['long after, because the file was copied', '2026-12-24T00:00:00.000Z', true],
  ])('asks the upload of a name that gives only the day: uploaded %s', (_, modifiedAt, taken) => {
    const selection = select([anObject('guestguard_2026-11-18.sql.gz', { modifiedAt })], {
      pattern: 'guestguard_{timestamp:YYYY-MM-DD}.sql.gz',
      at: '2026-11-18T12:00:00.000Z',
    });

    expect(selection.candidates).toHaveLength(taken ? 1 : 0);
  });

  it.each([
    ['of one folder a day', ['2026-11-17/shop.sql', '2026-11-18/shop.sql']],
    ['of folders for year, month and day', ['pg/2026/11/17/shop.sql', 'pg/2026/11/18/shop.sql']],
  ])(
    'goes by the date %s when the name has none, whatever the upload times say',
    (_what, [older = '', newer = '']) => {
      const copied = [anObject(older, { modifiedAt: '2026-11-20T09:00:00.000Z' }), anObject(newer)];
      expect(keysOf(select(copied))).toEqual([newer, older]);
      const dated = [newer, older.replace('shop.sql', 'shop-20261119.sql')];
      expect(keysOf(select(dated))).toEqual(dated.toReversed());
    },
  );

  it('goes by the upload when the name has no timestamp', () => {
    const selection = select(
      [
        anObject('a.dump', { modifiedAt: '2026-11-18T00:00:00.000Z' }),
        anObject('b.dump', { modifiedAt: '2026-11-19T00:00:00.000Z' }),
      ],
      { at: '2026-11-18T12:00:00.000Z' },
    );

    expect(keysOf(selection)).toEqual(['a.dump']);
  });
});

describe('a moment that has not come yet', () => {
  it.each([
    ['a year mistyped', 'cleaning_20621118T020000Z.sql.gz'],
    ['a clock some days ahead', 'cleaning_20261201T020000Z.sql.gz'],
  ])('is never the newest: %s', (_, key) => {
    const selection = select([key, 'cleaning_20261127T020000Z.sql.gz'], { pattern: cleaning });

    expect(keysOf(selection)).toEqual(['cleaning_20261127T020000Z.sql.gz']);
    expect(selection.newestRefused).toBeNull();
    expect(selection.refused).toEqual([
      { key, reason: expect.stringContaining('in the future'), code: 'DUMP_IN_FUTURE' },
    ]);
  });

  it.each(['db-3795312800.sql', 'db-3795312800123.sql', 'db_2099-01-01.dump', 'db_2027-W20.dump'])(
    'leaves nothing where %s is all there is',
    (key) => {
      expect(select([key])).toMatchObject({
        candidates: [],
        newestRefused: null,
        refused: [{ key, code: 'DUMP_IN_FUTURE' }],
      });
    },
  );

  it('is not said of a name that a zone or its own precision explains', () => {
    const names = ['a_20261129T015959Z.dump', 'b_2026-11-29.dump', 'c_2026-W48.dump'];
    const selection = select(names, { now: '2026-11-28T12:00:00.000Z' });

    expect(selection.refused).toEqual([]);
  });

  it('does not count for the upload either', () => {
    const selection = select([
      anObject('a.dump', { modifiedAt: '2062-01-01T00:00:00.000Z' }),
      anObject('b.dump'),
    ]);

    expect(keysOf(selection)).toEqual(['b.dump']);
    expect(selection.refused).toMatchObject([{ key: 'a.dump', code: 'DUMP_IN_FUTURE' }]);
  });

  it('may be asked for by name', () => {
    expect(keysOf(select(['x_2062-01-01.dump'], { key: 'x_2062-01-01.dump' }))).toHaveLength(1);
  });
});

describe('names without a moment', () => {
  const copied = '2026-11-28T06:07:41.000Z';

  it('never outrank names with one, whenever they were uploaded', () => {
    const selection = select(
      [
        'monthly/shop-202611.sql.gz',
        'weekly/shop-202648.sql.gz',
        'last/shop-latest.sql.gz',
        'last/shop-20261127-020000.sql.gz',
        'daily/shop-20261126.sql.gz',
      ].map((key) => anObject(key, { modifiedAt: copied })),
    );

    expect(keysOf(selection).slice(0, 2)).toEqual([
      'last/shop-20261127-020000.sql.gz',
      'daily/shop-20261126.sql.gz',
    ]);
    expect(selection.findings).toEqual([]);
  });

  it('are named where they were uploaded days later: the job may write such names now', () => {
    const selection = select([
      anObject('shop-20261001.sql.gz', { modifiedAt: '2026-10-01T02:00:00.000Z' }),
      anObject('shop-nightly.sql.gz', { modifiedAt: copied }),
    ]);

    expect(keysOf(selection)).toEqual(['shop-20261001.sql.gz', 'shop-nightly.sql.gz']);
    expect(selection.findings).toMatchObject([{ code: 'UNDATED_DUMPS_LATER', severity: 'warning' }]);
    expect(selection.findings[0]?.message).toContain('shop-nightly.sql.gz');
  });
});

describe('names with day and month swapped', () => {
  it.each([
    [null, 'shop_2026-26-11.dump', 'shop_2026-10-11.dump'],
    ['shop_{timestamp:YYYYMMDD}.dump', 'shop_20262611.dump', 'shop_20261011.dump'],
  ])('are noticed by a day that no calendar has (pattern %s)', (pattern, newest, older) => {
    const selection = select([newest, older], { pattern });

    expect(selection.newestRefused).toMatchObject({ key: newest, code: 'DUMP_MOMENT_UNCLEAR' });
    expect(selection.newestRefused?.reason).toContain('2026-11-26');
  });

  it('are noticed when a moment in the future is the day of the upload the other way round', () => {
    const [key, modifiedAt] = ['shop_20261211.dump', '2026-11-12T02:05:00.000Z'];

    expect(select([anObject(key, { modifiedAt })], { now: '2026-11-13T02:05:00.000Z' })).toMatchObject({
      candidates: [],
      newestRefused: { key, code: 'DUMP_MOMENT_UNCLEAR' },
    });
  });

  const nights = [2, 3, 4].map((day) =>
    anObject(`shop_20260${day}11.dump`, { modifiedAt: `2026-11-0${day}T02:05:00.000Z` }),
  );

  it('are noticed when several were uploaded on the day that they give the other way round', () => {
    expect(select(nights).findings).toMatchObject([{ code: 'DUMP_MOMENT_UNCLEAR', severity: 'unverified' }]);
  });

  it('are not suspected where one was uploaded on its day, or where all were copied', () => {
    const today = anObject('shop_20261108.dump', { modifiedAt: '2026-11-08T02:05:00.000Z' });

    expect(select([...nights, today]).findings).toEqual([]);
    expect(select(nights.map(({ key }) => anObject(key))).findings).toEqual([]);
  });
});

describe('selecting exactly one dump', () => {
  it('takes that one and no other, even against the pattern', () => {
    const selection = select(['cleaning_20261118T020000Z.sql.gz', 'by-hand_20261001.dump'], {
      pattern: cleaning,
      key: 'by-hand_20261001.dump',
    });

    expect(keysOf(selection)).toEqual(['by-hand_20261001.dump']);
    expect(selection.candidates[0]?.nameTimestamp?.startsAt).toBe('2026-10-01T00:00:00.000Z');
  });

  it('still refuses an empty one', () => {
    const selection = select([anObject('x.dump', { sizeBytes: 0 })], { key: 'x.dump' });

    expect(selection.newestRefused).toMatchObject({ key: 'x.dump', code: 'DUMP_EMPTY' });
  });

  it('finds a directory dump with and without its final slash', () => {
    for (const key of ['x.dir', 'x.dir/']) {
      expect(keysOf(select(['x.dir/toc.dat', 'x.dir/1.dat.gz'], { key }))).toEqual(['x.dir/']);
    }
  });

  it('finds nothing when it is not there', () => {
    expect(select(['a.dump'], { key: 'b.dump' })).toMatchObject({
      candidates: [],
      refused: [],
      newestRefused: null,
    });
  });
});

describe('a directory dump', () => {
  const files = [
    anObject('northwind_20261118.dir/toc.dat', { sizeBytes: 500, modifiedAt: '2026-11-18T02:03:00.000Z' }),
    anObject('northwind_20261118.dir/3444.dat.gz', {
      sizeBytes: 700,
      modifiedAt: '2026-11-18T02:01:00.000Z',
    }),
    anObject('northwind_20261118.dir/3435.dat.gz', { sizeBytes: 0, modifiedAt: '2026-11-18T02:04:00.000Z' }),
  ];

  it('is one candidate with the size of all its files and the time of the last', () => {
    const selection = select(files, { pattern: 'northwind_{timestamp:YYYYMMDD}.dir' });

    expect(selection.candidates).toHaveLength(1);
    expect(selection.candidates[0]).toMatchObject({
      key: 'northwind_20261118.dir/',
      directory: true,
      sizeBytes: 1200,
      modifiedAt: '2026-11-18T02:04:00.000Z',
    });
  });

  it('without toc.dat was not finished', () => {
    const selection = select(files.slice(1));

    expect(selection.candidates).toEqual([]);
    expect(selection.refused).toMatchObject([{ key: 'northwind_20261118.dir/', code: 'DUMP_REFUSED' }]);
  });
});

describe('selecting dumps without a pattern', () => {
  it.each([
    'x.sql',
    'x.sql.gz',
    'x.dump',
    'pg_backup',
    'x.tar.gz',
    'x.sql.gz.enc',
    'x.backup',
    'base.tar.gz.dump',
    'globalshop.sql.gz',
    'roles.sql',
  ])('takes %s', (key) => {
    expect(keysOf(select([key]))).toEqual([key]);
  });

  it.each([
    'README.md',
    'LAST_SUCCESS.txt',
    'x.dump.sha256',
    'SHA256SUMS',
    'x.md5',
    '.DS_Store',
    'uploads_20261118T020000Z.tar.gz',
    'wal/000000010000000000000003.gz',
    'wal/000000010000000000000003.00000028.backup.gz',
    'wal/00000002.history',
    'basebackup/20261020T021500Z/base.tar.gz',
    'basebackup/20261020T021500Z/pg_wal.tar.gz',
    'basebackup/20261020T021500Z/backup_manifest',
    'backup.log',
    'globals-20261127.sql',
    'shop-globals.sql.gz',
    'pg_globals_only_20261127.sql',
  ])('leaves out %s', (key) => {
    expect(select([key])).toMatchObject({ candidates: [], refused: [], ignored: 1 });
  });

  it('says when all there was are physical backups', () => {
    expect(select(['base.tar.gz', 'pg_wal.tar.gz', 'notes.txt'])).toMatchObject({
      ignored: 3,
      ignoredPhysical: 2,
    });
  });

  it('prefers, among dumps of one moment, the name that says so', () => {
    expect(keysOf(select(['a_20261118.tar.gz', 'b_20261118.sql.gz']))[0]).toBe('b_20261118.sql.gz');
  });
});

describe('the order of the listing', () => {
  it('does not matter', () => {
    const objects = [
      'cleaning_20261117T020000Z.sql.gz',
      'cleaning_20261118T020000Z.sql.gz',
      'cleaning_20261118T020000Z.sql.gz.sha256',
      'cleaning_20261119T020000Z.sql.gz.tmp',
      'x.dir/toc.dat',
      'x.dir/1.dat',
      'a_20261118.tar.gz',
      'b_20261118.sql',
      'c.dump',
    ].map((key) => anObject(key));
    const expected = select(objects);

    fc.assert(
      fc.property(fc.shuffledSubarray(objects, { minLength: objects.length }), (shuffled) => {
        expect(select(shuffled)).toEqual(expected);
      }),
    );
  });
});
