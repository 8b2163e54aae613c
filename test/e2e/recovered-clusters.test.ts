/** What is asked of a recovered cluster, and what becomes of bad input, through the front door. */
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  type ArchivedCluster,
  makeArchivedCluster,
  openToAll,
  segmentsIn,
} from '../support/archived-cluster.ts';
import { type PromotedCluster, promoteAtMoment } from '../support/promoted-cluster.ts';
import { type Drilled, graveFindings, isRoot, World } from './support/world.ts';

/** Nobody writes to it: whoever damages something takes a copy. */
let archived: ArchivedCluster;
let world: World;

beforeAll(async () => {
  archived = await makeArchivedCluster('p', {
    initdb: ['--data-checksums', '--wal-segsize=1'],
    before: [
      "CREATE TABLE ballast AS SELECT id, repeat('x', 500) AS filling FROM generate_series(1, 2000) id",
      'ALTER TABLE ballast ADD PRIMARY KEY (id)',
      'CREATE UNLOGGED TABLE cache AS SELECT 1 AS id',
      'CHECKPOINT',
    ],
  });
  openToAll(archived.folder);
});
afterAll(() => {
  rmSync(archived.folder, { recursive: true, force: true });
});
beforeEach(async () => {
  world = await World.open();
});
afterEach(() => world.remove());

/** Words for a base backup and an archive. */
const asked = ({ base = archived.base, wal = archived.wal } = {}, ...words: string[]): string[] => [
  ...['--base', base, '--wal', wal],
  ...words,
];

/** Words for a drills.yaml whose base backups and WAL lie below a folder. */
const configured = (folder: string, pattern: string, physical = '', ...lines: string[]): string[] => [
  'shop',
  '--config',
  world.configuration(
    `    source: { folder: ${folder}, pattern: "${pattern}", physical: { wal: { prefix: wal/ }${physical} } }`,
    ...lines,
  ),
];

/** A copy of the base in this world. */
function copiedBase(...names: string[]): string {
  const path = world.path('backups', ...names);
  cpSync(archived.base, path, { recursive: true });
  return path;
}

describe('a recovered cluster', () => {
  /** Recovers to the moment between rows 2 and 3 of the user. */
  const withMarker = (folder: string, after: number): string[] =>
    configured(
      folder,
      'base/',
      `, recoverTo: { at: "${archived.moment}", marker: { table: marker, before: 2, after: ${after} } }`,
    );

  test('is told with its stretch of WAL, its phases, its pages, its moment and what it leaves empty', async () => {
    const { record } = await world.expectProven(withMarker(archived.folder, 3));

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
    expect(record.checks.find(({ kind }) => kind === 'marker')?.status).toBe('passed');
  });

  test('with a page that is not what was written, and a row of after its moment, is not proven for either', async () => {
    const path = join(copiedBase('base'), archived.paths.ballast ?? '');
    cpSync(archived.wal, world.path('backups', 'wal'), { recursive: true });
    const bytes = readFileSync(path);
    bytes.writeUInt8(bytes.readUInt8(3 * 8192 + 7000) ^ 1, 3 * 8192 + 7000);
    writeFileSync(path, bytes);
    // Without its manifest nobody can tell before the recovery.
    rmSync(world.path('backups', 'base', 'backup_manifest'));
    const words = withMarker('./backups', 1);
    const drilled = await world.expectDrill(words, { verdict: 'NOT_PROVEN', code: 'PAGE_CORRUPT' });
    await world.expectOutcome(drilled, { verdict: 'NOT_PROVEN', code: 'MARKER_PASSED' });

    expect(drilled.record.findings.find(({ code }) => code === 'PAGE_CORRUPT')?.message).toContain(
      `${archived.paths.ballast}, block 3`,
    );
  });

  test('of an older base backup is tried when the newest is damaged, and told', async () => {
    for (const day of ['20260101', '20260102']) copiedBase('bases', `${day}T000000Z`);
    cpSync(archived.wal, world.path('backups', 'wal'), { recursive: true });
    rmSync(world.path('backups', 'bases', '20260102T000000Z', archived.paths.ballast ?? ''));
    const { record } = await world.expectDrill(
      configured('./backups', 'bases/{timestamp:YYYYMMDDTHHmmssZ}/'),
      { verdict: 'NOT_PROVEN', code: 'BASE_BACKUP_INCOMPLETE' },
    );

    expect(record.provenDump).toBe('bases/20260101T000000Z/');
    expect(record.recovered?.systemIdentifier).toBe(archived.systemIdentifier);
    expect(record.findings.map(({ code }) => code)).toContain('OLDER_DUMP_PROVEN');
  });
});

