/**
 * Base backups through the front door, one of each kind. How else they may lie, and what else may be wrong with them, is asked
 * before a server starts (test/recovery/physical/recovering/handed-over.postgres.test.ts and refused-bases.postgres.test.ts),
 * and to where a server recovers of itself (test/adapters/sandboxes/local-process/recovery.postgres.test.ts).
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { opensslProgram } from '../../scripts/oracle-programs.mjs';
import { type ArchivedCluster, makeArchivedCluster, segmentsIn } from '../support/archived-cluster.ts';
import { type IncrementalChain, makeIncrementalChain } from '../support/incremental-chain.ts';
import { type ClusterRepository, writePgBackRestOf } from '../support/pgbackrest-of-cluster.ts';
import { writeWalGBackup } from '../support/wal-g-backup.ts';
import { startS3Server } from './support/s3-server.ts';
import { type Drilled, World } from './support/world.ts';

let archived: ArchivedCluster;
let world: World;

beforeAll(async () => {
  archived = await makeArchivedCluster('t', { withLaterBase: true });
});
afterAll(() => {
  rmSync(archived.folder, { recursive: true, force: true });
});
beforeEach(async () => {
  world = await World.open();
});
afterEach(() => world.remove());

const base = (): string => world.path('backups', 'base');
const wal = (): string => world.path('backups', 'wal');
/** Puts a copy of both into this world, and gives the words that drill them. */
function placed(...words: string[]): string[] {
  cpSync(archived.base, base(), { recursive: true });
  cpSync(archived.wal, wal(), { recursive: true });
  return ['--base', base(), '--wal', wal(), ...words];
}
const rowsOf = ({ record }: Drilled, table = 'marker'): unknown =>
  record.tables.find(({ name }) => name === table)?.rows;

