import { stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import {
  createFileDumpStore,
  createFolderDumpStore,
} from '../../adapters/dump-stores/folder/folder-dump-store.ts';
import { joinedStore } from '../../adapters/dump-stores/joined-store.ts';
import { narrowedStore } from '../../adapters/dump-stores/narrowed-store.ts';
import { parseS3Url } from '../../adapters/dump-stores/s3/s3-location.ts';
import { isTarballName, withoutEncryption } from '../../domain/backup/dump-names.ts';
import type { DumpStore } from '../../ports/dump-store.ts';
import type { DrillOptions } from './request-options.ts';

/** Where base backups and WAL lie in the joined store: their places say nothing of how they belong together. */
export const joinedPrefixes = {
  base: 'base/',
  wal: 'wal/',
  /** What lies beside the place of the base: an incremental backup builds on others there. */
  beside: 'beside/',
} as const;

/** What `--base` and `--wal` name. */
export interface BaseBackupPlaces {
  base: Place;
  wal: Place;
}

/** In a bucket, or a path of this machine in full. */
type Place = { bucket: string; key: string } | { path: string };

type StoreOptions = Pick<DrillOptions, 'region' | 'endpointUrl' | 'pathStyle'>;

/** A path or an address `s3://bucket/key`. */
export const placeOf = (text: string): Place => parseS3Url(text) ?? { path: resolve(text) };

/** What a place is called, behind all folders. */
export const nameOfPlace = (place: Place): string => basename('path' in place ? place.path : place.key);

/**
 * Opens the places, each below a prefix of its own. WAL that lies within the place of the base is no base backup.
 *
 * @throws DrillError DUMP_NOT_FOUND, DUMP_UNREADABLE
 */
export async function openBaseBackupPlaces(
  { base, wal }: BaseBackupPlaces,
  options: StoreOptions,
): Promise<DumpStore> {
  const named = await openPlace(base, options);
  const archive = await openWal(wal, options);
  const walWithin = keyWithin(base, wal);
  const isOfWal = (key: string): boolean =>
    walWithin !== null && (archive.beginning ? key.startsWith(walWithin) : isWithin(walWithin, key));
  const baseWithin = 'path' in base ? basename(base.path) : base.key;
  return joinedStore(`${named.location} and ${archive.store.location}`, [
    { prefix: joinedPrefixes.base, store: narrowedStore(named, (key) => !isOfWal(key)) },
    { prefix: joinedPrefixes.wal, store: archive.store },
    {
      prefix: joinedPrefixes.beside,
      store: narrowedStore(await openAround(base, options), (key) => !isWithin(baseWithin, key)),
    },
  ]);
}

/** The object itself, or one in the folder: `last_full/base.tar` is not within `last`. */
const isWithin = (place: string, key: string): boolean =>
  `${key}/`.startsWith(`${place.replace(/\/+$/, '')}/`);

/** One object; any other key is the folder that holds what is asked for, and not the beginning of another's name. */
const folderKey = (key: string): string =>
  isTarballName(withoutEncryption(key)) ? key : `${key.replace(/\/+$/, '')}/`;

/** What lies at a path, or below a prefix: keys of the store are relative to the folder around it, or whole. */
async function openPlace(place: Place, options: StoreOptions): Promise<DumpStore> {
  return 'path' in place
    ? (await createFileDumpStore(place.path)).store
    : openBucket(place.bucket, folderKey(place.key), options);
}

interface WalPlace {
  store: DumpStore;
  /** The place is the beginning of names, and neither a folder nor a tarball. */
  beginning: boolean;
}

/** An archive of WAL is a folder or a tarball; where neither is there, all files whose names begin so. */
async function openWal(place: Place, options: StoreOptions): Promise<WalPlace> {
  const whole = async (): Promise<WalPlace> => ({
    store: await openPlace(place, options),
    beginning: false,
  });
  if ('path' in place) {
    const { path } = place;
    const isThere = (await stat(path).catch(() => null)) !== null;
    const beginning = basename(path);
    const around = narrowedStore(createFolderDumpStore(dirname(path)), (key) => key.startsWith(beginning));
    if (isThere || !(await holdsAny(around))) return whole();
    return { store: { ...around, location: path }, beginning: true };
  }
  const folder = await whole();
  if (place.key.endsWith('/') || (await holdsAny(folder.store))) return folder;
  return { store: await openBucket(place.bucket, place.key, options), beginning: true };
}

async function holdsAny(store: DumpStore): Promise<boolean> {
  for await (const _ of store.list()) return true;
  return false;
}

/** The folder around a place. */
async function openAround(place: Place, options: StoreOptions): Promise<DumpStore> {
  if ('path' in place) return createFolderDumpStore(dirname(place.path));
  const folders = place.key.replace(/\/+$/, '').split('/').slice(0, -1);
  return openBucket(place.bucket, folders.map((folder) => `${folder}/`).join(''), options);
}

/** How the keys of WAL begin in the store of a base backup's place; null: it lies elsewhere, or around it. */
function keyWithin(base: Place, wal: Place): string | null {
  if ('path' in base && 'path' in wal)
    return wal.path.startsWith(join(base.path, '/'))
      ? wal.path.slice(join(dirname(base.path), '/').length)
      : null;
  if ('path' in base || 'path' in wal || base.bucket !== wal.bucket) return null;
  const folder = folderKey(base.key);
  return wal.key.startsWith(folder) && wal.key !== folder ? wal.key : null;
}

async function openBucket(
  bucket: string,
  prefix: string,
  { region, endpointUrl, pathStyle }: StoreOptions,
): Promise<DumpStore> {
  const { createS3DumpStore } = await import('../../adapters/dump-stores/s3/s3-dump-store.ts');
  return createS3DumpStore({
    bucket,
    prefix,
    region: region ?? null,
    endpointUrl: endpointUrl ?? null,
    pathStyle: pathStyle ?? endpointUrl !== undefined,
    credentials: null,
    expectedBucketOwner: null,
  });
}
