import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { breakages } from './support/breakages.ts';
import { type Ended, recordOf } from './support/command-line.ts';
import { written } from './support/fixtures.ts';
import { processesNaming } from './support/processes.ts';
import { makeVaultDumps, plantedValues, secret, type VaultDumps } from './support/vault.ts';
import { World } from './support/world.ts';

let dumps: VaultDumps;
let world: World;

beforeAll(async () => {
  dumps = await makeVaultDumps();
});
beforeEach(async () => {
  world = await World.open();
});
afterEach(() => world.remove());

/** The planted values that a text holds. */
function plantedIn(text: string): string[] {
  const lower = text.toLowerCase();
  return Object.entries(plantedValues)
    .filter(([, value]) => lower.includes(value.toLowerCase()))
    .map(([kind]) => kind);
}

/** Every file below the world but the dumps themselves and the server's own data. */
function filesOutsideTheData(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (path === world.path('backups') || /\/sandboxes\/[^/]+\/data$/.test(path)) return [];
    const status = statSync(path, { throwIfNoEntry: false });
    if (status?.isDirectory()) return filesOutsideTheData(path);
    return status?.isFile() ? [path] : [];
  });
}

function leakingFiles(): string[] {
  return filesOutsideTheData(world.base).flatMap((path) => {
    const planted = plantedIn(readFileSync(path, 'latin1'));
    return planted.length === 0 ? [] : [`${path}: ${planted.join(', ')}`];
  });
}

/**
 * Drills with --keep, so that everything beside the data can be searched while the server still runs. Asserts that
 * nothing was let out: not by the process, nor its arguments, nor any file of it, nor by any later look at the record.
 */
async function expectNothingLetOut(dump: string): Promise<Ended> {
  const drill = world.start(['run', '--json', '--keep', '--out', world.path('out'), '--dump', dump]);
  const shown = new Set<string>();
  const watch = setInterval(() => {
    for (const { title } of processesNaming(secret)) shown.add(title);
  }, 50);
  const ended = await drill.ended;
  clearInterval(watch);
  expect(plantedIn(ended.stdout)).toEqual([]);
  expect(plantedIn(ended.stderr)).toEqual([]);
  expect([...shown]).toEqual([]);
  expect(leakingFiles()).toEqual([]);
  // The search is worth something: files were there to be searched.
  expect(filesOutsideTheData(world.base).some((path) => path.endsWith('server.log'))).toBe(true);

  const { drillId } = recordOf(ended);
  await world.run(['sweep', '--drill', drillId]);
  await world.expectNothingLeft();
  expect(leakingFiles()).toEqual([]);
  expect(
    filesOutsideTheData(world.base).filter((path) => /report\.md|junit\.xml|ledger\.jsonl/.test(path)).length,
  ).toBeGreaterThanOrEqual(4);
  return ended;
}

describe('a whole dump with a planted value in every kind of column', () => {
  test('lets none out: plain', async () => {
    const ended = await expectNothingLetOut(world.backup('vault.sql', dumps.plain));
    expect(recordOf(ended).verdict).toBe('PROVEN');
    const { stdout } = await world.run(['show', '--format', 'text']);
    expect(plantedIn(stdout)).toEqual([]);
  });

  test('lets none out: custom archive', async () => {
    const ended = await expectNothingLetOut(world.backup('vault.dump', dumps.custom));
    expect(recordOf(ended).verdict).toBe('PROVEN');
  });

  test('lets none out: rows as INSERT statements', async () => {
    const ended = await expectNothingLetOut(world.backup('vault.sql', dumps.inserts));
    expect(recordOf(ended).verdict).toBe('PROVEN');
  });

  test('was searched rightly: the planted values are in the dump', () => {
    const { base64: _notByPgDump, ...others } = plantedValues;
    expect(plantedIn(dumps.plain).sort()).toEqual(Object.keys(others).sort());
  });
});

describe('a broken dump with a planted value in every kind of column', () => {
  test.each(breakages)('lets none out: $what', async ({ breakIt }) => {
    const broken = breakIt(dumps.plain);
    expect(broken).not.toBe(dumps.plain);
    const content = broken.includes('\u00ff') ? Buffer.from(broken, 'latin1') : broken;
    const ended = await expectNothingLetOut(world.backup('vault.sql', content));
    const { verdict, findings } = recordOf(ended);
    if (!broken.includes('RAISE WARNING'))
      expect({ verdict, findings }).toMatchObject({ verdict: 'NOT_PROVEN' });
  });
});

describe("checks of one's own", () => {
  test('say what was expected, never what was found in a row', async () => {
    const config = written(
      world.base,
      'drills.yaml',
      `databases:
  vault:
    source: { folder: ./backups }
    checks:
      - sql: { name: a value that is not the expected one, query: select secret from notes where id = 1, expect: other }
      - sql: { name: rows where none may be, query: select * from vault, expect: empty }
      - sql: { name: a query that fails on a value, query: "select count(*) from notes where secret::integer = 1", expect: 0 }
      - sql: { name: a query that makes a value a table, query: "select count(*) from notes where secret::regclass is null", expect: 0 }
      - sql: { name: a query that makes a value an operator, query: "select count(*) from notes where secret::regoper is null", expect: 0 }
      - sql: { name: a number that is not the expected one, query: select big from vault limit 1, expect: 0 }
      - unique: { table: vault, on: t }
      - unique: { table: notes, on: "(secret::integer)" }
      - freshness: { table: vault, column: d, maxAge: 1d }
      - freshness: { query: select secret from notes where id = 1, maxAge: 1d }
      - migrations: { table: notes, column: secret, head: other }
`,
    );
    const dump = world.backup('vault.sql', dumps.plain);
    const drilled = await world.run(['run', 'vault', '--json', '--config', config, '--dump', dump]);
    const record = recordOf(drilled);
    expect(record.verdict).toBe('NOT_PROVEN');
    // What a check is for may be told: the moment of the newest row, the number that was compared. Nothing else.
    const { date: _moment, timestamp: _newestRow, bigint: _compared, ...values } = plantedValues;
    const text =
      drilled.stdout +
      drilled.stderr +
      filesOutsideTheData(world.stateDirectory)
        .map((path) => readFileSync(path, 'latin1'))
        .join('\n');
    expect(plantedIn(text).filter((kind) => kind in values)).toEqual([]);
  });
});
