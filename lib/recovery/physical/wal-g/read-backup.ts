/** What WAL-G keeps beside the tars of a backup (internal/databases/postgres of WAL-G 3: backup sentinel, files metadata). */
import * as z from 'zod';
import type { WalRange } from '../base/manifest/backup-manifest.ts';
import { formatLsn } from '../numbers/lsn.ts';

export type WalGBackup =
  | {
      kind: 'backup';
      /** Files of the data directory that the tars must hold, by name in it. There are no checksums of them. */
      names: string[];
      systemIdentifier: string | null;
      walRanges: WalRange[];
      /** Of all its tars; null in sentinels that do not tell it. */
      uncompressedBytes: number | null;
    }
  | { kind: 'damaged'; reason: string }
  /** Written in a way that only WAL-G itself reads. */
  | { kind: 'unread'; reason: string };

const sentinel = z.object({
  LSN: z.number().int().nonnegative(),
  FinishLSN: z.number().int().nonnegative(),
  DeltaFrom: z.string().nullish(),
  UncompressedSize: z.number().int().positive().nullish().catch(null),
});
const metadata = z.object({ Files: z.record(z.string(), z.object({ IsIncremented: z.boolean() })) });

/** Whether the sentinel says that no list of files was written (WALG_WITHOUT_FILES_METADATA). */
export const toldWithoutMetadata = (sentinelText: string): boolean =>
  parsed(z.object({ FilesMetadataDisabled: z.literal(true) }), sentinelText) !== null;

/** @param name of the backup's folder, `base_<segment>` @param sentinelText `<name>_backup_stop_sentinel.json` */
export function readWalGBackup(name: string, sentinelText: string, metadataText: string): WalGBackup {
  const told = parsed(sentinel, sentinelText);
  const files = parsed(metadata, metadataText);
  if (told === null) return { kind: 'damaged', reason: 'its sentinel cannot be read' };
  if (files === null) return { kind: 'damaged', reason: 'files_metadata.json cannot be read' };
  const entries = Object.entries(files.Files);
  if (told.DeltaFrom != null || entries.some(([, { IsIncremented }]) => IsIncremented))
    return { kind: 'unread', reason: 'it is a delta backup of WAL-G' };
  if (entries.length === 0) return { kind: 'damaged', reason: 'files_metadata.json names no file' };
  // Not as a number of JSON, which loses digits beyond 2^53.
  const [, systemIdentifier = null] = /"SystemIdentifier":\s*(\d{1,20})/.exec(sentinelText) ?? [];
  const timeline = Number.parseInt(/^base_([0-9A-F]{8})[0-9A-F]{16}/.exec(name)?.[1] ?? '', 16);
  const [startLsn, endLsn] = [formatLsn(told.LSN), formatLsn(told.FinishLSN)];
  return {
    kind: 'backup',
    names: entries.map(([path]) => path.replace(/^\/+/, '')),
    systemIdentifier,
    walRanges: timeline > 0 ? [{ timeline, startLsn, endLsn }] : [],
    uncompressedBytes: told.UncompressedSize ?? null,
  };
}

function parsed<Type>(schema: z.ZodType<Type>, text: string): Type | null {
  try {
    return schema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}
