import { execFileSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { FindingCode } from '../../lib/domain/findings/findings.ts';
import { opensslProgram } from '../../scripts/oracle-programs.mjs';
import { type ArchivedCluster, makeArchivedCluster, segmentsIn } from '../support/archived-cluster.ts';
import { type IncrementalChain, makeIncrementalChain } from '../support/incremental-chain.ts';
import { pgBackRestFiles, writeRepository } from '../support/pgbackrest-repository.ts';
import { type S3Server, startS3Server } from './support/s3-server.ts';
import { type Drilled, type ExpectedOutcome, World } from './support/world.ts';

let archived: ArchivedCluster;
let world: World;

beforeAll(async () => {
  archived = await makeArchivedCluster('t');
});
afterAll(() => {
  rmSync(archived.folder, { recursive: true, force: true });
});
beforeEach(async () => {
  world = await World.open();
  cpSync(archived.base, world.path('backups', 'base'), { recursive: true });
  cpSync(archived.wal, world.path('backups', 'wal'), { recursive: true });
});
afterEach(() => world.remove());

const base = (): string => world.path('backups', 'base');
const wal = (): string => world.path('backups', 'wal');
const asked = (...words: string[]): string[] => ['--base', base(), '--wal', wal(), ...words];
const markers = ({ record }: Drilled): unknown => record.tables.find(({ name }) => name === 'marker')?.rows;
const segment = (index: number): string => join(wal(), segmentsIn(wal()).at(index) ?? '');

describe('a base backup with its WAL', () => {
  test.each<[string, () => string[], number]>([
    ['to the end of the archive', () => [], 4],
    ['to the moment it is consistent', () => ['--immediate'], 1],
    ['to a moment between two commits', () => ['--at', archived.moment], 2],
  ])('is recovered %s, and every row is read', async (_, words, rows) => {
    const drilled = await world.expectProven(asked(...words()));

    expect(markers(drilled)).toBe(rows);
    expect(drilled.record.dump).toMatchObject({ format: 'base backup' });
  });

  test('is recovered from segments that are compressed, whatever their names say', async () => {
    for (const [index, name] of segmentsIn(wal()).entries()) {
      const path = join(wal(), name);
      writeFileSync(index % 2 === 0 ? `${path}.gz` : path, gzipSync(readFileSync(path)));
      if (index % 2 === 0) rmSync(path);
    }
    expect(markers(await world.expectProven(asked()))).toBe(4);
  });

  test('is recovered from one tarball of a data directory, and WAL from a tarball of segments', async () => {
    const unpacked = world.path('unpacked');
    execFileSync('sh', [
      '-c',
      `mkdir -p ${unpacked}/pgdata/pg_wal && tar -xzf ${base()}/base.tar.gz -C ${unpacked}/pgdata && tar -xzf ${base()}/pg_wal.tar.gz -C ${unpacked}/pgdata/pg_wal && cp ${base()}/backup_manifest ${unpacked}/pgdata/ && tar -czf ${world.path('base_20260101T000000Z.tar.gz')} -C ${unpacked} pgdata && tar -czf ${world.path('wal_archive.tar.gz')} -C ${wal()} .`,
    ]);
    const words = [
      '--base',
      world.path('base_20260101T000000Z.tar.gz'),
      '--wal',
      world.path('wal_archive.tar.gz'),
    ];
    expect(markers(await world.expectProven(words))).toBe(4);

    // The same by the beginning of the archive's names, from a folder that holds both.
    cpSync(words[1] as string, world.path('night', 'base_20260101T000000Z.tar.gz'));
    cpSync(words[3] as string, world.path('night', 'wal_archive_20260101T120000Z.tar.gz'));
    const together = ['--base', world.path('night'), '--wal', world.path('night', 'wal_archive')];
    expect(markers(await world.expectProven(together))).toBe(4);
  });

  test('is recovered from one folder where each file was renamed, and from a tarball that was cut', async () => {
    const night = world.path('night');
    for (const name of ['base.tar.gz', 'pg_wal.tar.gz', 'backup_manifest'])
      cpSync(join(base(), name), join(night, `20260101T000000Z_${name}`));
    const { record } = await world.expectProven(['--base', night, '--wal', wal()]);
    expect(record.provenDump).toContain('20260101T000000Z_base.tar.gz');
    // Its own manifest was found beside it.
    expect(record.findings.map(({ code }) => code)).not.toContain('BASE_BACKUP_UNVERIFIED');

    const cut = world.path('cut');
    mkdirSync(cut);
    execFileSync('sh', [
      '-c',
      `tar -cf - -C ${base()} . | split -b 2000000 - ${join(cut, 'base_20260101T000000Z.tar.')}`,
    ]);
    expect(markers(await world.expectProven(['--base', cut, '--wal', wal()]))).toBe(4);
    rmSync(join(cut, 'base_20260101T000000Z.tar.ab'));
    await world.expectDrill(['--base', cut, '--wal', wal()], {
      verdict: 'NOT_PROVEN',
      code: 'DUMP_PART_MISSING',
    });
  });
});

describe('a chain of incremental backups', () => {
  let chain: IncrementalChain;
  beforeAll(async () => {
    chain = await makeIncrementalChain('t');
  });
  afterAll(() => rmSync(chain.folder, { recursive: true, force: true }));
  const rows = ({ record }: Drilled): unknown => record.tables.find(({ name }) => name === 'item')?.rows;

  test('is recovered, from its last backup to the end of the archive', async () => {
    const drilled = await world.expectProven(['--base', chain.backups, '--wal', chain.wal]);
    const byName = await world.expectProven([
      ...['--base', join(chain.backups, chain.names.at(-1) ?? ''), '--wal', chain.wal],
    ]);

    expect([rows(drilled), rows(byName)]).toEqual([chain.rows.latest, chain.rows.latest]);
    expect(drilled.record.findings).toContainEqual(expect.objectContaining({ code: 'BASE_BACKUP_COMBINED' }));
  });

  test('proves nothing where one of it is missing', async () => {
    const backups = world.path('chain');
    cpSync(chain.backups, backups, { recursive: true });
    rmSync(join(backups, chain.names[1] ?? ''), { recursive: true });
    await world.expectDrill(['--base', backups, '--wal', chain.wal], {
      verdict: 'NOT_PROVEN',
      code: 'BASE_BACKUP_CHAIN_INCOMPLETE',
    });
  });
});

describe('a base backup whose files are encrypted, and its WAL', () => {
  /** As a job does that pipes each file through openssl. */
  const encrypt = (folder: string): void => {
    for (const { name } of readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile())) {
      const words = ['-aes-256-cbc', '-pbkdf2', '-pass', 'pass:right', '-in', join(folder, name)];
      execFileSync(opensslProgram(), ['enc', ...words, '-out', join(folder, `${name}.enc`)]);
      rmSync(join(folder, name));
    }
  };
  const run = { env: { RIGHT: 'right', WRONG: 'wrong' } };
  const withKey = (name: string): string[] => asked('--decrypt-passphrase-env', name);

  test('are recovered with their passphrase', async () => {
    encrypt(base());
    encrypt(wal());
    expect(markers(await world.expectProven(withKey('RIGHT'), run))).toBe(4);
  });

  test.each<[string, () => string[], FindingCode]>([
    ['without one', () => asked(), 'DUMP_ENCRYPTED'],
    ['with another', () => withKey('WRONG'), 'DECRYPTION_FAILED'],
  ])('could not be verified %s, the base as little as the WAL', async (_, words, code) => {
    encrypt(wal());
    await world.expectDrill(words(), { verdict: 'COULD_NOT_VERIFY', code }, run);
    encrypt(base());
    await world.expectDrill(words(), { verdict: 'COULD_NOT_VERIFY', code }, run);
  });

  test('could not be verified where a data directory was encrypted file by file, and the hint names commands', async () => {
    const directory = world.path('directory');
    for (const [folder, name] of [
      ['', 'PG_VERSION'],
      ['', 'backup_label'],
      ['global', 'pg_control'],
      ['base/1', '1259'],
    ] as const) {
      mkdirSync(join(directory, folder), { recursive: true });
      writeFileSync(join(directory, folder, name), Buffer.alloc(8192, 7));
    }
    for (const folder of ['', 'global', 'base/1']) encrypt(join(directory, folder));

    const { record } = await world.expectDrill(['--base', directory, '--wal', wal()], {
      verdict: 'COULD_NOT_VERIFY',
      code: 'BASE_BACKUP_UNREAD',
    });
    expect(record.findings.filter(({ severity }) => severity !== 'info').map(({ code }) => code)).toEqual([
      'BASE_BACKUP_UNREAD',
    ]);
    expect(record.findings.find(({ code }) => code === 'BASE_BACKUP_UNREAD')).toMatchObject({
      message: expect.stringContaining('encrypted one by one (pg_control by openssl)'),
      hint: expect.stringContaining('source.physical.commands'),
    });
  });
});