describe('bad input', () => {
  const emptyFolder = (): string => {
    const path = world.path('backups', 'base');
    mkdirSync(path, { recursive: true });
    return path;
  };
  /** Words for tar: the first members of a base backup, by which it is known. */
  const likeABase = (): string => `-C ${archived.base} backup_label PG_VERSION`;

  test('is a moment in the future', async () => {
    const future = await world.run(['run', ...asked({}, '--at', '2100-01-01T00:00:00Z')]);
    expect(future).toMatchObject({ code: 64, stderr: expect.stringContaining('lies in the future') });
  });

  test('is a segment that may not be read', async () => {
    world.remove();
    world = await World.open({ forNormalUser: true });
    const wal = world.path('backups', 'wal');
    cpSync(archived.wal, wal, { recursive: true });
    openToAll(world.path('backups'));
    chmodSync(join(wal, segmentsIn(wal).at(-1) ?? ''), 0o000);
    await world.expectDrill(
      asked({ wal }),
      { verdict: 'COULD_NOT_VERIFY', code: 'DUMP_UNREADABLE' },
      { asNormalUser: true },
    );
  });

  test('is a tarball that is a bomb', async () => {
    const base = emptyFolder();
    const zeros = world.path('zeros');
    execFileSync('truncate', ['-s', '2G', zeros]);
    // Compressing two gigabytes takes long; of the same bytes again and again one piece is enough.
    const tar = `tar -cf - ${likeABase()} --transform s#zeros#base/5/16384# -C ${world.base} zeros 2>/dev/null`;
    const beginning = execFileSync('sh', ['-c', `${tar} | head -c 1048576`], { maxBuffer: 2 ** 21 });
    const piece = gzipSync(Buffer.alloc(2 ** 24));
    const pieces = Array.from({ length: 128 }, () => piece);
    writeFileSync(join(base, 'base.tar.gz'), Buffer.concat([gzipSync(beginning), ...pieces]));
    await world.expectDrill(asked({ base }), { verdict: 'COULD_NOT_VERIFY', code: 'DECOMPRESSION_LIMIT' });
  });

  test('is a tar that reaches out of its folder', async () => {
    const base = emptyFolder();
    const outside = world.path('outside');
    writeFileSync(outside, 'PG_VERSION');
    writeFileSync(
      join(base, 'base.tar.gz'),
      gzipSync(
        execFileSync('sh', [
          '-c',
          `tar -cPf - ${likeABase()} --transform 's#^/.*#../../../escaped#' ${outside}`,
        ]),
      ),
    );
    await world.expectDrill(asked({ base }), { verdict: 'NOT_PROVEN', code: 'BASE_BACKUP_REFUSED' });
  });

  test.runIf(isRoot)('is a disk that is too small, which is told before anything is unpacked', async () => {
    const tar = world.path('backups', 'tars');
    mkdirSync(tar, { recursive: true });
    cpSync(archived.wal, world.path('backups', 'wal'), { recursive: true });
    cpSync(join(archived.base, 'backup_manifest'), join(tar, 'backup_manifest'));
    // Compressed, so that it takes more unpacked than it takes here.
    execFileSync('sh', [
      '-c',
      `tar -cf - -C ${archived.base} --exclude=./backup_manifest . | gzip -1 > ${tar}/base.tar.gz`,
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
    const reckoned = await world.expectDrill(asked({ base: tar }), expected, onSmallDisk);
    expect(unpacked(reckoned)).toBeUndefined();

    // Where drills.yaml says that less will do, what the manifest announces is compared with the disk.
    const words = configured('./backups', 'tars/', '', '    sandbox: { storage: 10MB }');
    expect(unpacked(await world.expectDrill(words, expected, onSmallDisk))).toBe(0);
  });
});

describe('an archive of two timelines, the first of which went on after the second began', () => {
  let promoted: PromotedCluster;
  beforeAll(async () => {
    promoted = await promoteAtMoment(archived);
  });
  afterAll(() => rmSync(promoted.folder, { recursive: true, force: true }));

  test('is recovered to the end of the second, without what the first wrote behind its beginning', async () => {
    const { record } = await world.expectProven(asked(promoted));

    expect(record.recovered).toMatchObject({ timelines: [1, 2] });
    expect(record.tables.find(({ name }) => name === 'marker')?.rows).toBe(2);
  });

  test('is not recovered to a position that only the first reaches, which is named', async () => {
    const { record } = await world.expectDrill(asked(promoted, '--lsn', promoted.abandonedLsn), {
      verdict: 'NOT_PROVEN',
      code: 'TARGET_NOT_REACHED',
    });
    const told = record.findings.find(({ code }) => code === 'TARGET_NOT_REACHED');
    expect(told?.message).toMatch(/timeline 2 ends before the target, and timeline 1, which was left for it/);
  });
});

describe('a recovery that is disturbed', () => {
  test('in the middle of the replay, by whatever signal, leaves nothing, and of two of its place at once the next is proven beside one of another', async () => {
    const words = configured(archived.folder, 'base/');
    for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
      const running = world.start(['run', '--json', ...words]);
      await world.untilServerDoes(/startup/);
      running.kill(signal);
      await running.ended;
      await world.expectNothingLeft();
    }

    const other = await World.open();
    try {
      const [elsewhere, ...here] = await Promise.all([
        other.drill(asked()),
        ...[1, 2].map(() => world.drill(words)),
      ]);
      here.sort(({ record }) => (record.verdict === 'PROVEN' ? -1 : 1));
      const [proven, refused] = here;

      expect([elsewhere.record.verdict, proven?.record.verdict]).toEqual(['PROVEN', 'PROVEN']);
      expect(refused?.record.findings.map(({ code }) => code)).toContain('DRILL_ALREADY_RUNNING');
      if (proven === undefined) return;
      expect([elsewhere, proven].flatMap(({ record }) => graveFindings(record))).toEqual([]);
      await world.expectSealed(proven);
      await other.expectSealed(elsewhere);
    } finally {
      other.remove();
    }
  });

  test('by the end of our process leaves nothing', async () => {
    const running = world.start(['run', '--json', ...asked()]);
    while (world.processes().length === 0) await sleep(50);
    running.kill('SIGKILL');
    await running.ended;
    await world.expectNothingLeft();
  });
});
