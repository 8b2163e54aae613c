import { readFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { cutAt, shopFile } from './support/fixtures.ts';
import { World } from './support/world.ts';

const whole = readFileSync(shopFile);
const nameOf = (day: number): string => `shop_202611${day}T020000Z.sql.gz`;

let world: World;

beforeEach(async () => {
  world = await World.open();
});
afterEach(() => world.remove());

/** Words that drill the folder as of a morning in November 2026. */
const drillOn = (day: number, ...lines: string[]): string[] => [
  'shop',
  '--config',
  world.configuration(...lines),
  '--at',
  `2026-11-${day}T06:00:00Z`,
];

describe('a folder whose newest dump is broken', () => {
  test('truncated: the verdict is of the newest, and the older one that restores is named', async () => {
    world.backup(nameOf(20), cutAt(whole, 0.6));
    world.backup(nameOf(19), whole);
    world.backup(nameOf(18), whole);
    const { record } = await world.expectDrill(drillOn(20), {
      verdict: 'NOT_PROVEN',
      code: 'DUMP_TRUNCATED',
    });
    expect(record.dump?.key).toBe(nameOf(20));
    expect(record.provenDump).toBe(nameOf(19));
    expect(record.attempts.map(({ key, verdict }) => [key, verdict])).toEqual([
      [nameOf(20), 'NOT_PROVEN'],
      [nameOf(19), 'PROVEN'],
    ]);
    const older = record.findings.find(({ code }) => code === 'OLDER_DUMP_PROVEN');
    expect(older?.message).toMatch(new RegExp(`${nameOf(19)}.*1 d older`));
  });

  test('zero bytes: it is not passed over in silence', async () => {
    world.backup(nameOf(20), '');
    world.backup(nameOf(19), whole);
    const { record } = await world.expectDrill(drillOn(20), { verdict: 'NOT_PROVEN', code: 'DUMP_EMPTY' });
    expect(JSON.stringify(record.findings.find(({ code }) => code === 'DUMP_EMPTY'))).toContain(nameOf(20));
    expect(record.provenDump).toBe(nameOf(19));
  });

  test('all of them: every attempt is told', async () => {
    world.backup(nameOf(20), cutAt(whole, 0.6));
    world.backup(nameOf(19), gzipSync('<html>'));
    const { record } = await world.expectDrill(drillOn(20), {
      verdict: 'NOT_PROVEN',
      code: 'DUMP_TRUNCATED',
    });
    expect(record.provenDump).toBeNull();
    expect(record.attempts).toHaveLength(2);
  });
});

describe('--at', () => {
  test('takes the newest dump that is not after the moment', async () => {
    for (const day of [17, 18, 20]) world.backup(nameOf(day), whole);
    const { record } = await world.expectProven(drillOn(19));
    expect(record).toMatchObject({ dump: { key: nameOf(18) }, asOf: '2026-11-19T06:00:00.000Z' });
    expect(record.rpo.actualSeconds).toBe(28 * 3600);
  });

  test('before all of them finds none', async () => {
    world.backup(nameOf(20), whole);
    await world.expectDrill(drillOn(10), { verdict: 'COULD_NOT_VERIFY', code: 'NO_DUMP_FOUND' });
  });
});

describe('what the configuration promises', () => {
  test('stale rows are found by the freshness check, and fresh ones drive the RPO', async () => {
    world.backup(nameOf(20), whole);
    // Measured from the moment of the dump, 02:00; the newest order is of 01:45.
    const freshness = (maxAge: string) =>
      `    checks: [{ freshness: { table: shop.orders, column: placed_at, maxAge: ${maxAge} } }]`;
    const { record } = await world.expectProven(drillOn(20, freshness('20m')));
    expect(record.rpo.newestRow).toBe('2026-11-20T01:45:00.000Z');
    expect(record.rpo.actualSeconds).toBe(4.25 * 3600);
    const stale = await world.expectDrill(drillOn(20, freshness('10m')), {
      verdict: 'NOT_PROVEN',
      code: 'STALE_DATA',
    });
    expect(stale.record.findings.find(({ code }) => code === 'STALE_DATA')?.message).toContain('shop.orders');
  });

  test('a dump that is too old is found without a look inside', async () => {
    world.backup(nameOf(18), whole);
    const words = [
      'shop',
      '--config',
      world.configuration('    source: { folder: ./backups, maxAge: 26h }'),
      '--at',
      '2026-11-20T06:00:00Z',
    ];
    await world.expectDrill(words, { verdict: 'NOT_PROVEN', code: 'DUMP_TOO_OLD' });
  });

  test('rows lost since the last proven drill are found, and an unproven drill is no yardstick', async () => {
    const drop = '    checks: [{ rows: { table: shop.products, maxDrop: 5% } }]';
    world.backup(nameOf(19), whole);
    await world.expectProven(drillOn(19, drop));
    const text = gunzipSync(whole).toString();
    const fewer = text
      .replace(/^SKU-(3[5-9]|40)\t.*\n/gm, '')
      .replace(/^\d+\t\d+\tSKU-(3[5-9]|40)\t.*\n/gm, '');
    expect(fewer.length).toBeLessThan(text.length);
    world.backup(nameOf(20), gzipSync(fewer));
    const { record } = await world.expectDrill(drillOn(20, drop, '    walkBack: { maxDumps: 1 }'), {
      verdict: 'NOT_PROVEN',
      code: 'ROWS_DROPPED',
    });
    expect(record.findings.find(({ code }) => code === 'ROWS_DROPPED')?.message).toMatch(/34.*40|40.*34/);
    await world.expectDrill(drillOn(20, drop, '    walkBack: { maxDumps: 1 }'), {
      verdict: 'NOT_PROVEN',
      code: 'ROWS_DROPPED',
    });
  });

  test('a table that held rows at the last proven drill and is empty now is told once', async () => {
    world.backup(nameOf(19), whole);
    await world.expectProven(drillOn(19));
    const emptied = gunzipSync(whole)
      .toString()
      .replace(/^(COPY shop\.order_lines [^\n]*\n)[\s\S]*?\n(\\\.\n)/m, '$1$2');
    world.backup(nameOf(20), gzipSync(emptied));
    const { record } = await world.expectProven(drillOn(20));
    const told = record.findings.find(({ code }) => code === 'TABLES_EMPTIED');
    expect(told?.message).toContain('shop.order_lines');
    world.backup(nameOf(21), gzipSync(emptied));
    await world.expectProven(drillOn(21));
  });

  test('with `drift: error` a loss since the last proven drill is not proven', async () => {
    world.backup(nameOf(19), whole);
    await world.expectProven(drillOn(19));
    const keyless = gunzipSync(whole)
      .toString()
      .replace(/ALTER TABLE ONLY [^;]* FOREIGN KEY [^;]*;/g, '');
    world.backup(nameOf(20), gzipSync(keyless));
    await world.expectDrill(drillOn(20, '    drift: error', '    walkBack: { maxDumps: 1 }'), {
      verdict: 'NOT_PROVEN',
      code: 'OBJECTS_GONE',
    });
  });

  test('missed objectives are findings with both figures', async () => {
    world.backup(nameOf(18), whole);
    const { record } = await world.expectDrill(drillOn(20, '    objectives: { rto: 1s, rpo: 24h }'), {
      verdict: 'NOT_PROVEN',
      code: 'RPO_MISSED',
    });
    expect(record.findings.map(({ code }) => code)).toContain('RTO_MISSED');
    expect(record.rto).toMatchObject({ targetSeconds: 1 });
    expect(record.rpo).toMatchObject({ targetSeconds: 24 * 3600, actualSeconds: 52 * 3600 });
    expect(record.checks.every(({ status }) => status === 'passed')).toBe(true);
  });
});
