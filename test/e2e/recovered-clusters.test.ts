/** What is asked of a recovered cluster, and what becomes of bad input, through the front door. */
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type ArchivedCluster, makeArchivedCluster, segmentsIn } from '../support/archived-cluster.ts';
import { type PromotedCluster, promoteAtMoment } from '../support/promoted-cluster.ts';
import { type Drilled, isRoot, World } from './support/world.ts';

let archived: ArchivedCluster;
let world: World;

beforeAll(async () => {
  archived = await makeArchivedCluster('p', {
    initdb: ['--data-checksums'],
    before: [
      "CREATE TABLE ballast AS SELECT id, repeat('x', 500) AS filling FROM generate_series(1, 2000) id",
      'ALTER TABLE ballast ADD PRIMARY KEY (id)',
      'CREATE UNLOGGED TABLE cache AS SELECT 1 AS id',
      'CHECKPOINT',
    ],
  });
});
afterAll(() => {
  rmSync(archived.folder, { recursive: true, force: true });
});
beforeEach(async () => {
  world = await World.open();
  cpSync(archived.base, base(), { recursive: true });
  cpSync(archived.wal, wal(), { recursive: true });
});
afterEach(() => world.remove());

const base = (): string => world.path('backups', 'base');
const wal = (): string => world.path('backups', 'wal');
const asked = (...words: string[]): string[] => ['--base', base(), '--wal', wal(), ...words];
const fileOf = (relation: 'ballast' | 'ballast_pkey'): string => archived.paths[relation] ?? '';

/** Flips a bit in a block of a relation of the base; without its manifest nobody can tell before the recovery. */
function damage(relation: 'ballast' | 'ballast_pkey', block: number): void {
  const path = join(base(), fileOf(relation));
  const bytes = readFileSync(path);
  bytes.writeUInt8(bytes.readUInt8(block * 8192 + 7000) ^ 1, block * 8192 + 7000);
  writeFileSync(path, bytes);
  rmSync(join(base(), 'backup_manifest'));
}

describe('a recovered cluster', () => {
  test('is told with its stretch of WAL, its phases, its pages and what it leaves empty', async () => {
    const { record } = await world.expectProven(asked());

    expect(record.recovered).toMatchObject({ timelines: [1], systemIdentifier: archived.systemIdentifier });
    expect(record.recovered?.pages?.bad).toBe(0);
    expect(record.recovered?.pages?.pages).toBeGreaterThan(1000);
    expect(record.phases.filter(({ bytes }) => (bytes ?? 0) > 0).map(({ name }) => name)).toEqual([
      'Fetch and unpack base backup',
      'Fetch and read archived WAL',
      'Replay WAL',
      'Verify pages',
    ]);
    expect(record.findings.map(({ code }) => code)).toContain('UNLOGGED_TABLES_EMPTY');
    expect(record.checks.map(({ kind }) => kind)).toContain('indexContent');
  });

  test('with a page that is not what was written is not proven, by file and block', async () => {
    damage('ballast', 3);
    const { record } = await world.expectDrill(asked(), { verdict: 'NOT_PROVEN', code: 'PAGE_CORRUPT' });

    expect(record.findings.find(({ code }) => code === 'PAGE_CORRUPT')?.message).toContain(
      `${fileOf('ballast')}, block 3`,
    );
  });

  test('is proven to be at its moment by two rows of the user', async () => {
    const configured = (after: number): string =>
      world.configuration(
        `    source: { folder: ./backups, pattern: "base/", physical: { wal: { prefix: wal/ }, recoverTo: { at: "${archived.moment}", marker: { table: marker, before: 2, after: ${after} } } } }`,
      );
    const { record } = await world.expectProven(['shop', '--config', configured(3)]);
    expect(record.checks.find(({ kind }) => kind === 'marker')?.status).toBe('passed');

    await world.expectDrill(['shop', '--config', configured(1)], {
      verdict: 'NOT_PROVEN',
      code: 'MARKER_PASSED',
    });
  });

  test('of an older base backup is tried when the newest is damaged, and told', async () => {
    for (const day of ['20260101', '20260102'])
      cpSync(base(), world.path('backups', 'bases', `${day}T000000Z`), { recursive: true });
    rmSync(base(), { recursive: true });
    rmSync(world.path('backups', 'bases', '20260102T000000Z', fileOf('ballast')));
    const file = world.configuration(
      '    source: { folder: ./backups, pattern: "bases/{timestamp:YYYYMMDDTHHmmssZ}/", physical: { wal: { prefix: wal/ } } }',
    );
    const { record } = await world.expectDrill(['shop', '--config', file], {
      verdict: 'NOT_PROVEN',
      code: 'BASE_BACKUP_INCOMPLETE',
    });

    expect(record.provenDump).toBe('bases/20260101T000000Z/');
    expect(record.recovered?.systemIdentifier).toBe(archived.systemIdentifier);
    expect(record.findings.map(({ code }) => code)).toContain('OLDER_DUMP_PROVEN');
  });
});

