/** `init` without a drill: of a listing, and of definitions alone. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { makeShopDumps, type ShopDumps, sha256Sidecar, shopFile } from './support/fixtures.ts';
import { type S3Server, startS3Server } from './support/s3-server.ts';
import { World } from './support/world.ts';

let shop: ShopDumps;
let world: World;

beforeAll(async () => {
  shop = await makeShopDumps();
});
afterAll(async () => {
  await shop?.stop();
});
beforeEach(async () => {
  world = await World.open();
});
afterEach(() => world.remove());

const dumps = ['16', '17', '18'].map((day) => `shop_202611${day}T020000Z.dump`);
const tablesOfShop = ['customers', 'events', 'migrations', 'order_lines', 'orders', 'products'].map(
  (name) => `shop.${name}`,
);

function fillBucket(): void {
  mkdirSync(world.path('buckets', 'acme', 'pg'), { recursive: true });
  for (const name of dumps) {
    writeFileSync(world.path('buckets', 'acme', 'pg', name), shop.custom);
    writeFileSync(world.path('buckets', 'acme', 'pg', `${name}.sha256`), sha256Sidecar(shop.custom, name));
  }
}

interface Proposed {
  databases: Record<
    string,
    { source: object; schedule: { cron: string }; checks: Record<string, unknown>[] }
  >;
}
const proposed = (text: string): Proposed => parse(text) as Proposed;

describe('of a bucket', () => {
  let store: S3Server;
  const env = { AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret' };
  const given = (...words: string[]) =>
    world.run(
      ['init', '--dump', 's3://acme/pg/', '--endpoint-url', store.url, '--region', 'auto', ...words],
      { env },
    );
  beforeEach(async () => {
    fillBucket();
    store = await startS3Server(world.path('buckets'));
  });
  afterEach(() => store.close());

  test('the listing is enough: pattern, interval, checksums, schedule; nothing is downloaded', async () => {
    const { code, stdout } = await given('--output', '-');
    expect(code).toBe(0);
    expect(store.read).toEqual([]);
    expect(proposed(stdout).databases.shop).toMatchObject({
      source: {
        bucket: 'acme',
        prefix: 'pg/',
        pattern: 'shop_{timestamp:YYYYMMDDTHHmmssZ}.dump',
        interval: '24h',
      },
      schedule: { cron: expect.stringMatching(/^\d+ \d+ \* \* \? \*$/) },
      checks: [],
    });
    expect(stdout).toContain('Every dump has a checksum beside it');
  });

  test('with --schema-only the beginning of the newest dump is read, what it proposes drills', async () => {
    const made = await given('--schema-only', '--output', world.path('drills.yaml'));
    expect(made.code, made.stderr).toBe(0);
    expect(new Set(store.read.filter((key) => key.endsWith('.dump')))).toEqual(new Set([`pg/${dumps[2]}`]));
    const [tables] = proposed(readFileSync(world.path('drills.yaml'), 'utf8')).databases.shop?.checks ?? [];
    expect([...((tables?.tables ?? []) as string[])].sort()).toEqual(tablesOfShop);
    expect((await world.run(['validate', world.path('drills.yaml')])).code).toBe(0);
    expect((await world.run(['run', 'shop', '--quiet'], { env })).code).toBe(0);
  });
});

test('of a folder of dumps, by its listing; what it proposes finds the newest', async () => {
  fillBucket();
  const { code } = await world.run(['init', '--dump', 'buckets/acme/pg']);
  expect(code).toBe(0);
  const { stdout } = await world.run(['plan', 'shop']);
  expect(stdout).toContain(`Dump      ${dumps[2]}`);
});

test('of a folder without dumps says so and writes nothing', async () => {
  mkdirSync(world.path('empty'));
  const { code, stderr } = await world.run(['init', '--dump', 'empty', '--output', '-']);
  expect(code).toBe(2);
  expect(stderr).toContain('HINT: Give init one of the dumps');
});

describe('of definitions alone', () => {
  test.each(['plain', 'custom', 'tar'] as const)(
    '%s: the tables and keys of the dump, and no server',
    async (format) => {
      const file = world.backup('shop_20261120T020000Z', shop[format]);
      const { code, stdout } = await world.run(['init', '--schema-only', '--dump', file, '--output', '-']);
      expect(code).toBe(0);
      const { checks } = proposed(stdout).databases.shop ?? { checks: [] };
      expect([...((checks[0]?.tables ?? []) as string[])].sort()).toEqual(tablesOfShop);
      expect(checks).toContainEqual({ foreignKeys: { all: true } });
      expect(stdout).toContain('# - { freshness: { table: shop.orders, column: placed_at');
      expect(stdout).not.toMatch(/\d seen/);
      await world.expectNothingLeft();
      expect(await world.history()).toEqual([]);
    },
  );

  test('are told from a dump that does not open', async () => {
    const file = world.backup('shop.sql.gz', readFileSync(shopFile).subarray(0, 20));
    const { code, stderr } = await world.run(['init', '--schema-only', '--dump', file]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/HINT: ./);
  });
});
