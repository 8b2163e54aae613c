/** What a `backup_manifest` says (PostgreSQL's documentation, "Backup Manifest Format"; versions 1 and, from 17 on, 2). */
import type { ChecksumAlgorithm } from './file-checksum.ts';

export interface ManifestFile {
  sizeBytes: number;
  /** Null for manifests made with --manifest-checksums=NONE. */
  algorithm: ChecksumAlgorithm | null;
  /** Lower-case hex; null where there is no algorithm. */
  checksum: string | null;
}

/** WAL that must be read to bring the backup to a consistent state. */
export interface WalRange {
  timeline: number;
  /** E.g. `0/1500028`. */
  startLsn: string;
  /** The end of the backup: no recovery target may lie before it. */
  endLsn: string;
}

export interface BackupManifest {
  version: number;
  /** Decimal; null in version 1. */
  systemIdentifier: string | null;
  /** By name from the data directory, `pg_tblspc/<oid>/…` for tablespaces. WAL and the manifest itself are not among them. */
  files: Map<string, ManifestFile>;
  walRanges: WalRange[];
}

export type ManifestReading =
  | { kind: 'manifest'; manifest: BackupManifest }
  | { kind: 'damaged'; reason: string }
  /** More files than are held in memory. */
  | { kind: 'too large'; reason: string };

/** The name of an incremental file in a backup of 17 and later: `base/5/INCREMENTAL.1259`. */
export const isIncrementalFile = (name: string): boolean => /(^|\/)INCREMENTAL\.[^/]*$/.test(name);

/** Bytes that the files of a manifest take, without WAL. */
export function bytesOfFiles({ files }: BackupManifest): number {
  let sum = 0;
  for (const { sizeBytes } of files.values()) sum += sizeBytes;
  return sum;
}
