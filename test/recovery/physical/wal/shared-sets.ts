/** Sets of ../shared/physical as the reading of WAL is asked about them. */
import { execFileSync } from 'node:child_process';
import { createReadStream, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseLsn } from '../../../../lib/recovery/physical/numbers/lsn.ts';
import type { WalBase } from '../../../../lib/recovery/physical/wal/coverage.ts';
import type { WalFile } from '../../../../lib/recovery/physical/wal/wal-file.ts';

export const physical = join(import.meta.dirname, '../../../../../shared/physical');
export const isPresent = existsSync(join(physical, 'EXPECTED.json'));

/** What EXPECTED.json says of a set, as far as it is asked here. */
export interface ExpectedSet {
  target_time: string;
  targets?: Record<string, { last_commit?: string | null }>;
  other_targets?: Record<string, { says: string[] }>;
  tried?: Record<string, { outcome: string; last_commit?: string | null; says?: string[] }>;
}

export function expectedSets(): Record<string, ExpectedSet> {
  if (!isPresent) return {};
  const { files } = JSON.parse(readFileSync(join(physical, 'EXPECTED.json'), 'utf8'));
  return files;
}

export function fileAt(path: string, root: string): WalFile {
  return {
    name: relative(root, path),
    sizeBytes: statSync(path).size,
    open: async () => createReadStream(path),
  };
}

/** The files of a folder and its folders, in order of their names. */
export function filesIn(folder: string): WalFile[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((path) => fileAt(path, folder));
}

/** A member of a tar, which is compressed or not. */
const member = (tar: string, name: string): Buffer =>
  execFileSync('tar', ['-xOf', tar, name], { maxBuffer: 2 ** 28, stdio: ['ignore', 'pipe', 'ignore'] });

export interface SharedSet {
  archive: WalFile[];
  baseWal: WalFile[];
  base: WalBase;
}

/** A set of pg_basebackup's tars, and WAL beside. */
export function tarSet(set: string): SharedSet {
  const root = join(physical, set);
  const folders = readdirSync(root).includes('basebackup') ? join(root, 'basebackup') : root;
  const newest = readdirSync(folders)
    .filter((each) => /^\d{8}T/.test(each))
    .sort()
    .at(-1) as string;
  return tarFolder(join(folders, newest), filesIn(join(root, 'wal')));
}

/** A folder with base.tar, and perhaps pg_wal.tar. */
export function tarFolder(folder: string, archive: WalFile[]): SharedSet {
  const files = readdirSync(folder);
  const tar = join(folder, files.find((each) => each.startsWith('base.tar')) as string);
  const wal = files.find((each) => each.startsWith('pg_wal.tar'));
  const manifest = JSON.parse(readFileSync(join(folder, 'backup_manifest'), 'utf8'));
  const base = baseOf(
    member(tar, 'global/pg_control'),
    member(tar, 'backup_label').toString(),
    manifest['WAL-Ranges'].at(-1)['End-LSN'],
  );
  return { archive, baseWal: wal === undefined ? [] : [fileAt(join(folder, wal), folder)], base };
}

/** @param control whose first eight bytes are the system identifier @param stop null where no manifest says it */
export function baseOf(control: Buffer, label: string, stop: string | null): WalBase {
  const pgControlVersion = control.readUInt32LE(8);
  return {
    systemIdentifier: control.readBigUInt64LE(0),
    segmentBytes: 2 ** 20,
    major: pgControlVersion === 1700 ? 17 : 15,
    timeline: Number(/^START TIMELINE: (\d+)$/m.exec(label)?.[1]),
    startLsn: parseLsn(/^START WAL LOCATION: (\S+)/m.exec(label)?.[1] ?? '') as number,
    stopLsn: stop === null ? null : parseLsn(stop),
    stopTime: null,
  };
}

/** Unpacks a tarball of a site's own making. */
export function unpack(tarball: string, into: string): void {
  execFileSync('tar', ['-xf', tarball, '-C', into]);
}
