/** What the drill of a base backup takes of memory beside the server: the same for a large one, and for what only pretends to be small. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type ArchivedCluster, makeArchivedCluster, segmentsIn } from '../support/archived-cluster.ts';
import { World } from './support/world.ts';

const [mebibyte, gibibyte] = [1024 ** 2, 1024 ** 3];
/** Of each process of the drill; its servers are none of them. */
const mostBytes = 250 * mebibyte;
const leastSegments = 150;

let large: ArchivedCluster;
let world: World;

beforeAll(async () => {
  const rows = (from: number, to: number): string =>
    `SELECT i AS id, repeat(md5(i::text), 30) AS text FROM generate_series(${from}, ${to}) i`;
  large = await makeArchivedCluster('t', {
    initdb: ['--wal-segsize=1', '-k'],
    before: [`CREATE TABLE filled AS ${rows(1, 300_000)}`],
    after: [`INSERT INTO filled ${rows(300_001, 450_000)}`],
  });
});
afterAll(() => {
  rmSync(large.folder, { recursive: true, force: true });
});
beforeEach(async () => {
  world = await World.open();
  mkdirSync(usage());
});
afterEach(() => world.remove());

const usage = (): string => world.path('usage');
const measured = () => ({
  env: {
    NODE_OPTIONS: `--import=${fileURLToPath(new URL('./support/usage-on-exit.mjs', import.meta.url))}`,
    USAGE_FOLDER: usage(),
  },
});
/** The most that one of the processes had. */
function peakBytes(): number {
  const peaks = readdirSync(usage()).map((pid) => Number(readFileSync(join(usage(), pid), 'utf8')));
  expect(peaks.length).toBeGreaterThan(0);
  return Math.max(...peaks);
}

describe('the memory of a drill', { timeout: 400_000 }, () => {
  test('does not grow with the base backup, nor with the segments of its archive', async ({ annotate }) => {
    expect(segmentsIn(large.wal).length).toBeGreaterThan(leastSegments);

    const { record } = await world.expectProven(['--base', large.base, '--wal', large.wal], measured());

    const filled = record.tables.find(({ name }) => name === 'filled');
    expect(filled?.rows).toBe(450_000);
    await annotate(`${Math.round(peakBytes() / mebibyte)} MiB, ${segmentsIn(large.wal).length} segments`);
    expect(peakBytes()).toBeLessThan(mostBytes);
  });

  test('nor with tarballs, of the data directory and of the segments', async ({ annotate }) => {
    const data = world.path('data');
    mkdirSync(join(data, 'pg_wal'), { recursive: true });
    execFileSync('tar', ['-xzf', join(large.base, 'base.tar.gz'), '-C', data]);
    execFileSync('tar', ['-xzf', join(large.base, 'pg_wal.tar.gz'), '-C', join(data, 'pg_wal')]);
    const [base, wal] = [world.path('base.tar.zst'), world.path('wal_1.tar.gz')];
    execFileSync('tar', ['--zstd', '-cf', base, '-C', data, '.']);
    execFileSync('tar', ['-czf', wal, '-C', large.wal, '.']);
    rmSync(data, { recursive: true });

    const { record } = await world.drill(['--base', base, '--wal', wal], measured());

    expect(record.verdict).toBe('PROVEN');
    await annotate(`${Math.round(peakBytes() / mebibyte)} MiB`);
    expect(peakBytes()).toBeLessThan(mostBytes);
  });

  test('nor with a tarball of some kilobytes that unpacks to gigabytes', async ({ annotate }) => {
    const data = world.path('data');
    mkdirSync(data);
    execFileSync('tar', ['-xzf', join(large.base, 'base.tar.gz'), '-C', data, 'backup_label', 'PG_VERSION']);
    writeFileSync(join(data, 'zeros'), '');
    truncateSync(join(data, 'zeros'), 3 * gibibyte);
    const base = world.path('base.tar.zst');
    execFileSync('tar', ['--zstd', '-cf', base, '-C', data, 'PG_VERSION', 'backup_label', 'zeros']);

    const expected = { verdict: 'COULD_NOT_VERIFY', code: 'DECOMPRESSION_LIMIT' } as const;
    await world.expectDrill(['--base', base, '--wal', large.wal], expected, measured());

    await annotate(`${Math.round(peakBytes() / mebibyte)} MiB`);
    expect(peakBytes()).toBeLessThan(mostBytes);
  });

  test('nor with a segment that unpacks to gigabytes', async ({ annotate }) => {
    const wal = world.path('wal');
    cpSync(large.wal, wal, { recursive: true });
    const name = segmentsIn(wal).at(-3) ?? '';
    const zeros = gzipSync(Buffer.alloc(64 * mebibyte));
    const whole = gzipSync(readFileSync(join(wal, name)));
    rmSync(join(wal, name));
    writeFileSync(
      join(wal, `${name}.gz`),
      Buffer.concat([whole, ...Array.from({ length: 64 }, () => zeros)]),
    );

    const expected = { verdict: 'NOT_PROVEN', code: 'WAL_DAMAGED' } as const;
    await world.expectDrill(['--base', large.base, '--wal', wal], expected, measured());

    await annotate(`${Math.round(peakBytes() / mebibyte)} MiB`);
    expect(peakBytes()).toBeLessThan(mostBytes);
  });
});