describe('a repository of pgBackRest', () => {
  const labels = ['20260101-000000F', '20260101-000000F_20260102-000000I'];
  const held = (): string => world.path('repository');
  const source = `    source: { folder: ./repository, physical: { tool: pgbackrest, stanza: main }, decrypt: { passphraseEnv: KEY } }`;
  const drill = (): string[] => ['shop', '--config', world.configuration(source)];
  const run = { env: { KEY: 'right', WRONG: 'wrong' } };

  beforeEach(() => {
    const data = world.path('unpacked');
    mkdirSync(data);
    execFileSync('tar', ['-xzf', join(base(), 'base.tar.gz'), '-C', data]);
    const names = readdirSync(data, { recursive: true, withFileTypes: true }).filter((each) => each.isFile());
    const files = new Map(
      names.map(({ name, parentPath }) => {
        const path = join(parentPath, name);
        return [path.slice(data.length + 1), readFileSync(path)];
      }),
    );
    const manifest = readFileSync(join(base(), 'backup_manifest'), 'utf8');
    const [, startLsn = '', stopLsn = ''] = /"Start-LSN": "(.*?)", "End-LSN": "(.*?)"/.exec(manifest) ?? [];
    writeRepository(
      held(),
      pgBackRestFiles({
        passphrase: 'right',
        systemIdentifier: archived.systemIdentifier,
        backups: labels.map((label) => ({ label, files, startLsn, stopLsn })),
        segments: new Map(segmentsIn(wal()).map((name) => [name, readFileSync(join(wal(), name))])),
      }),
    );
  });

  test('is recovered from its last backup, most of which lies in an earlier one', async () => {
    const drilled = await world.expectProven(drill(), run);

    expect(markers(drilled)).toBe(4);
    expect(drilled.record.dump?.key).toBe(`backup/main/${labels[1]}/`);
  });

  test('is looked for by the doctor, with its key', async () => {
    const file = world.configuration(
      `    source: { folder: ${held()}, physical: { tool: pgbackrest, stanza: main }, decrypt: { passphraseEnv: KEY } }`,
    );
    const doctor = async (key: string) => world.run(['doctor', '--config', file], { env: { KEY: key } });
    expect((await doctor('right')).stdout).toMatch(/^ok +repository of shop: .* answers: 2 backups$/m);
    expect((await doctor('wrong')).stdout).toMatch(/^problem +repository of shop: .* does not decrypt/m);
    rmSync(join(held(), 'archive'), { recursive: true });
    const lacking = await doctor('right');
    expect(lacking.stdout).toContain('there is no archive/main/archive.info');
    expect(lacking.code).toBe(2);
  });

  test('could not be verified with another passphrase', async () => {
    const words = [...drill(), '--decrypt-passphrase-env', 'WRONG'];
    await world.expectDrill(words, { verdict: 'COULD_NOT_VERIFY', code: 'DECRYPTION_FAILED' }, run);
  });

  test('proves nothing where a file of its manifest, or a segment, is missing', async () => {
    const segments = join(held(), 'archive/main/15-1', segmentsIn(wal())[0]?.slice(0, 16) ?? '');
    const missing = readdirSync(segments).sort().at(-2) ?? '';
    rmSync(join(segments, missing));
    await world.expectDrill(drill(), { verdict: 'NOT_PROVEN', code: 'WAL_MISSING' }, run);

    rmSync(join(held(), `backup/main/${labels[0]}/pg_data/global/1262.gz`));
    await world.expectDrill(drill(), { verdict: 'NOT_PROVEN', code: 'BASE_BACKUP_INCOMPLETE' }, run);
  });
});