describe('a base backup with its WAL', () => {
  test('is recovered to a moment between two commits, and every row is read', async () => {
    const drilled = await world.expectProven(placed('--at', archived.moment));

    expect(rowsOf(drilled)).toBe(2);
    expect(drilled.record.dump).toMatchObject({ format: 'base backup' });
  });

  test('is recovered from a bucket to the end of the archive', async () => {
    placed();
    cpSync(base(), world.path('backups', 'base-other'), { recursive: true });
    const s3 = await startS3Server(world.base);
    try {
      const drilled = await world.expectProven(
        ['--base', 's3://backups/base/', '--wal', 's3://backups/wal/', '--endpoint-url', s3.url],
        { env: { AWS_ACCESS_KEY_ID: 'key', AWS_SECRET_ACCESS_KEY: 'secret', AWS_REGION: 'eu-west-1' } },
      );
      expect(rowsOf(drilled)).toBe(4);
      expect(s3.read.filter((key) => key.startsWith('base-other'))).toEqual([]);
    } finally {
      s3.close();
    }
  });

  test('proves nothing where a segment is missing, which is named', async () => {
    const words = placed();
    const missing = segmentsIn(wal()).at(-2) ?? '';
    rmSync(join(wal(), missing));
    const { record } = await world.expectDrill(words, { verdict: 'NOT_PROVEN', code: 'WAL_MISSING' });

    expect(record.findings.find(({ code }) => code === 'WAL_MISSING')?.message).toContain(missing);
  });

  test('proves nothing where a file of its manifest is missing, which is named', async () => {
    const words = placed();
    const folder = world.path('repacked');
    mkdirSync(folder);
    execFileSync('tar', ['-xzf', join(base(), 'base.tar.gz'), '-C', folder]);
    rmSync(join(folder, 'base/1/1259'));
    execFileSync('tar', ['-czf', join(base(), 'base.tar.gz'), '-C', folder, ...readdirSync(folder)]);
    const { record } = await world.expectDrill(words, {
      verdict: 'NOT_PROVEN',
      code: 'BASE_BACKUP_INCOMPLETE',
    });

    expect(record.findings[0]?.message).toContain('base/1/1259');
  });

  test('proves nothing where it was cut into parts, one of which is missing', async () => {
    const cut = world.path('cut');
    mkdirSync(cut);
    const begin = join(cut, 'base_20260101T000000Z.tar.');
    execFileSync('sh', ['-c', `tar -cf - -C ${archived.base} . | split -b 1000000 - ${begin}`]);
    rmSync(`${begin}ab`);
    await world.expectDrill(['--base', cut, '--wal', archived.wal], {
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

  test('is recovered, to the moment its last backup is consistent', async () => {
    const drilled = await world.expectProven(['--base', chain.backups, '--wal', chain.wal, '--immediate']);

    expect(rowsOf(drilled, 'item')).toBe(chain.rows.immediate);
    expect(drilled.record.findings).toContainEqual(expect.objectContaining({ code: 'BASE_BACKUP_COMBINED' }));
  });
});

describe('a base backup whose files are encrypted, and its WAL', () => {
  /** As a job does that pipes each file through openssl. */
  const encrypt = (folder: string): void => {
    for (const name of readdirSync(folder)) {
      const words = ['-aes-256-cbc', '-pbkdf2', '-pass', 'pass:right', '-in', join(folder, name)];
      execFileSync(opensslProgram(), ['enc', ...words, '-out', join(folder, `${name}.enc`)]);
      rmSync(join(folder, name));
    }
  };
  const run = { env: { RIGHT: 'right', WRONG: 'wrong' } };

  test('are recovered with their passphrase', async () => {
    const words = placed('--decrypt-passphrase-env', 'RIGHT');
    encrypt(base());
    encrypt(wal());
    expect(rowsOf(await world.expectProven(words, run))).toBe(4);
  });

  test('could not be verified: the WAL with another, the base without one', async () => {
    const words = placed();
    encrypt(wal());
    await world.expectDrill(
      [...words, '--decrypt-passphrase-env', 'WRONG'],
      { verdict: 'COULD_NOT_VERIFY', code: 'DECRYPTION_FAILED' },
      run,
    );
    encrypt(base());
    await world.expectDrill(words, { verdict: 'COULD_NOT_VERIFY', code: 'DUMP_ENCRYPTED' });
  });
});

describe('a repository of pgBackRest', () => {
  let repository: ClusterRepository;
  beforeAll(() => {
    repository = writePgBackRestOf(join(archived.folder, 'pgbackrest'), archived);
  });
  const configured = (folder: string): string =>
    world.configuration(
      `    source: { folder: ${folder}, physical: { tool: pgbackrest, stanza: main }, decrypt: { passphraseEnv: KEY } }`,
    );

  test('is recovered from its last backup, most of which lies in an earlier one', async () => {
    const words = ['shop', '--config', configured(repository.folder)];
    const drilled = await world.expectProven(words, { env: { KEY: 'right' } });

    expect(rowsOf(drilled)).toBe(4);
    expect(drilled.record.dump?.key).toBe(`backup/main/${repository.labels[1]}/`);
  });

  test('is looked for by the doctor, with its key', async () => {
    const doctor = async (key: string, folder = repository.folder) =>
      world.run(['doctor', '--config', configured(folder)], { env: { KEY: key } });
    expect((await doctor('right')).stdout).toMatch(/^ok +repository of shop: .* answers: 2 backups$/m);
    expect((await doctor('wrong')).stdout).toMatch(/^problem +repository of shop: .* does not decrypt/m);
    const half = world.path('half');
    cpSync(join(repository.folder, 'backup'), join(half, 'backup'), { recursive: true });
    const lacking = await doctor('right', half);
    expect(lacking.stdout).toContain('there is no archive/main/archive.info');
    expect(lacking.code).toBe(2);
  });
});

describe('a backup of WAL-G', () => {
  test('is recovered, and said to have no checksums', async () => {
    const { folder } = writeWalGBackup(world.base, archived);
    const drilled = await world.expectProven(['--base', folder, '--wal', archived.wal]);

    expect(rowsOf(drilled)).toBe(4);
    expect(drilled.record.findings.map(({ code }) => code)).toContain('BASE_BACKUP_UNVERIFIED');
  });
});

describe('base backups whose names tell no moment', () => {
  const drill = (at: string): string[] => [
    'shop',
    '--config',
    world.configuration(
      '    source: { folder: ., pattern: "several/*/", physical: { wal: { prefix: archive/ } } }',
      '    walkBack: { maxDumps: 1 }',
    ),
    '--at',
    at,
  ];
  beforeEach(() => {
    cpSync(archived.base, world.path('several', 'b-first'), { recursive: true });
    cpSync(archived.laterBase, world.path('several', 'a-later'), { recursive: true });
    cpSync(archived.wal, world.path('archive'), { recursive: true });
  });

  test('are chosen for a moment by their own, before anything is unpacked', async () => {
    const { record, ...drilled } = await world.expectProven(drill(archived.moment));

    expect(record.dump?.key).toBe('several/b-first/');
    expect(rowsOf({ record, ...drilled })).toBe(2);
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
