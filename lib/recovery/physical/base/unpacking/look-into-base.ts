/** Reads the small files of a base that say what it is, without unpacking it: for choosing one before anything is paid. */
import { ByteSource } from '../../../streams/bytes/byte-source.ts';
import { type BackupLabelReading, longestLabelBytes, readBackupLabel } from '../facts/backup-label.ts';
import type { ControlFileReading } from '../facts/control-file.ts';
import { majorOf } from '../facts/data-directory.ts';
import { controlFileBytes, readControlFile } from '../facts/read-control-file.ts';
import { isIncrementalFile, type ManifestReading } from '../manifest/backup-manifest.ts';
import { readManifest } from '../manifest/read-manifest.ts';
import { type BaseEntry, baseEntries, type UnpackableLayout } from './base-entries.ts';
import { entryName } from './entry-name.ts';
import { UnpackLimits } from './unpack-limits.ts';
import { refusalOf, type UnpackRefusal } from './unpack-refusal.ts';

export interface BaseLook {
  label: BackupLabelReading | null;
  majorVersion: number | null;
  control: ControlFileReading | null;
  manifest: ManifestReading | null;
  isIncremental: boolean;
  /** Why reading ended before everything wanted was found; null when it did not. */
  refusal: UnpackRefusal | null;
}

/**
 * What the server and other programs put early: the label comes first in pg_basebackup's tars and the control file last of all,
 * and a data directory that somebody packed has them anywhere.
 */
export type Wanted = 'label' | 'majorVersion' | 'control' | 'manifest';

/**
 * Reads until everything wanted was found, else to the end or to the limit.
 * @param limitBytes of decompressed content that are read for it at most
 */
export async function lookIntoBase(
  layout: UnpackableLayout,
  wanted: readonly Wanted[],
  limitBytes: number,
): Promise<BaseLook> {
  const look: BaseLook = {
    label: null,
    majorVersion: null,
    control: null,
    manifest: null,
    isIncremental: false,
    refusal: null,
  };
  const limits = new UnpackLimits(limitBytes, Number.MAX_SAFE_INTEGER);
  try {
    look.isIncremental =
      layout.kind === 'data directory' && layout.files.some(({ name }) => isIncrementalFile(name));
    for await (const entry of baseEntries(onlyTelling(layout), limits.bounding)) {
      limits.enter(entry.kind === 'file' ? entry.sizeBytes : 0);
      if (entry.kind === 'file') await see(entry, look);
      if (wanted.every((each) => look[each] !== null)) break;
    }
  } catch (error) {
    look.refusal = refusalOf(error);
    if (look.refusal === null) throw error;
  }
  return look;
}

const nameOf: Readonly<Record<Wanted, string>> = {
  label: 'backup_label',
  majorVersion: 'PG_VERSION',
  control: 'global/pg_control',
  manifest: 'backup_manifest',
};

/** Of a data directory that lies file by file only those are opened: each of thousands may be a request to a store. */
function onlyTelling(layout: UnpackableLayout): UnpackableLayout {
  if (layout.kind !== 'data directory') return layout;
  const names = Object.values(nameOf).map((name) => `${layout.folder}${name}`);
  return { ...layout, files: layout.files.filter(({ name }) => names.includes(name)) };
}

async function see(entry: BaseEntry, look: BaseLook): Promise<void> {
  const found = entryName(entry.path, entry.folder);
  if (found.kind !== 'inside') return;
  const source = new ByteSource(entry.body);
  switch (`${entry.place}${found.name}`) {
    case nameOf.label: {
      look.label = readBackupLabel((await source.readUpTo(longestLabelBytes)).toString('utf8'));
      if (look.label.kind === 'label' && look.label.label.incrementalFrom !== null) look.isIncremental = true;
      return;
    }
    case nameOf.majorVersion:
      look.majorVersion = majorOf((await source.readUpTo(32)).toString('latin1'));
      return;
    case nameOf.control:
      look.control = readControlFile(await source.readUpTo(controlFileBytes + 1));
      return;
    case nameOf.manifest:
      look.manifest = await readManifest(source);
      return;
    default:
      if (isIncrementalFile(found.name)) look.isIncremental = true;
  }
}
