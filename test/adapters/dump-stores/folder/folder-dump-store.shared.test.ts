import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { createFolderDumpStore } from '../../../../lib/adapters/dump-stores/folder/folder-dump-store.ts';
import { openConfiguredStore } from '../../../../lib/adapters/dump-stores/open-for-local.ts';
import { readChecksumFile } from '../../../../lib/domain/backup/checksum-sidecar.ts';
import { judgeCompanions } from '../../../../lib/domain/backup/companions.ts';
import type { DumpObject } from '../../../../lib/domain/backup/dump.ts';
import { type SelectionCriteria, selectDumps } from '../../../../lib/domain/backup/dump-selection.ts';
import { type DatabaseConfig, parseConfig } from '../../../../lib/domain/config/index.ts';
import type { DumpStore } from '../../../../lib/ports/dump-store.ts';

const shared = join('..', 'shared', 'dumps');
const present = existsSync(join(shared, 'EXPECTED.json'));
const describeWithShared = present ? describe : () => undefined;

async function objectsOf(store: DumpStore): Promise<DumpObject[]> {
  const objects: DumpObject[] = [];
  for await (const object of store.list()) objects.push(object);
  return objects;
}

function configOf(name: string): DatabaseConfig {
  const parsed = parseConfig(readFileSync('examples/drills.yaml', 'utf8'));
  const database = 'config' in parsed ? parsed.config.databases[name] : undefined;
  if (database === undefined) throw new Error(`no ${name} in the example`);
  return database;
}

async function select(name: string, folder: string, criteria: Partial<SelectionCriteria> = {}) {
  const { source } = configOf(name);
  const { store, prefix } = await openConfiguredStore(source, { fromFolder: join(shared, folder) });
  const objects = await objectsOf(store);
  const { pattern, timezone, minBytes } = source;
  const chosen = {
    pattern,
    timezone,
    minBytes,
    now: '2026-11-28T12:00:00.000Z',
    prefix,
    at: null,
    key: null,
    acceptArchived: false,
    ...criteria,
  };
  return { store, objects, selection: selectDumps(objects, chosen) };
}

describeWithShared('the dumps of the five systems', () => {
  it.each([
    [
      'guestguard',
      'guestguard',
      ['guestguard_2026-11-18.sql.gz', 'guestguard_2026-10-20.sql.gz', 'guestguard_2025-12-20.sql.gz'],
    ],
    ['cleaning', 'cleaning', ['cleaning_20261118T020000Z.sql.gz', 'cleaning_20261018T020000Z.sql.gz']],
    [
      'cleaning-app',
      'cleaning-custom',
      [
        'pg_cleaning_20261118T020000Z.dump',
        'pg_cleaning_20261117T020000Z.dump',
        'pg_cleaning_20250101T020000Z.dump',
      ],
    ],
    ['vlvt', 'vlvt', ['vlvt_backup_2026-11-18_03-00-00.sql.gz', 'vlvt_backup_2026-01-26_03-00-00.sql.gz']],
    [
      'homelab',
      'homelab',
      ['20261118/postgres-all-20261118-095822.sql.gz', '20251116/postgres-all-20251116-095831.sql.gz'],
    ],
  ])('of %s are found, newest first, and nothing else', async (name, folder, expected) => {
    const { selection } = await select(name, folder);

    expect(selection.candidates.map(({ key }) => key)).toEqual(expected);
    expect(selection).toMatchObject({ refused: [], newestRefused: null });
  });

  it('are chosen by a moment in the past', async () => {
    const { selection } = await select('cleaning-app', 'cleaning-custom', { at: '2026-11-17T12:00:00.000Z' });

    expect(selection.candidates[0]?.key).toBe('pg_cleaning_20261117T020000Z.dump');
  });

  it('bring the checksum of the very file', async () => {
    const { store, selection } = await select('cleaning-app', 'cleaning-custom');
    const dump = selection.candidates[0];
    const sidecar = dump?.sidecarKey ?? '';

    const checksum = readChecksumFile(await text(await store.open(sidecar)), sidecar, dump?.key ?? '');

    const expected = JSON.parse(readFileSync(join(shared, 'EXPECTED.json'), 'utf8')) as {
      files: Record<string, { sha256: string }>;
    };
    expect(checksum).toEqual({
      sha256: expected.files[`cleaning-custom/${dump?.key}`]?.sha256,
      finding: null,
    });
  });

  it('bring their companions', async () => {
    const { store, objects, selection } = await select('cleaning', 'cleaning');
    const { companions } = configOf('cleaning');

    const outcome = judgeCompanions(objects, companions, {
      prefix: '',
      timezone: 'UTC',
      dumpMoment: selection.candidates[0]?.nameTimestamp?.startsAt ?? null,
      asOf: '2026-11-18T12:00:00.000Z',
      texts: new Map([['LAST_SUCCESS.txt', await text(await store.open('LAST_SUCCESS.txt'))]]),
    });

    expect(outcome.findings).toEqual([]);
    expect(outcome.found.map(({ object }) => object.key)).toEqual([
      'uploads_20261118T020000Z.tar.gz',
      'LAST_SUCCESS.txt',
    ]);
  });

  it('surface a newest night of zero bytes', async () => {
    const { selection } = await select('vlvt', 'bad/03-empty', { at: '2026-11-15T12:00:00.000Z' });

    expect(selection).toMatchObject({ candidates: [], newestRefused: { code: 'DUMP_EMPTY' } });
  });

  it('are found as a folder, too', async () => {
    const objects = await objectsOf(createFolderDumpStore(join(shared, 'public', 'northwind')));
    const { candidates } = selectDumps(objects, {
      pattern: 'northwind_{timestamp:YYYYMMDD}.dir',
      prefix: '',
      timezone: 'UTC',
      now: '2026-11-28T12:00:00.000Z',
      minBytes: 0,
      at: null,
      key: null,
      acceptArchived: false,
    });

    expect(candidates).toMatchObject([{ key: 'northwind_20261118.dir/', directory: true }]);
    expect(candidates[0]?.sizeBytes).toBeGreaterThan(60_000);
  });

  it('are never taken from a folder of base backups and WAL', async () => {
    for (const folder of ['guestguard/wal', 'guestguard/basebackup']) {
      const objects = await objectsOf(createFolderDumpStore(join(shared, folder)));
      const criteria = {
        pattern: null,
        prefix: '',
        timezone: 'UTC',
        now: '2026-11-28T12:00:00.000Z',
        minBytes: 0,
        at: null,
        key: null,
        acceptArchived: false,
      };
      expect(selectDumps(objects, criteria)).toMatchObject({ candidates: [], refused: [] });
      expect(selectDumps(objects, criteria).ignoredPhysical).toBe(objects.length);
    }
  });
});

if (!present) {
  describe('the dumps of the five systems', () => {
    it('were NOT selected here: the folder of shared dumps is absent', () => {
      process.stderr.write(
        `not run: test/adapters/dump-stores/folder/folder-dump-store.shared.test.ts (no ${shared})\n`,
      );
      expect(present).toBe(false);
    });
  });
}
