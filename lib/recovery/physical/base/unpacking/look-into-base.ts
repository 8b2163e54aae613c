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
    for await (const entry of baseEntries(layout, limits.bounding)) {
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

async function see(entry: BaseEntry, look: BaseLook): Promise<void> {
  const found = entryName(entry.path, entry.folder);
  if (found.kind !== 'inside') return;
  const source = new ByteSource(entry.body);
  switch (`${entry.place}${found.name}`) {
    case 'backup_label': {
      look.label = readBackupLabel((await source.readUpTo(longestLabelBytes)).toString('utf8'));
      if (look.label.kind === 'label' && look.label.label.incrementalFrom !== null) look.isIncremental = true;
      return;
    }
    case 'PG_VERSION':
      look.majorVersion = majorOf((await source.readUpTo(32)).toString('latin1'));
      return;
    case 'global/pg_control':
      look.control = readControlFile(await source.readUpTo(controlFileBytes + 1));
      return;
    case 'backup_manifest':
      look.manifest = await readManifest(source);
      return;
    default:
      if (isIncrementalFile(found.name)) look.isIncremental = true;
  }
}
