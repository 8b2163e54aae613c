import { describe, expect, test } from 'vitest';
import { renewSite } from '../../lib/steps/renew-site.ts';
import { textOf } from '../support/html-page.ts';
import { weeklyDrills } from '../support/sample-records.ts';

const databases = ['shop', 'wiki'];
const records = [...weeklyDrills(3, 'shop'), ...weeklyDrills(2, 'wiki')].reverse();

function world(renew?: () => Promise<void>) {
  const pages = new Map<string, string>();
  const mishaps: string[] = [];
  const ports = {
    clock: { now: () => new Date('2026-11-29T10:00:00.000Z'), sleep: async () => {} },
    configuration: {
      databases: () => databases,
      database: () => ({ schedules: [{ cron: '0 3 ? * MON *', timezone: 'UTC' }] }),
    },
    ledger: {
      history: async ({ database, limit }: { database?: string; limit: number }) =>
        records.filter((record) => record.database === database).slice(0, limit),
      lastProven: async () => null,
    },
    mishaps: { tell: ({ what }: { what: string }) => void mishaps.push(what) },
    site: {
      renew:
        renew ??
        (async (path: string, render: () => Promise<string>) => void pages.set(path, await render())),
    },
  };
  return { ports: ports as unknown as Parameters<typeof renewSite>[1], pages, mishaps };
}

describe('the site at the end of a drill', () => {
  test('has the page of its database and the index anew, with the next drill by the schedule', async () => {
    const { ports, pages } = world();
    await renewSite({ drillId: 'd', database: 'shop' }, ports);

    expect([...pages.keys()]).toEqual(['databases/shop.html', 'index.html']);
    const index = textOf(pages.get('index.html') ?? '').replace(/\s+/g, ' ');
    expect(index).toContain('All 2 databases are proven by their last drill.');
    expect(index).toMatch(/shop Proven .* 2026-11-30 03:00/);
    const newest = weeklyDrills(3, 'shop').at(-1)?.drillId;
    expect(pages.get('databases/shop.html')).toContain(`href="../../drills/${newest}/report.html"`);
  });

  test('is left alone where nobody asked for it, and by a request that names no database of ours', async () => {
    const { ports, pages } = world();
    await renewSite({ drillId: 'd', database: '../../evil' }, ports);
    await renewSite({ drillId: 'd', database: 'shop' }, { ...ports, site: null });

    expect(pages.size).toBe(0);
  });

  test('that cannot be written is said and ends no drill', async () => {
    const { ports, mishaps } = world(() => Promise.reject(new Error('no')));
    await renewSite({ drillId: 'd', database: 'shop' }, ports);

    expect(mishaps).toEqual(['renew the site']);
  });
});
