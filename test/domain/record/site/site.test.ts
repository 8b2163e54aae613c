import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DatabaseDrills } from '../../../../lib/domain/record/site/database-drills.ts';
import { renderSite } from '../../../../lib/domain/record/site/site.ts';
import { databasePagePath } from '../../../../lib/domain/record/site/site-paths.ts';
import { aHostileRecord, hostileName } from '../../../support/hostile-record.ts';
import { expectOursAlone, textOf } from '../../../support/html-page.ts';
import { anUnverifiedRecord } from '../../../support/records.ts';
import { weeklyDrills } from '../../../support/sample-records.ts';

const asOf = '2026-11-29T10:00:00.000Z';
const options = { asOf, drillsFolder: 'drills/' };

function drillsOf(database: string, records = weeklyDrills(20, database).reverse()): DatabaseDrills {
  return {
    database,
    records,
    lastProven: records.find(({ verdict }) => verdict === 'PROVEN') ?? null,
    nextDrill: '2026-11-30T03:00:00.000Z',
  };
}

const pagesOf = (databases: DatabaseDrills[]) =>
  new Map(renderSite(databases, options).map(({ path, text }) => [path, text]));

const flat = (page: string | undefined) => textOf(page ?? '').replace(/\s+/g, ' ');

describe('the index', () => {
  const unverified = [
    anUnverifiedRecord({ database: 'crm', startedAt: '2026-11-25T03:00:00.000Z' }),
    ...weeklyDrills(3, 'crm').reverse(),
  ];
  const pages = pagesOf([
    drillsOf('shop'),
    drillsOf('crm', unverified),
    { database: 'new', records: [], lastProven: null },
  ]);
  const index = pages.get('index.html') ?? '';

  test('tells of each database its last verdict, how long ago it was proven, what it takes, and the next drill', () => {
    expectOursAlone(index);
    expect(flat(index)).toContain('1 of 3 databases proven by the last drill.');
    expect(flat(index)).toMatch(
      /shop Proven 6 days ago 2026-11-23 34 min 49 s of 40 min 1 h 1 min of 1 d 2026-11-30 03:00/,
    );
    expect(flat(index)).toMatch(/crm Could not verify 6 days ago 2026-11-25 – – 2026-11-30 03:00/);
    expect(flat(index)).toMatch(/new no drill yet never – – – not known/);
  });

  test('begins with those that are not proven', () => {
    expect(index.indexOf('>crm<')).toBeLessThan(index.indexOf('>shop<'));
  });

  test('links each page that there is, and each page links the reports of its drills', () => {
    const links = [...index.matchAll(/href="(databases\/[^"]+)"/g)].map((match) => match[1]);
    expect(links.sort()).toEqual([...pages.keys()].filter((path) => path !== 'index.html').sort());
    expect(pages.get('databases/shop.html')).toContain(
      `href="../drills/${weeklyDrills(20, 'shop').at(-1)?.drillId}/report.html"`,
    );
  });
});

describe('the page of a database', () => {
  test('has a calendar with the last drill of each day, and every drill with why', () => {
    const [newest, ...others] = weeklyDrills(20, 'shop').reverse();
    const rerun = {
      ...newest,
      drillId: 'later',
      startedAt: '2026-11-23T09:00:00.000Z',
      verdict: 'NOT_PROVEN' as const,
    };
    const page = pagesOf([drillsOf('shop', [rerun, newest, ...others] as DatabaseDrills['records'])]).get(
      'databases/shop.html',
    );

    expectOursAlone(page ?? '');
    expect(page?.match(/class="day proven"/g)).toHaveLength(18);
    expect(page?.match(/class="day not-proven"/g)).toHaveLength(2);
    expect(flat(page)).toContain('18 days proven, 2 days not proven');
    expect(flat(page)).toMatch(/2026-11-23 Not proven 2026-11-16 Proven/);
    expect(flat(page)).toContain('12 rows of public.orders point to missing rows of public.customers.');
  });

  test('of a database without any drill claims nothing', () => {
    const page = pagesOf([{ database: 'new', records: [], lastProven: null }]).get('databases/new.html');

    expectOursAlone(page ?? '');
    expect(flat(page)).toContain('No drill of it is in the ledger yet.');
    expect(flat(page)).toContain('Last proven never');
  });

  test('with hostile names adds no markup', () => {
    const hostile = [aHostileRecord(), aHostileRecord({ startedAt: '2026-02-01T00:00:00.000Z' })];
    for (const [, page] of pagesOf([drillsOf(hostileName, hostile)])) expectOursAlone(page);
  });

  test('stays light with a year of daily drills', () => {
    const [one] = weeklyDrills(1);
    const daily = [...Array(370).keys()].map((day) => ({
      ...one,
      drillId: `drill-${day}`,
      startedAt: new Date(Date.parse(asOf) - day * 86_400_000).toISOString(),
    })) as DatabaseDrills['records'];

    for (const [, page] of pagesOf([drillsOf('shop', daily)]))
      expect(Buffer.byteLength(page)).toBeLessThan(300_000);
  });
});

test('no two databases share a page, whatever their names, and none leaves the folder', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (one, other) => {
      const [a, b] = [databasePagePath(one), databasePagePath(other)];
      expect(a).toMatch(/^databases\/[a-z0-9_-]*\.html$/);
      expect(a === b).toBe(one === other);
      // A disk that does not tell capitals.
      expect(a.toLowerCase()).toBe(a);
    }),
  );
  const long = 'x'.repeat(300);
  expect(databasePagePath(`${long}a`)).not.toBe(databasePagePath(`${long}b`));
  expect(databasePagePath(long).length).toBeLessThan(160);
  expect(databasePagePath('Shop')).not.toBe(databasePagePath('shop'));
});
