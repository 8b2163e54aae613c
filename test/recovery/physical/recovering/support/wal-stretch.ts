import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RecoveryTarget } from '../../../../../lib/domain/recovery/recovery-target.ts';
import { readDataDirectory } from '../../../../../lib/recovery/physical/base/facts/data-directory.ts';
import type { WalStretch } from '../../../../../lib/recovery/physical/recovering/archived-wal.ts';

/** What the WAL of a plain base backup of pg_basebackup must be read from and to. */
export function walStretchOf(base: string, target: RecoveryTarget): WalStretch {
  const { control, label } = readDataDirectory(base);
  const manifest = readFileSync(join(base, 'backup_manifest'), 'utf8');
  const [, backupEndLsn] = /"End-LSN": "(.*?)"/.exec(manifest) ?? [];
  if (control?.kind !== 'control file' || label?.kind !== 'label' || backupEndLsn === undefined)
    throw new Error(`${base} is no base backup`);
  const { startLsn, startTimeline } = label.label;
  return { control: control.control, startLsn, startTimeline, backupEndLsn, target };
}
