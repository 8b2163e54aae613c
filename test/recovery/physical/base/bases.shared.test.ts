/** The base backups of every set beside the repository: recognised, unpacked, compared with their manifests. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { createFolderDumpStore } from '../../../../lib/adapters/dump-stores/folder/folder-dump-store.ts';
import { groupBaseBackups, momentNameOf } from '../../../../lib/domain/backup/base-backups.ts';
import { recogniseTimestamp } from '../../../../lib/domain/time/name-timestamp.ts';
import { readDataDirectory } from '../../../../lib/recovery/physical/base/facts/data-directory.ts';
import { neutralise } from '../../../../lib/recovery/physical/base/foreign/neutralise.ts';
import { recogniseBase } from '../../../../lib/recovery/physical/base/layout/recognise-base.ts';
import type { BaseProblem } from '../../../../lib/recovery/physical/base/unpacking/base-problems.ts';
import { lookIntoBase } from '../../../../lib/recovery/physical/base/unpacking/look-into-base.ts';
import { filesOfBase } from '../../../../lib/recovery/physical/recovering/stored-files.ts';
import { filesBelow } from './support/folder-files.ts';
import { UnpackFolder } from './support/unpacking.ts';

const root = resolve(import.meta.dirname, '../../../../../shared/physical');
const isThere = existsSync(join(root, 'EXPECTED.json'));

const expectedSets = z.object({
  files: z.record(
    z.string(),
    z.object({ system_identifier: z.string().optional(), server: z.string().optional() }),
  ),
});
const expected = isThere
  ? expectedSets.parse(JSON.parse(readFileSync(join(root, 'EXPECTED.json'), 'utf8'))).files
  : {};

const setsOf = (parent: string): string[] =>
  isThere ? readdirSync(join(root, parent)).map((name) => `${parent}/${name}`) : [];

const good = [...setsOf('guestguard-pitr'), ...setsOf('clean-pitr')];
const bad = setsOf('bad-pitr');
/** Only what the base itself shows: of the others the WAL or its recovery tells. */
const badBases: Record<string, BaseProblem['kind'][]> = {
  'bad-pitr/manifest-missing-file': ['files missing'],
  'bad-pitr/tablespace-missing': ['files missing', 'tablespaces missing'],
  'bad-pitr/incremental-without-full': ['incremental'],
};

/** As a drill finds and opens them, WAL left out. */
async function basesOf(set: string, walPrefix = 'wal') {
  const store = createFolderDumpStore(join(root, set));
  const listed = [];
  for await (const object of store.list()) listed.push(object);
  const bases = [];
  const keys = groupBaseBackups(listed, walPrefix).map(({ key }) => key);
  for (const key of keys.sort()) {
    const files = await filesOfBase({ store, key, walPrefix, keys: { passphrase: null } });
    const takenAt = recogniseTimestamp(momentNameOf(key))?.startsAt;
    bases.push({ files, takenAt, layout: await recogniseBase(files) });
  }
  return bases;
}

let folder: UnpackFolder;
beforeEach(() => {
  folder = new UnpackFolder();
});
afterEach(() => folder.remove());

