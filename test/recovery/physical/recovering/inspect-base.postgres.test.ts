/** What a base backup says of itself before anything is unpacked: its moments, and what its recovery takes of a disk. */
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createFolderDumpStore } from '../../../../lib/adapters/dump-stores/folder/folder-dump-store.ts';
import type { ReplayEnd } from '../../../../lib/domain/recovery/replay-end.ts';
import { packedFactor } from '../../../../lib/domain/sandbox/storage-estimate.ts';
import { inspectBase } from '../../../../lib/recovery/physical/recovering/inspect-base.ts';
import { type ArchivedCluster, makeArchivedCluster, segmentsIn } from '../../../support/archived-cluster.ts';
import { type IncrementalChain, makeIncrementalChain } from '../../../support/incremental-chain.ts';

const segmentBytes = 16 * 1024 ** 2;
let archived: ArchivedCluster;
let folder: string;
beforeAll(async () => {
  archived = await makeArchivedCluster('t');
});
afterAll(() => rmSync(archived.folder, { recursive: true, force: true }));
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'restore-drill-inspecting-'));
  cpSync(archived.base, join(folder, 'base'), { recursive: true });
  cpSync(archived.wal, join(folder, 'wal'), { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const inspected = (key = 'base/', end: ReplayEnd = null, at = folder) =>
  inspectBase({ store: createFolderDumpStore(at), key, walPrefix: 'wal/', keys: { passphrase: null } }, end);
const baseBytes = async (key?: string, at?: string): Promise<number> =>
  (await inspected(key, null, at)).recoveredSize?.baseBytes ?? 0;
const walBytes = async (end?: ReplayEnd): Promise<number> =>
  (await inspected('base/', end)).recoveredSize?.walBytes ?? 0;
/** Bytes of every file below a folder. */
const bytesBelow = (path: string): number =>
  readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile())
    .reduce((sum, { name, parentPath }) => sum + statSync(join(parentPath, name)).size, 0);
const unpack = (): string => {
  const data = join(folder, 'unpacked');
  mkdirSync(join(data, 'pg_wal'), { recursive: true });
  execFileSync('tar', ['-xzf', join(folder, 'base/base.tar.gz'), '-C', data]);
  execFileSync('tar', ['-xzf', join(folder, 'base/pg_wal.tar.gz'), '-C', join(data, 'pg_wal')]);
  return data;
};
/** As large as what is really unpacked, and not much more: two segments and some small files. */
const expectJustEnough = (bytes: number, reallyBytes: number): void => {
  expect(bytes).toBeGreaterThanOrEqual(reallyBytes * 0.98);
  expect(bytes).toBeLessThanOrEqual(reallyBytes + 3 * segmentBytes);
};

describe('the size of a base backup', () => {
  test('is that of its manifest, however small its tars are', async () => {
    const stored = bytesBelow(join(folder, 'base'));
    const bytes = await baseBytes();

    expectJustEnough(bytes, bytesBelow(unpack()));
    expect(bytes).toBeGreaterThan(5 * stored);
  });

  test('is that of its tars where they are not compressed and no manifest is there', async () => {
    const data = unpack();
    for (const name of readdirSync(join(folder, 'base'))) rmSync(join(folder, 'base', name));
    execFileSync('tar', ['-cf', join(folder, 'base/base.tar'), '--exclude=./pg_wal/*', '-C', data, '.']);
    execFileSync('tar', ['-cf', join(folder, 'base/pg_wal.tar'), '-C', join(data, 'pg_wal'), '.']);

    expectJustEnough(await baseBytes(), bytesBelow(data));
  });

  test('is a multiple of what is stored where nothing tells it', async () => {
    rmSync(join(folder, 'base/backup_manifest'));

    expect(await baseBytes()).toBe(bytesBelow(join(folder, 'base')) * packedFactor);
  });

  test('is that of its files where they lie there one by one, and of one tar of them', async () => {
    const data = unpack();
    cpSync(data, join(folder, 'plain'), { recursive: true });
    execFileSync('tar', ['-cf', join(folder, 'one.tar'), '-C', data, '.']);

    expectJustEnough(await baseBytes('plain/'), bytesBelow(data));
    expectJustEnough(await baseBytes('one.tar'), bytesBelow(data));
  });

  test('is a multiple of what is stored in a tar of compressed tars', async () => {
    rmSync(join(folder, 'base/backup_manifest'));
    execFileSync('tar', ['-cf', join(folder, 'packed.tar'), '-C', folder, 'base']);

    expect(await baseBytes('packed.tar')).toBe(statSync(join(folder, 'packed.tar')).size * packedFactor);
  });
});

describe('the size of an incremental backup', () => {
  let chain: IncrementalChain;
  beforeAll(async () => {
    chain = await makeIncrementalChain('p');
  });
  afterAll(() => rmSync(chain.folder, { recursive: true, force: true }));

  test('is that of the whole chain, of which two lie beside the whole while they are combined', async () => {
    const sizes = chain.names.map((name) => bytesBelow(join(chain.backups, name)));
    const [full = 0, middle = 0, last = 0] = sizes;
    const bytes = await baseBytes(`${chain.names[2]}/`, chain.backups);

    expect(bytes).toBeGreaterThanOrEqual(full + 2 * middle + 2 * last - segmentBytes);
    expect(bytes).toBeLessThanOrEqual(full + 2 * middle + 2 * last + 10 * segmentBytes);
  });
});

describe('the WAL that a recovery of it replays', () => {
  test('is every segment from where it begins, whole, however the segments are packed', async () => {
    const names = segmentsIn(join(folder, 'wal'));
    const label = readFileSync(join(unpack(), 'backup_label'), 'utf8');
    const [, start = ''] = /file ([0-9A-F]{24})/.exec(label) ?? [];
    for (const name of names) execFileSync('gzip', [join(folder, 'wal', name)]);

    expect(names[0]).not.toBe(start);
    expect(await walBytes()).toBe(names.filter((name) => name >= start).length * segmentBytes);
  });

  test('ends with the first segment that came after a moment, or that holds a position', async () => {
    const all = await walBytes();
    const names = segmentsIn(join(folder, 'wal'));
    for (const [index, name] of names.entries()) {
      const at = Date.UTC(2026, 10, 20, index) / 1000;
      utimesSync(join(folder, 'wal', name), at, at);
    }
    const beforeLastMs = Date.UTC(2026, 10, 20, names.length - 3) + 60_000;

    expect(await walBytes({ uploadedBy: new Date(beforeLastMs).toISOString() })).toBe(all - segmentBytes);
    expect(await walBytes({ lsn: `0/${names.at(-3)?.slice(22)}000138` })).toBe(all - 2 * segmentBytes);
  });

  test('is unpacked whole where it lies in tarballs', async () => {
    const tar = join(folder, 'segments.tar');
    execFileSync('tar', ['-cf', tar, '-C', join(folder, 'wal'), '.']);
    rmSync(join(folder, 'wal'), { recursive: true });
    mkdirSync(join(folder, 'wal'));
    cpSync(tar, join(folder, 'wal/segments.tar'));

    const { recoveredSize } = await inspected();
    expect(recoveredSize).toMatchObject({ walBytes: 0, spooledWalBytes: statSync(tar).size });
  });
});

describe('the moments of a base backup', () => {
  test('are its beginning by its label, and its end by what the server archived of it', async () => {
    const { consistencyPoint, endedAt } = await inspected();

    expect(Date.parse(endedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(consistencyPoint ?? ''));
    expect(Date.parse(endedAt ?? '')).toBeLessThanOrEqual(Date.parse(archived.moment));
  });

  test('end where nobody knows when nothing of it was archived', async () => {
    for (const name of readdirSync(join(folder, 'wal')))
      if (name.endsWith('.backup')) rmSync(join(folder, 'wal', name));

    expect((await inspected()).endedAt).toBeUndefined();
  });
});
