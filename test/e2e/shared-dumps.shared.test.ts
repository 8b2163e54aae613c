import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FindingCode } from '../../lib/domain/findings/findings.ts';
import type { DrillRecord } from '../../lib/domain/record/drill-record.ts';
import { repositoryRoot } from '../support/repository-root.ts';
import { World } from './support/world.ts';

const dumpsFolder = join(repositoryRoot, '..', 'shared', 'dumps');
const examplesConfig = join(repositoryRoot, 'examples', 'drills.yaml');

interface ExpectedFile {
  format: string;
  verdict: 'pass' | 'fail' | 'not-a-dump';
  reason?: string;
  rows?: Record<string, number>;
}

const codeOf: Record<string, FindingCode> = {
  truncated: 'DUMP_TRUNCATED',
  corrupt: 'DUMP_CORRUPT',
  'checksum-mismatch': 'CHECKSUM_MISMATCH',
  empty: 'DUMP_EMPTY',
  'not-a-dump': 'DUMP_NOT_A_DUMP',
  'no-data': 'NO_DATA',
  encrypted: 'DUMP_ENCRYPTED',
  'orphaned-rows': 'FK_ORPHANS',
  'missing-table': 'TABLE_MISSING',
  stale: 'STALE_DATA',
};

/** What no dump can tell by itself is asked by the configuration of its system. */
const configuredAs: Record<string, string> = { 'missing-table': 'cleaning', stale: 'vlvt' };

const encryptionExample = 'example-key-not-secret';

function defineTests(): void {
  const expectedFile = join(dumpsFolder, 'EXPECTED.json');
  const { files } = JSON.parse(readFileSync(expectedFile, 'utf8')) as { files: Record<string, ExpectedFile> };
  const isPhysical = ({ format }: ExpectedFile) => /basebackup|WAL/.test(format);
  const listed = Object.entries(files);
  const good = listed.filter(([, file]) => file.verdict === 'pass' && !isPhysical(file));
  const physical = listed.filter(([, file]) => file.verdict === 'pass' && isPhysical(file));
  const bad = listed.filter(([, file]) => file.verdict === 'fail');
  const others = listed.filter(([, file]) => file.verdict === 'not-a-dump');

  let world: World;
  beforeAll(async () => {
    world = await World.open();
  });
  afterAll(() => {
    world?.remove();
  });
  // A server of another major version may have to be fetched first.
  const patience = 300_000;

  test.each(good)('%s is PROVEN with the right row counts', { timeout: patience }, async (path, file) => {
    const { record } = await world.expectProven(['--dump', join(dumpsFolder, path)]);
    expect(rowsOf(record, file.rows ?? {})).toEqual(file.rows);
  });

  test.each(bad)('%s is named for what it is', { timeout: patience }, async (path, { reason = '' }) => {
    const code = codeOf[reason];
    if (code === undefined) throw new Error(`there is no finding for "${reason}"`);
    const system = configuredAs[reason];
    const words = system === undefined ? [] : [system, '--config', examplesConfig];
    const verdict = code === 'DUMP_ENCRYPTED' ? 'COULD_NOT_VERIFY' : 'NOT_PROVEN';
    await world.expectDrill([...words, '--dump', join(dumpsFolder, path)], { verdict, code });
  });

  test.each(physical)('%s is answered as a physical backup', async (path) => {
    await world.expectDrill(['--dump', join(dumpsFolder, path)], {
      verdict: 'COULD_NOT_VERIFY',
      code: 'PHYSICAL_BACKUP',
    });
  });

  test.each(others)('%s is not proven as a dump when somebody asks for it', async (path) => {
    const { record } = await world.drill(['--dump', join(dumpsFolder, path)]);
    expect(record.verdict).not.toBe('PROVEN');
    expect(record.teardown.confirmed).toBe(true);
  });

  test('the encrypted dump is PROVEN with its passphrase, with the rows of its healthy twin', {
    timeout: patience,
  }, async () => {
    const dump = join(dumpsFolder, 'bad/14-encrypted/cleaning_20261019T020000Z.sql.gz.enc');
    const words = ['--dump', dump, '--decrypt-passphrase-env', 'CLEANING_KEY'];
    const { record } = await world.expectProven(words, { env: { CLEANING_KEY: encryptionExample } });
    const twin = files['cleaning/cleaning_20261018T020000Z.sql.gz']?.rows;
    expect(rowsOf(record, twin ?? {})).toEqual(twin);
  });

  describe('the five systems, each from the night after its newest dump', () => {
    const systems = [
      {
        name: 'guestguard',
        folder: 'guestguard/daily',
        at: '2026-11-18T06:00:00Z',
        newest: 'guestguard_2026-11-18.sql.gz',
      },
      {
        name: 'cleaning',
        folder: 'cleaning',
        at: '2026-11-18T03:00:00Z',
        newest: 'cleaning_20261118T020000Z.sql.gz',
      },
      {
        name: 'cleaning-app',
        folder: 'cleaning-custom',
        at: '2026-11-18T03:00:00Z',
        newest: 'pg_cleaning_20261118T020000Z.dump',
      },
      {
        name: 'vlvt',
        folder: 'vlvt',
        at: '2026-11-18T04:00:00Z',
        newest: 'vlvt_backup_2026-11-18_03-00-00.sql.gz',
      },
      {
        name: 'homelab',
        folder: 'homelab',
        at: '2026-11-18T10:30:00Z',
        newest: 'postgres-all-20261118-095822.sql.gz',
      },
    ];
    test.each(systems)('$name is PROVEN', { timeout: patience }, async ({ name, folder, at, newest }) => {
      const words = [name, '--config', examplesConfig, '--from', join(dumpsFolder, folder), '--at', at];
      const { record } = await world.expectProven(words);
      expect(record).toMatchObject({ database: name, asOf: new Date(at).toISOString() });
      expect(basename(record.provenDump ?? '')).toBe(newest);
      expect(record.rto.targetSeconds).toBeGreaterThan(0);
      expect(record.rpo.targetSeconds).toBeGreaterThan(0);
      expect(record.checks.map(({ status }) => status)).not.toContain('failed');
      // Sidecars, markers and uploads lie beside the dumps: no word of them.
      const passedOver = record.findings
        .filter(({ code }) => code === 'DUMP_REFUSED')
        .map(({ message }) => message);
      expect(passedOver.join('\n')).not.toMatch(/LAST_SUCCESS|uploads_|\.sha256/);
    });
  });
}

/** Counts as EXPECTED.json names them: `schema.table`, in a cluster `database:schema.table`; its tables alone. */
function rowsOf(record: DrillRecord, expected: Record<string, number>): Record<string, number> {
  const isCluster = Object.keys(expected).some((name) => name.includes(':'));
  return Object.fromEntries(
    record.tables.map(({ database, schema, name, rows }) => [
      `${isCluster ? `${database}:` : ''}${schema}.${name}`,
      rows,
    ]),
  );
}

// A clone of the repository has no such folder: then one test says by name what was not run.
if (existsSync(dumpsFolder)) describe('the shared dumps', defineTests);
else {
  test('the drills of ../shared/dumps were not run: the folder is absent', () => {
    process.stderr.write(`not run: test/e2e/shared-dumps.shared.test.ts (no ${dumpsFolder})\n`);
    expect(existsSync(dumpsFolder)).toBe(false);
  });
}