describe('base backups and WAL in a bucket', () => {
  let s3: S3Server;
  beforeEach(async () => {
    s3 = await startS3Server(world.base);
  });
  afterEach(() => s3.close());
  const run = { env: { AWS_ACCESS_KEY_ID: 'key', AWS_SECRET_ACCESS_KEY: 'secret', AWS_REGION: 'eu-west-1' } };

  test.each([
    ['both', () => ['s3://backups/base/', 's3://backups/wal/']],
    [
      'a folder without its slash, which is no beginning of another',
      () => ['s3://backups/base', 's3://backups/wal'],
    ],
    ['the WAL alone', () => [base(), 's3://backups/wal/']],
  ])('are recovered from there: %s', async (_, places) => {
    cpSync(base(), world.path('backups', 'base-other'), { recursive: true });
    const [from = '', archive = ''] = places();
    const words = ['--base', from, '--wal', archive, '--endpoint-url', s3.url];
    const drilled = await world.expectProven(words, run);

    expect(markers(drilled)).toBe(4);
    expect(s3.read.filter((key) => key.startsWith('base-other'))).toEqual([]);
  });
});

/** Fast, and as WAL-G writes it: without any mark at its beginning. */
const brotli = (content: Buffer): Buffer =>
  brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } });

describe('a backup of WAL-G', () => {
  const name = 'base_000000010000000000000002';
  const backups = (...names: string[]): string => world.path('basebackups_005', ...names);
  const asked = (): string[] => ['--base', backups(), '--wal', wal()];

  beforeEach(() => {
    const data = world.path('unpacked');
    mkdirSync(data);
    mkdirSync(backups(name, 'tar_partitions'), { recursive: true });
    execFileSync('tar', ['-xzf', join(base(), 'base.tar.gz'), '-C', data]);
    // Its members begin with a slash, and pg_control lies in a tar of its own.
    const tar = (to: string, ...words: string[]): void => {
      const rooted = ['-P', '--transform', 's,^[.],,S', '-C', data, ...words];
      execFileSync('tar', ['-czf', backups(name, 'tar_partitions', to), ...rooted]);
    };
    tar('part_001.tar.gz', '--exclude=./global/pg_control', '.');
    tar('pg_control.tar.gz', './global/pg_control');
    const files = readdirSync(data, { recursive: true, withFileTypes: true }).filter((each) => each.isFile());
    const told = files.map((each) => [
      join(each.parentPath, each.name).slice(data.length),
      { IsIncremented: false, IsSkipped: false },
    ]);
    const manifest = readFileSync(join(base(), 'backup_manifest'), 'utf8');
    const [, start = '', stop = ''] = /"Start-LSN": "0.(.*?)", "End-LSN": "0.(.*?)"/.exec(manifest) ?? [];
    writeFileSync(backups(name, 'files_metadata.json'), JSON.stringify({ Files: Object.fromEntries(told) }));
    writeFileSync(
      backups(`${name}_backup_stop_sentinel.json`),
      `{"LSN":${Number.parseInt(start, 16)},"FinishLSN":${Number.parseInt(stop, 16)},"SystemIdentifier":${archived.systemIdentifier}}`,
    );
  });

  test('is recovered, and said to have no checksums', async () => {
    const { record } = await world.drill(asked());

    expect(record.verdict).toBe('PROVEN');
    expect(record.tables.find((table) => table.name === 'marker')?.rows).toBe(4);
    expect(record.findings.map(({ code }) => code)).toContain('BASE_BACKUP_UNVERIFIED');
  });

  test('proves nothing where a file that it names is in none of its tars', async () => {
    rmSync(backups(name, 'tar_partitions', 'part_001.tar.gz'));
    const words = ['-czPf', backups(name, 'tar_partitions', 'part_001.tar.gz'), '--transform', 's,^[.],,S'];
    const left = [
      '--exclude=./global/pg_control',
      '--exclude=./base/1/1259',
      '-C',
      world.path('unpacked'),
      '.',
    ];
    execFileSync('tar', [...words, ...left]);
    await world.expectDrill(asked(), { verdict: 'NOT_PROVEN', code: 'BASE_BACKUP_INCOMPLETE' });
  });

  test('was not finished without its sentinel, where others have one', async () => {
    renameSync(
      backups(`${name}_backup_stop_sentinel.json`),
      backups('base_000000010000000000000001_backup_stop_sentinel.json'),
    );
    await world.expectDrill(asked(), { verdict: 'NOT_PROVEN', code: 'BASE_BACKUP_INCOMPLETE' });
  });

  test('is recovered from brotli, its WAL too, and not where that was cut', async () => {
    const tars = backups(name, 'tar_partitions');
    for (const tar of readdirSync(tars)) {
      const content = gunzipSync(readFileSync(join(tars, tar)));
      writeFileSync(join(tars, tar.replace(/gz$/, 'br')), brotli(content));
      rmSync(join(tars, tar));
    }
    for (const segmentName of segmentsIn(wal())) {
      writeFileSync(join(wal(), `${segmentName}.br`), brotli(readFileSync(join(wal(), segmentName))));
      rmSync(join(wal(), segmentName));
    }
    const { record } = await world.drill(asked());
    expect(record.verdict).toBe('PROVEN');
    expect(record.tables.find((table) => table.name === 'marker')?.rows).toBe(4);

    truncateSync(join(tars, 'part_001.tar.br'), 50_000);
    await world.expectDrill(asked(), { verdict: 'NOT_PROVEN', code: 'BASE_BACKUP_INCOMPLETE' });
  });

  test.each<[string, object, string]>([
    ['is a delta', { DeltaFrom: 'base_000000010000000000000001' }, 'it is a delta backup'],
    [
      'was made without a list of its files',
      { FilesMetadataDisabled: true },
      'made without files_metadata.json',
    ],
  ])('could not be verified where it %s, and the hint names commands', async (_, more, message) => {
    const sentinel = backups(`${name}_backup_stop_sentinel.json`);
    const told = readFileSync(sentinel, 'utf8');
    writeFileSync(sentinel, told.replace(/\}$/, `,${JSON.stringify(more).slice(1)}`));
    if ('FilesMetadataDisabled' in more) rmSync(backups(name, 'files_metadata.json'));
    const { record } = await world.expectDrill(asked(), {
      verdict: 'COULD_NOT_VERIFY',
      code: 'BASE_BACKUP_UNREAD',
    });
    const found = record.findings.find(({ code }) => code === 'BASE_BACKUP_UNREAD');
    expect(found?.message).toContain(message);
    expect(found?.hint).toContain('source.physical.commands');
  });

  test('lacks its list of files without a word of its sentinel, and proves nothing', async () => {
    rmSync(backups(name, 'files_metadata.json'));
    await world.expectDrill(asked(), { verdict: 'NOT_PROVEN', code: 'BASE_BACKUP_INCOMPLETE' });
  });

  test('could not be verified from its folder alone, where no sentinel is', async () => {
    const words = ['--base', backups(name), '--wal', wal()];
    await world.expectDrill(words, { verdict: 'COULD_NOT_VERIFY', code: 'BASE_BACKUP_UNREAD' });
  });
});

