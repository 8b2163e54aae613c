import { describe, expect, test } from 'vitest';
import { auditTables } from '../../../../lib/domain/record/audit/audit-csv.ts';
import type { AuditedDatabase } from '../../../../lib/domain/record/audit/audit-input.ts';
import { auditPage } from '../../../../lib/domain/record/audit/audit-page.ts';
import { controls } from '../../../../lib/domain/record/audit/controls.ts';
import { renderCsv } from '../../../../lib/domain/record/audit/csv.ts';
import { exceptionsOf } from '../../../../lib/domain/record/audit/exceptions.ts';
import { dueRuns } from '../../../../lib/domain/record/audit/scheduled-runs.ts';
import { aHostileRecord, hostileName } from '../../../support/hostile-record.ts';
import { expectOursAlone, textOf } from '../../../support/html-page.ts';
import { aFailedRecord, aFinding, aRecord } from '../../../support/records.ts';

const period = {
  from: '2026-03-01T00:00:00.000Z',
  to: '2026-04-01T00:00:00.000Z',
  asOf: '2026-05-01T00:00:00.000Z',
};
const day = (date: string, time = '03:00:20') => `2026-${date}T${time}.000Z`;

const drill = (date: string, overrides: Partial<ReturnType<typeof aRecord>> = {}) =>
  aRecord({ drillId: `d-${date}`, startedAt: day(date), endedAt: day(date, '03:10:00'), ...overrides });

/** Due on four Sundays: late on the 8th, failed on the 15th, none on the 22nd; proven again after the period. */
const shop: AuditedDatabase = {
  database: 'shop',
  due: ['03-01', '03-08', '03-15', '03-22', '03-29'].map((date) => day(date, '03:00:00')),
  records: [
    drill('04-05'),
    drill('03-01'),
    drill('03-08', { startedAt: day('03-08', '05:00:00') }),
    aFailedRecord({ drillId: 'd-03-15', startedAt: day('03-15'), endedAt: day('03-15', '04:00:00') }),
    drill('03-29', { verdict: 'COULD_NOT_VERIFY', findings: [aFinding('NO_DUMP_FOUND', 'no dump')] }),
    drill('02-22'),
  ],
};

describe('scheduled and carried out', () => {
  test('each drill that was due has the first one that began from then on, or none', () => {
    expect(
      dueRuns(shop, period).map(({ drill, delaySeconds }) => [drill?.drillId ?? null, delaySeconds]),
    ).toEqual([
      ['d-03-01', 20],
      ['d-03-08', 7200],
      ['d-03-15', 20],
      [null, null],
      ['d-03-29', 20],
    ]);
  });

  test('one drill never counts for two that were due: it is the one of the last before it', () => {
    const late = {
      ...shop,
      due: [day('03-01', '03:00:00'), day('03-01', '03:00:10')],
      records: [drill('03-01')],
    };
    expect(dueRuns(late, period).map(({ drill }) => drill?.drillId ?? null)).toEqual([null, 'd-03-01']);
  });

  test('of a schedule that nobody knows says nothing', () => {
    expect(dueRuns({ ...shop, due: null }, period)).toEqual([]);
  });
});

describe('the exceptions', () => {
  test('have every drill that did not prove and every one that was not carried out, with how each ended', () => {
    expect(exceptionsOf(shop, period).map(({ at, kind, ended, open }) => [at, kind, ended, open])).toEqual([
      [
        day('03-15'),
        'not proven',
        'Proven by d-04-05 at 2026-04-05 03:10:00 UTC, 21 d 9 min later, after the period.',
        false,
      ],
      [
        day('03-22', '03:00:00'),
        'not carried out',
        'Proven by d-04-05 at 2026-04-05 03:10:00 UTC, 14 d 10 min later, after the period.',
        false,
      ],
      [
        day('03-29'),
        'could not verify',
        'Proven by d-04-05 at 2026-04-05 03:10:00 UTC, 7 d 9 min later, after the period.',
        false,
      ],
    ]);
  });

  test('stay open until a drill has proven the database', () => {
    const never = { ...shop, records: shop.records.filter(({ drillId }) => drillId !== 'd-04-05') };
    expect(exceptionsOf(never, period).filter(({ open }) => open)).toHaveLength(3);
  });

  test('have a sandbox that was not confirmed gone, and a restore that was declined', () => {
    const records = [
      drill('03-02', {
        teardown: { confirmed: false, detail: 'sandbox x could not be removed' },
        findings: [aFinding('RESTORE_DECLINED', 'declined by ada')],
      }),
    ];
    expect(exceptionsOf({ ...shop, due: [], records }, period).map(({ kind }) => kind)).toEqual([
      'restore declined',
      'sandbox not confirmed gone',
    ]);
  });
});

