import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { formatLsn } from '../../../../lib/recovery/physical/numbers/lsn.ts';
import type { WalCoverage, WalTarget } from '../../../../lib/recovery/physical/wal/coverage.ts';
import { walCoverage } from '../../../../lib/recovery/physical/wal/wal-coverage.ts';
import {
  baseOf,
  expectedSets,
  fileAt,
  filesIn,
  isPresent,
  physical,
  type SharedSet,
  tarFolder,
  tarSet,
  unpack,
} from './shared-sets.ts';

const work = mkdtempSync(join(tmpdir(), 'drill-wal-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));
const expected = expectedSets();

async function covered(set: SharedSet, target: WalTarget): Promise<WalCoverage> {
  return walCoverage({ ...set, target, spoolFolder: mkdtempSync(join(work, 'spool-')) });
}

const seg = (digits: string, timeline = 1) => `0000000${timeline}00000000000000${digits}`;

/** As PostgreSQL writes it, without trailing zeros. */
function written(micros: number): string {
  const seconds = new Date(Math.floor(micros / 1000)).toISOString().slice(0, 19).replace('T', ' ');
  const fraction = `.${String(micros % 1_000_000).padStart(6, '0')}`.replace(/\.?0+$/, '');
  return `${seconds}${fraction}+00`;
}
const lastCommit = ({ reached }: WalCoverage) =>
  reached.lastCommit === null ? null : written(reached.lastCommit.micros);
const lastCompleted = ({ reached }: WalCoverage) =>
  reached.lastCompleted === null ? null : written(reached.lastCompleted.micros);

const setsIn = (folder: string) => Object.keys(expected).filter((set) => set.startsWith(`${folder}/`));
const timeOf = (set: string): WalTarget => ({
  kind: 'time',
  time: new Date(expected[set]?.target_time as string),
});

describe.skipIf(!isPresent)('good archives', () => {
  test.each(setsIn('guestguard-pitr'))(
    '%s: every target reached, at the commit that was counted',
    async (set) => {
      const files = tarSet(set);
      const { targets } = expected[set] as Required<(typeof expected)[string]>;
      for (const [name, target] of [
        ['immediate', { kind: 'immediate' }],
        ['target_time', timeOf(set)],
        ['latest', { kind: 'latest' }],
      ] as const) {
        const coverage = await covered(files, target);
        expect({ name, problem: coverage.problem }).toEqual({ name, problem: null });
        expect({ name, last: lastCommit(coverage) }).toEqual({ name, last: targets[name]?.last_commit });
        if (name === 'immediate') expect(coverage.reached.lsn).toBe(files.base.stopLsn);
      }
    },
  );

  test('the log is followed onto the timeline of the standby that was promoted, not along the old primary', async () => {
    const { reached, timelines, segments } = await covered(tarSet('guestguard-pitr/timeline'), {
      kind: 'latest',
    });
    expect(reached.timeline).toBe(2);
    expect(timelines.map(({ timeline }) => timeline)).toEqual([1, 2]);
    expect(segments.map(({ name }) => name)).toEqual([
      ...['0F', '10', '11', '12', '13'].map((each) => seg(each)),
      ...['14', '15', '16'].map((each) => seg(each, 2)),
    ]);
  });

  test('targets before the end of the base and after the end of the log are named', async () => {
    const files = tarSet('guestguard-pitr/gz');
    const before = await covered(files, { kind: 'time', time: new Date('2026-11-18T01:30:00Z') });
    expect(before.problem).toEqual({ kind: 'target before backup end' });
    const after = await covered(files, { kind: 'time', time: new Date('2026-11-18T23:00:00Z') });
    expect(after.problem).toEqual({ kind: 'target after end' });
    const withoutBackupFile = {
      ...files,
      archive: files.archive.filter(({ name }) => !name.includes('.backup')),
    };
    const alike = await covered(withoutBackupFile, { kind: 'time', time: new Date('2026-11-18T01:30:00Z') });
    expect(alike.problem).toEqual({ kind: 'target before backup end' });
    // As the server said of the same: "redo done at", "last completed transaction was at log time".
    expect(formatLsn(after.reached.lastRecord as number)).toBe('0/15072A0');
    expect(lastCompleted(after)).toBe('2026-11-18 17:55:00.099777+00');
    const early = await covered(files, { kind: 'lsn', lsn: (files.base.stopLsn as number) - 8 });
    expect(early.problem).toEqual({ kind: 'target before backup end' });
    const within = await covered(files, { kind: 'lsn', lsn: after.reached.lastRecord as number });
    expect([within.problem, within.reached.lsn]).toEqual([null, after.reached.lsn]);
    const late = await covered(files, { kind: 'lsn', lsn: after.reached.lsn });
    expect(late.problem).toEqual({ kind: 'target after end' });
  });

  test('clean-pitr/site-tree: WAL in tarballs, of which the newer repeats the older', async () => {
    const root = join(physical, 'clean-pitr/site-tree');
    const folder = mkdtempSync(join(work, 'tree-'));
    unpack(join(root, 'basebackup_20261119T021500Z.tar.gz'), folder);
    const data = join(folder, readdirSync(folder)[0] as string);
    const read = (name: string) => readFileSync(join(data, name));
    const files: SharedSet = {
      archive: filesIn(root).filter(({ name }) => name.startsWith('wal_archive_')),
      baseWal: filesIn(join(data, 'pg_wal')),
      base: baseOf(read('global/pg_control'), read('backup_label').toString(), null),
    };
    await expectMarkers('clean-pitr/site-tree', files);
  });

  test('clean-pitr/site-tar: tars of pg_basebackup within a tarball', async () => {
    const root = join(physical, 'clean-pitr/site-tar');
    const folder = mkdtempSync(join(work, 'tar-'));
    unpack(join(root, 'basebackup_20261120T023000Z.tar.gz'), folder);
    const archive = filesIn(root).filter(({ name }) => name.startsWith('wal_archive_'));
    await expectMarkers('clean-pitr/site-tar', tarFolder(folder, archive));
  });
});

/** Markers of these sets tell when what they hold was written: 1:48 before the target, 2:31 after it. */
async function expectMarkers(set: string, files: SharedSet): Promise<void> {
  const latest = await covered(files, { kind: 'latest' });
  expect(latest.problem).toBeNull();
  const time = await covered(files, timeOf(set));
  expect(time.problem).toBeNull();
  const day = expected[set]?.target_time.slice(0, 10);
  expect(lastCommit(time)).toMatch(new RegExp(`^${day} 13:58:12`));
  expect(time.reached.lsn).toBeLessThan(latest.reached.lsn);
  const immediate = await covered(files, { kind: 'immediate' });
  expect([immediate.problem, lastCommit(immediate)]).toEqual([null, null]);
}

describe.skipIf(!isPresent)('broken archives', () => {
  const damaged = (digits: string, reason: RegExp) => ({
    kind: 'damaged',
    segment: seg(digits),
    lsn: expect.any(Number),
    reason: expect.stringMatching(reason),
  });
  const foreign = (digits: string) => ({
    kind: 'other cluster',
    segment: seg(digits),
    expected: 7709311248685840412n,
    found: 7709682333960411707n,
  });
  const gap = { kind: 'gap', segment: seg('11'), after: ['12', '13', '14', '15'].map((each) => seg(each)) };
  const history = {
    kind: 'history missing',
    timeline: 2,
    history: '00000002.history',
    segments: ['14', '15', '16'].map((each) => seg(each, 2)),
  };
  const partial = { kind: 'only partial', segment: seg('15'), file: `${seg('15')}.partial` };

  /** Problem with the target latest, and with the time of the set. */
  const broken: [set: string, latest: object | null, time: object | null][] = [
    ['missing-wal-middle', gap, gap],
    ['other-cluster-wal', foreign('0F'), foreign('0F')],
    ['other-cluster-wal-later', foreign('10'), foreign('10')],
    ['partial-last', partial, null],
    ['short-last', damaged('15', /^wrong size: 419430 instead of 1048576|wrong size: 419430 bytes/), null],
    ['target-after-wal-end', null, { kind: 'target after end' }],
    ['wal-bitflip', damaged('12', /CRC|prev-link/), damaged('12', /CRC|prev-link/)],
    ['wal-compressed-corrupt', damaged('12', /^decompression/), damaged('12', /^decompression/)],
    ['zero-filled-last', damaged('15', /^zero-filled$/), null],
    ['history-missing', history, history],
    // What is wrong with these lies elsewhere: in the base, or in the hours since the last segment.
    ['stale-wal-sync', null, null],
    ['heap-bitflip', null, null],
    ['manifest-missing-file', null, null],
    ['tablespace-missing', null, null],
    ['incremental-middle-missing', null, null],
    ['incremental-without-full', null, null],
  ];

  test.each(broken)('bad-pitr/%s', async (name, latestProblem, timeProblem) => {
    const set = `bad-pitr/${name}`;
    const files = tarSet(set);
    const { tried = {}, target_time } = expected[set] as (typeof expected)[string];
    const latest = await covered(files, { kind: 'latest' });
    expect(latest.problem).toEqual(latestProblem);
    const seen = tried.latest;
    if (seen?.last_commit !== undefined) expect(lastCompleted(latest)).toBe(seen.last_commit);
    const time = await covered(files, timeOf(set));
    // Nothing of this set is as late as its time: hours of the archive never arrived.
    expect(time.problem).toEqual(name === 'stale-wal-sync' ? { kind: 'target after end' } : timeProblem);
    const atTime = tried[target_time.replace('T', ' ').replace('Z', '+00')];
    if (atTime?.last_commit !== undefined) expect(lastCompleted(time)).toBe(atTime.last_commit);
  });

  test('every set of the three folders is tried here', () => {
    const tried = [...broken.map(([name]) => `bad-pitr/${name}`), 'bad-pitr/truncated-base'].sort();
    expect(setsIn('bad-pitr').sort()).toEqual(tried);
    expect(setsIn('clean-pitr').sort()).toEqual(['clean-pitr/site-tar', 'clean-pitr/site-tree']);
  });

  test('bad-pitr/truncated-base: the WAL beside the base that is cut is whole', async () => {
    const root = join(physical, 'bad-pitr/truncated-base');
    const twin = mkdtempSync(join(work, 'twin-'));
    unpack(join(physical, 'clean-pitr/site-tree/basebackup_20261119T021500Z.tar.gz'), twin);
    const data = join(twin, readdirSync(twin)[0] as string);
    const read = (name: string) => readFileSync(join(data, name));
    const tarballs = readdirSync(root)
      .filter((each) => each.startsWith('wal_archive_'))
      .sort();
    const latest = await covered(
      {
        archive: tarballs.map((each) => fileAt(join(root, each), root)),
        baseWal: [],
        base: baseOf(read('global/pg_control'), read('backup_label').toString(), null),
      },
      { kind: 'latest' },
    );
    expect(latest.problem).toBeNull();
  });
});