describe('base backups whose names tell no moment', () => {
  let several: ArchivedCluster;
  beforeAll(async () => {
    several = await makeArchivedCluster('t', { withLaterBase: true });
  });
  afterAll(() => rmSync(several.folder, { recursive: true, force: true }));
  const placed = (name: string): string => world.path('several', name);
  const drill = (at: string, mostDumps = 1): string[] => [
    'shop',
    '--config',
    world.configuration(
      '    source: { folder: ., pattern: "several/*/", physical: { wal: { prefix: archive/ } } }',
      `    walkBack: { maxDumps: ${mostDumps} }`,
    ),
    '--at',
    at,
  ];
  beforeEach(() => {
    cpSync(several.base, placed('b-first'), { recursive: true });
    cpSync(several.laterBase, placed('a-later'), { recursive: true });
    cpSync(several.wal, world.path('archive'), { recursive: true });
  });

  test('are chosen for a moment by their own, before anything is unpacked', async () => {
    const { record, ...drilled } = await world.expectProven(drill(several.moment));

    expect(record.dump?.key).toBe('several/b-first/');
    expect(markers({ record, ...drilled })).toBe(2);
    expect(record.attempts).toHaveLength(1);
    const passed = record.findings.find(({ code }) => code === 'DUMP_REFUSED');
    expect(passed?.message).toMatch(/several\/a-later\/ was passed over: it ended .*, after/);
  });

  test('are refused by name where all of them are newer, and nothing is unpacked', async () => {
    const { record } = await world.expectDrill(drill('2026-01-01T00:00:00Z'), {
      verdict: 'NOT_PROVEN',
      code: 'TARGET_BEFORE_BACKUP',
    });

    expect(record.phases.map(({ name }) => name).join()).not.toContain('unpack');
  });
});