describe('the page', () => {
  const page = auditPage([shop], period);
  const text = textOf(page).replace(/\s+/g, ' ');

  test('says what was done, what was met and what stood out', () => {
    expectOursAlone(page);
    expect(text).toContain('Proofs of backups, 2026-03-01 to 2026-03-31');
    expect(text).toContain('4 drills of 1 database, 2 of them proven; 3 exceptions, none still open.');
    expect(text).toMatch(/shop 4 of 5 4 2 4 of 4 3 min 4 s 4 of 4 1 h/);
    expect(text).toContain('2026-03-22 03:00 shop – – not carried out');
  });

  test('says who decided on a real restore', () => {
    const people = {
      operator: { name: 'ada', basis: 'caller identity' as never },
      approver: { name: 'arn:grace', basis: 'caller identity' as never },
    };
    const restored = drill('03-03', {
      mode: 'restore',
      operator: 'ada',
      people,
      handOver: { complete: true } as never,
    });
    const text = textOf(auditPage([{ ...shop, records: [restored] }], period)).replace(/\s+/g, ' ');

    expect(text).toContain('2026-03-03 03:00 shop ada approved arn:grace');
  });

  test('maps to each standard with what it proves and what not', () => {
    for (const clause of [
      'A1.2',
      'A1.3',
      'A.8.13',
      'A.5.29',
      'A.5.30',
      'Art. 11',
      'Art. 12',
      'CP-4',
      'CP-9',
      'CP-10',
    ]) {
      const control = controls.find((one) => one.clause === clause);
      expect(control?.not, clause).toMatch(/\.$/);
      expect(text).toContain(control?.proves);
      expect(text).toContain(control?.not);
    }
  });

  test('of hostile names and of very many drills is ours alone and light', () => {
    const records = [...Array(3000).keys()].map((place) =>
      aHostileRecord({ drillId: `${hostileName}${place}` }),
    );
    const heavy = auditPage(
      [{ database: hostileName, due: records.map(() => day('03-01')), records }],
      period,
    );

    expectOursAlone(heavy);
    expect(Buffer.byteLength(heavy)).toBeLessThan(400_000);
    expect(textOf(heavy)).toMatch(/… and [\d,]+ more drills: drills\.csv has all\./);
  });
});

describe('the tables', () => {
  test('hold one line for each drill, due run, exception and requirement', () => {
    const tables = new Map(
      auditTables([shop], period).map(({ path, text }) => [path, text.trimEnd().split('\r\n')]),
    );

    expect([...tables].map(([path, lines]) => [path, lines.length])).toEqual([
      ['drills.csv', 5],
      ['schedule.csv', 6],
      ['exceptions.csv', 4],
      ['controls.csv', 11],
    ]);
    expect(tables.get('schedule.csv')?.[4]).toBe('shop,2026-03-22T03:00:00.000Z,,,,NOT CARRIED OUT');
  });

  test('quote by RFC 4180 and disarm what a spreadsheet would run', () => {
    expect(
      renderCsv(
        ['a', 'b'],
        [
          ['x,y', 'say "hi"'],
          ['=cmd()', 3],
          [' +1', null],
          ['two\nlines', '@x'],
        ],
      ),
    ).toBe('a,b\r\n"x,y","say ""hi"""\r\n"\'=cmd()",3\r\n"\' +1",\r\ntwo\\nlines,"\'@x"\r\n');
  });
});