describe.skipIf(!isThere)('the bases of ../shared/physical', () => {
  test('are all there', () => {
    expect(good.length).toBeGreaterThanOrEqual(8);
    expect(bad.length).toBeGreaterThanOrEqual(17);
  });

  test.each(good)('%s is sound, and of its cluster', async (set) => {
    const [base, another] = await basesOf(set);
    expect(another).toBeUndefined();
    expect(base?.takenAt).toMatch(/^2026-11-\d\dT02:/);
    const { outcome } = await folder.unpack(base?.files ?? []);
    expect(folder.problems(outcome)).toEqual([]);
    expect(outcome).toMatchObject({ kind: 'unpacked', verification: { kind: 'compared' } });
    const facts = readDataDirectory(folder.dataDirectory);
    expect(facts.majorVersion).toBe(Number.parseInt(expected[set]?.server ?? '', 10));
    expect(facts.control).toMatchObject({
      kind: 'control file',
      control: { systemIdentifier: expected[set]?.system_identifier, majorVersion: facts.majorVersion },
    });
    expect(folder.strays).toEqual([]);
  });

  test.each(['20261120T021500Z_full', '20261120T090000Z_incr'])('of 17: %s', async (name) => {
    const { outcome } = await folder.unpack(filesBelow(join(root, 'pg17-incremental/chain', name)));
    const isFull = name.endsWith('full');
    expect(folder.problems(outcome)).toEqual(isFull ? [] : [{ kind: 'incremental', from: '0/F00028' }]);
    expect(outcome.account.incrementalFiles.count > 0).toBe(!isFull);
    expect(readDataDirectory(folder.dataDirectory).control).toMatchObject({
      control: { majorVersion: 17, controlVersion: 1700 },
    });
  });

  test('the base backup among the dumps of GuestGuard is sound', async () => {
    const [base, another] = await basesOf('../dumps/guestguard/basebackup');
    expect([base?.takenAt, another]).toEqual(['2026-10-20T02:15:00.000Z', undefined]);
    const { outcome } = await folder.unpack(base?.files ?? []);
    expect(folder.problems(outcome)).toEqual([]);
  });

  test.each(bad.filter((set) => !/truncated-base|incremental-middle/.test(set)))(
    '%s shows what is wrong with its base, and nothing else',
    async (set) => {
      const [base] = await basesOf(set);
      const { outcome } = await folder.unpack(base?.files ?? []);
      expect(folder.problems(outcome).map(({ kind }) => kind)).toEqual(badBases[set] ?? []);
      expect(folder.strays).toEqual([]);
    },
  );

  test('manifest-missing-file names the file', async () => {
    const [base] = await basesOf('bad-pitr/manifest-missing-file');
    const { outcome } = await folder.unpack(base?.files ?? []);
    expect(folder.problems(outcome)).toEqual([
      { kind: 'files missing', files: { count: 1, names: [expect.stringMatching(/^base\/\d+\/\d+$/)] } },
    ]);
  });

  test('truncated-base tells how far it got', async () => {
    const [base] = await basesOf('bad-pitr/truncated-base');
    const { outcome } = await folder.unpack(base?.files ?? []);
    expect(outcome).toMatchObject({
      kind: 'refused',
      refusal: { kind: 'truncated', code: 'DUMP_TRUNCATED' },
      account: { lastName: expect.stringMatching(/^base\//) },
    });
    expect(outcome.account.bytes).toBeGreaterThan(1_000_000);
  });

  test.each(['pg17-incremental/chain', 'bad-pitr/incremental-middle-missing'])(
    '%s names each base, full or incremental, by what it builds on',
    async (set) => {
      const bases = await basesOf(set);
      const looks = [];
      for (const { layout, takenAt } of bases) {
        if (layout.kind !== 'tars') throw new Error('no tars');
        const look = await lookIntoBase(layout, ['label', 'manifest'], 2 ** 30);
        const label = look.label?.kind === 'label' ? look.label.label : null;
        const manifest = look.manifest?.kind === 'manifest' ? look.manifest.manifest : null;
        expect(manifest?.systemIdentifier).toBe('7710053419955967265');
        looks.push([takenAt, look.isIncremental, label?.startLsn, label?.incrementalFrom?.lsn]);
      }
      const all = [
        ['2026-11-20T02:15:00.000Z', false, '0/F00028', undefined],
        ['2026-11-20T09:00:00.000Z', true, '0/1200028', '0/F00028'],
        ['2026-11-20T12:00:00.000Z', true, '0/1500028', '0/1200028'],
      ];
      expect(looks).toEqual(set.startsWith('bad') ? [all[0], all[2]] : all);
    },
  );

  test('repositories of other programs are named', async () => {
    const kindOf = (set: string) => recogniseBase(filesBelow(join(root, set)));
    expect(await kindOf('pgbackrest/zst-aes')).toEqual({ kind: 'repository', tool: 'pgBackRest' });
    expect(await kindOf('wal-g/zstd-full')).toEqual({ kind: 'repository', tool: 'WAL-G' });
  });

  test('leftover-settings loses its old recovery, told by name', async () => {
    const [base] = await basesOf('guestguard-pitr/leftover-settings');
    await folder.unpack(base?.files ?? []);
    const neutralised = neutralise(folder.dataDirectory, folder.tablespacesDirectory);
    expect(neutralised.settings.acting).toEqual(
      expect.arrayContaining(['primary_conninfo', 'restore_command', 'recovery_target_time']),
    );
    expect(neutralised.removed).toEqual(
      expect.arrayContaining(['postgresql.auto.conf', 'postgresql.conf', 'standby.signal']),
    );
    expect(existsSync(join(folder.dataDirectory, 'standby.signal'))).toBe(false);
  });

  test("site-tar's preload libraries are named", async () => {
    const bases = await basesOf('clean-pitr/site-tar');
    await folder.unpack(bases[0]?.files ?? []);
    const { settings } = neutralise(folder.dataDirectory, folder.tablespacesDirectory);
    expect(settings.preloadLibraries.length).toBeGreaterThan(0);
    expect(settings.acting).toEqual(expect.arrayContaining(['archive_command', 'shared_preload_libraries']));
  });

  test("the tablespace is mapped to ours, and never to the source's path", async () => {
    const [base] = await basesOf('guestguard-pitr/tablespace');
    const { outcome } = await folder.unpack(base?.files ?? []);
    expect(outcome.account.tablespaces).toEqual(['16428']);
    expect(neutralise(folder.dataDirectory, folder.tablespacesDirectory).tablespaces).toEqual(['16428']);
    expect(readFileSync(join(folder.dataDirectory, 'tablespace_map'), 'utf8')).toBe(
      `16428 ${join(folder.tablespacesDirectory, '16428')}\n`,
    );
  });
});
