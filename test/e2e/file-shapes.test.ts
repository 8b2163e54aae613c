import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { makeShopDumps, type ShopDumps, written } from './support/fixtures.ts';
import { World } from './support/world.ts';

let dumps: ShopDumps;
let world: World;

beforeAll(async () => {
  dumps = await makeShopDumps();
});
afterAll(async () => {
  await dumps?.stop();
});
beforeEach(async () => {
  world = await World.open();
});
afterEach(() => world.remove());

const backup = (name: string, content: Buffer | string): string =>
  written(world.path('backups'), name, content);

test('a file whose name and line ends were changed on its way is PROVEN with a warning for each', async () => {
  const text = dumps.plain.toString('latin1').replaceAll('\n', '\r\n');
  const { record } = await world.expectProven(['--dump', backup('shop.sql.gz', Buffer.from(text, 'latin1'))]);
  const warnings = record.findings.filter(({ severity }) => severity === 'warning').map(({ code }) => code);
  expect(warnings).toEqual(expect.arrayContaining(['NAME_MISLEADING', 'LINE_ENDS_CHANGED']));
});

test('a dump of rows without the tables they belong to is NOT_PROVEN, and that is all it is told', async () => {
  const rows = /^COPY .*?^\\\.$/ms.exec(dumps.plain.toString('utf8'))?.[0] ?? '';
  const { record } = await world.expectDrill(['--dump', backup('shop.sql', `${rows}\n`)], {
    verdict: 'NOT_PROVEN',
    code: 'DEFINITIONS_ABSENT',
  });
  expect(record.findings.filter(({ severity }) => severity === 'error')).toHaveLength(1);
});