describe('bad input', () => {
  const emptyBase = (): void => {
    rmSync(base(), { recursive: true });
    mkdirSync(base());
  };
  /** Words for tar: the first members of a base backup, by which it is known. */
  const likeABase = (): string => `-C ${archived.base} backup_label PG_VERSION`;

  test('is an archive with nothing in it', async () => {
    for (const name of readdirSync(wal())) rmSync(join(wal(), name));
    rmSync(join(base(), 'pg_wal'), { recursive: true });
    mkdirSync(join(base(), 'pg_wal'));
    await world.expectDrill(asked(), { verdict: 'NOT_PROVEN', code: 'WAL_MISSING' });
  });

  test('is a base of another architecture', async () => {
    const path = join(base(), 'global', 'pg_control');
    writeFileSync(path, readFileSync(path).swap32());
    rmSync(join(base(), 'backup_manifest'));
    const { record } = await world.expectDrill(asked(), {
      verdict: 'NOT_PROVEN',
      code: 'BASE_BACKUP_REFUSED',
    });
    expect(record.findings[0]?.message).toContain('big-endian');
  });

  test('is a moment in the future', async () => {
    const future = await world.run(['run', ...asked('--at', '2100-01-01T00:00:00Z')]);
    expect(future).toMatchObject({ code: 64, stderr: expect.stringContaining('lies in the future') });
    await world.expectDrill(asked('--lsn', 'FF/0'), { verdict: 'NOT_PROVEN', code: 'TARGET_NOT_REACHED' });
  });

  test('is a segment that may not be read', async () => {
    world.remove();
    world = await World.open({ forNormalUser: true });
    cpSync(archived.base, base(), { recursive: true });
    cpSync(archived.wal, wal(), { recursive: true });
    execFileSync('chmod', ['-R', 'a+rX', world.path('backups')]);
    chmodSync(join(wal(), segmentsIn(wal()).at(-1) ?? ''), 0o000);
    await world.expectDrill(
      asked(),
      { verdict: 'COULD_NOT_VERIFY', code: 'DUMP_UNREADABLE' },
      { asNormalUser: true },
    );
  });

  test('is a tarball that is a bomb', async () => {
    emptyBase();
    const zeros = world.path('zeros');
    execFileSync('truncate', ['-s', '2G', zeros]);
    execFileSync('sh', [
      '-c',
      `tar -cf - ${likeABase()} --transform s#zeros#base/5/16384# -C ${world.base} zeros | gzip -9 > ${base()}/base.tar.gz`,
    ]);
    await world.expectDrill(asked(), { verdict: 'COULD_NOT_VERIFY', code: 'DECOMPRESSION_LIMIT' });
  });

  test('is a tar that reaches out of its folder', async () => {
    emptyBase();
    const outside = world.path('outside');
    writeFileSync(outside, 'PG_VERSION');
    writeFileSync(
      join(base(), 'base.tar.gz'),
      gzipSync(
        execFileSync('sh', [
          '-c',
          `tar -cPf - ${likeABase()} --transform 's#^/.*#../../../escaped#' ${outside}`,
        ]),
      ),
    );
    await world.expectDrill(asked(), { verdict: 'NOT_PROVEN', code: 'BASE_BACKUP_REFUSED' });
  });

  test.runIf(isRoot)('is a disk that is too small, which is told before anything is unpacked', async () => {
    const tar = world.path('backups', 'tars');
    mkdirSync(tar);
    execFileSync('sh', [
      '-c',
      `cp ${base()}/backup_manifest ${tar}/ && tar -czf ${tar}/base.tar.gz -C ${base()} --exclude=./backup_manifest .`,
    ]);
    const disk = world.path('small-disk');
    mkdirSync(disk, { mode: 0o711 });
    const mount = `mount -t tmpfs -o size=540m,mode=0711 tmpfs '${disk}' && exec "$@"`;
    const expected = { verdict: 'COULD_NOT_VERIFY', code: 'SANDBOX_DISK_FULL' } as const;
    const onSmallDisk = {
      env: { RESTORE_DRILL_SANDBOX_DIR: disk },
      wrapper: ['unshare', '--mount', 'sh', '-c', mount, 'sh'],
    };
    const unpacked = ({ record }: Drilled): unknown =>
      record.phases.find(({ name }) => name === 'Fetch and unpack base backup')?.bytes;

    // By what it is reckoned to need, no sandbox is made.
    const reckoned = await world.expectDrill(['--base', tar, '--wal', wal()], expected, onSmallDisk);
    expect(unpacked(reckoned)).toBeUndefined();

    // Where drills.yaml says that less will do, what the manifest announces is compared with the disk.
    const file = world.configuration(
      '    source: { folder: ./backups, pattern: "tars/", physical: { wal: { prefix: wal/ } } }',
      '    sandbox: { storage: 10MB }',
    );
    expect(unpacked(await world.expectDrill(['shop', '--config', file], expected, onSmallDisk))).toBe(0);
  });
});