describe('an archive that does not hold what it must', () => {
  const notProven = (code: FindingCode): ExpectedOutcome => ({ verdict: 'NOT_PROVEN', code });

  test('lacks a segment, which is named', async () => {
    const missing = segmentsIn(wal()).at(-2) ?? '';
    rmSync(join(wal(), missing));
    const { record } = await world.expectDrill(asked(), notProven('WAL_MISSING'));

    expect(record.findings.find(({ code }) => code === 'WAL_MISSING')?.message).toContain(missing);
  });

  test('has a segment that was cut', async () => {
    truncateSync(segment(-1), 4 * 1024 ** 2);
    await world.expectDrill(asked(), notProven('WAL_DAMAGED'));
  });

  test('has a segment with one bit flipped, in the middle of a record', async () => {
    const bytes = readFileSync(segment(-1));
    // Behind the header of the page, 40 bytes, stands the first record.
    bytes[60] = (bytes[60] as number) ^ 1;
    writeFileSync(segment(-1), bytes);
    await world.expectDrill(asked(), notProven('WAL_DAMAGED'));
  });

  test('ends before the moment', async () => {
    for (const name of segmentsIn(wal()).slice(-2)) rmSync(join(wal(), name));
    await world.expectDrill(asked('--at', archived.moment), notProven('TARGET_NOT_REACHED'));
  });
});

describe('a base backup that is not whole', () => {
  test('lacks a file of its manifest, which is named', async () => {
    const packed = join(base(), 'base.tar.gz');
    const folder = world.path('repacked');
    execFileSync('sh', [
      '-c',
      `mkdir ${folder} && tar -xzf ${packed} -C ${folder} && rm ${folder}/base/1/1259 && tar -czf ${packed} -C ${folder} $(ls -A ${folder})`,
    ]);
    const { record } = await world.expectDrill(asked(), {
      verdict: 'NOT_PROVEN',
      code: 'BASE_BACKUP_INCOMPLETE',
    });

    expect(record.findings[0]?.message).toContain('base/1/1259');
  });

  test('was cut off', async () => {
    truncateSync(join(base(), 'base.tar.gz'), 100_000);
    await world.expectDrill(asked(), { verdict: 'NOT_PROVEN', code: 'BASE_BACKUP_INCOMPLETE' });
  });

  test('lacks its label', async () => {
    rmSync(join(base(), 'backup_manifest'));
    const packed = join(base(), 'base.tar.gz');
    const folder = world.path('repacked');
    execFileSync('sh', [
      '-c',
      `mkdir ${folder} && tar -xzf ${packed} -C ${folder} && rm ${folder}/backup_label && tar -czf ${packed} -C ${folder} $(ls -A ${folder})`,
    ]);
    await world.expectDrill(asked(), { verdict: 'NOT_PROVEN', code: 'BASE_BACKUP_REFUSED' });
  });
});