describe('an archive of two timelines, the first of which went on after the second began', () => {
  let promoted: PromotedCluster;
  let abandonedLsn: string;
  beforeAll(async () => {
    promoted = await promoteAtMoment(archived);
    // In the last segment of the old server, which nobody follows any more.
    const digits = segmentsIn(archived.wal)
      .filter((name) => name.startsWith('00000001'))
      .at(-1);
    abandonedLsn = `0/${digits?.slice(22)}000100`;
  });
  afterAll(() => rmSync(promoted.folder, { recursive: true, force: true }));
  beforeEach(() => {
    rmSync(wal(), { recursive: true });
    cpSync(promoted.wal, wal(), { recursive: true });
  });
  const markers = (tables: { name: string; rows: number }[]): unknown =>
    tables.find(({ name }) => name === 'marker')?.rows;

  test('is recovered to the end of the second, without what the first wrote behind its beginning', async () => {
    const { record } = await world.expectProven(asked());

    expect(record.recovered).toMatchObject({ timelines: [1, 2] });
    expect(markers(record.tables)).toBe(2);
  });

  test('is not recovered to a position that only the first reaches, which is named', async () => {
    const { record } = await world.expectDrill(asked('--lsn', abandonedLsn), {
      verdict: 'NOT_PROVEN',
      code: 'TARGET_NOT_REACHED',
    });
    const told = record.findings.find(({ code }) => code === 'TARGET_NOT_REACHED');
    expect(told?.message).toMatch(/timeline 2 ends before the target, and timeline 1, which was left for it/);
  });

  test('proves nothing where no history says where the second began', async () => {
    rmSync(join(wal(), '00000002.history'));
    const { record } = await world.expectDrill(asked(), { verdict: 'NOT_PROVEN', code: 'TIMELINE_MISSING' });

    expect(record.findings.find(({ code }) => code === 'TIMELINE_MISSING')?.message).toContain(
      '00000002.history',
    );
  });
});

describe('a recovery that is disturbed', () => {
  test('by two at once is proven twice, and each leaves nothing', async () => {
    const other = await World.open();
    try {
      const [one, two] = await Promise.all([world.drill(asked()), other.drill(asked())]);
      expect([one.record.verdict, two.record.verdict]).toEqual(['PROVEN', 'PROVEN']);
      await world.expectNothingLeft();
      await other.expectNothingLeft();
    } finally {
      other.remove();
    }
  });

  test('by two at once in one place, of one database, is proven once and refused once', async () => {
    const file = world.configuration(
      '    source: { folder: ./backups, pattern: "base/", physical: { wal: { prefix: wal/ } } }',
    );
    const both = await Promise.all([1, 2].map(() => world.drill(['shop', '--config', file])));
    const [proven, refused] = both.map(({ record }) => record).sort((a) => (a.verdict === 'PROVEN' ? -1 : 1));

    expect(proven?.verdict).toBe('PROVEN');
    expect(refused?.findings.map(({ code }) => code)).toContain('DRILL_ALREADY_RUNNING');
    await world.expectNothingLeft();
  });

  test('by the end of our process leaves nothing', async () => {
    const running = world.start(['run', '--json', ...asked()]);
    while (world.processes().length === 0) await sleep(20);
    running.kill('SIGKILL');
    await running.ended;
    await world.expectNothingLeft();
  });

  test.each(['SIGKILL', 'SIGTERM'] as const)(
    'by %s in the middle of the replay leaves nothing, and the next one is proven',
    async (signal) => {
      const running = world.start(['run', '--json', ...asked()]);
      const isReplaying = (): boolean => world.processes().some(({ title }) => /startup/.test(title));
      const began = Date.now();
      while (!isReplaying()) {
        expect(Date.now() - began).toBeLessThan(60_000);
        await sleep(5);
      }
      running.kill(signal);
      await running.ended;
      await world.expectNothingLeft();
      await world.expectProven(asked());
    },
  );
});
