import type { BackupManifest, ManifestFile, WalRange } from '../manifest/backup-manifest.ts';
import { type FileChecksum, fileChecksum } from '../manifest/file-checksum.ts';
import { addName, type NamedFiles, noFiles } from './named-files.ts';

export type Verification =
  /** Nothing says what should be there: a missing file cannot be told from one that never was. */
  | { kind: 'no manifest' }
  | { kind: 'manifest unusable'; reason: string }
  | {
      kind: 'compared';
      /** Files of the manifest, and their bytes. */
      files: number;
      bytes: number;
      missing: NamedFiles;
      /** Of another size or checksum. */
      changed: NamedFiles;
      extra: NamedFiles;
      /** Files whose size alone could be compared, because the manifest has no checksum of them. */
      withoutChecksum: number;
      systemIdentifier: string | null;
      walRanges: WalRange[];
    };

/** What pg_verifybackup passes over as well: it changes after the backup, or is checked otherwise. */
const isPassedOver = (name: string): boolean =>
  name === 'pg_wal' ||
  name.startsWith('pg_wal/') ||
  ['backup_manifest', 'postgresql.auto.conf', 'recovery.signal', 'standby.signal'].includes(name);

/**
 * Compares the files of a backup with its manifest as they pass. The manifest may come last: until it is known files are
 * checksummed as PostgreSQL does it by default, and those that it checksums otherwise are read again from disk.
 */
export class ManifestComparison {
  #expected: Map<string, ManifestFile> | null = null;
  #early = new Map<string, { sizeBytes: number; checksum: string }>();
  readonly #missing = noFiles();
  readonly #changed = noFiles();
  readonly #extra = noFiles();
  #files = 0;
  #bytes = 0;
  #withoutChecksum = 0;

  /** To be fed with the bytes of a file that passes; null where none is needed. */
  checksumOf(name: string): FileChecksum | null {
    if (isPassedOver(name)) return null;
    if (this.#expected === null) return fileChecksum('CRC32C');
    const algorithm = this.#expected.get(name)?.algorithm ?? null;
    return algorithm === null ? null : fileChecksum(algorithm);
  }

  /** A file has passed whole. */
  passed(name: string, sizeBytes: number, checksum: FileChecksum | null): void {
    if (isPassedOver(name)) return;
    if (this.#expected === null) this.#early.set(name, { sizeBytes, checksum: checksum?.hex() ?? '' });
    else this.#settle(name, sizeBytes, checksum?.hex() ?? null);
  }

  /**
   * @param manifest whose files are taken over: there may be hundreds of thousands, and each is forgotten when it has passed
   * @param checksumOnDisk reads a file that has passed already
   */
  async learn(
    manifest: BackupManifest,
    checksumOnDisk: (name: string, checksum: FileChecksum) => Promise<string>,
  ): Promise<void> {
    this.#expected = manifest.files;
    for (const name of manifest.files.keys()) if (isPassedOver(name)) manifest.files.delete(name);
    this.#files = this.#expected.size;
    for (const { sizeBytes } of this.#expected.values()) this.#bytes += sizeBytes;
    for (const [name, { sizeBytes, checksum }] of this.#early) {
      const algorithm = this.#expected.get(name)?.algorithm ?? 'CRC32C';
      const known = algorithm === 'CRC32C' ? checksum : await checksumOnDisk(name, fileChecksum(algorithm));
      this.#settle(name, sizeBytes, known);
    }
    this.#early.clear();
  }

  /** Of a file of the manifest no more is remembered once it has passed: what is left at the end is missing. */
  #settle(name: string, sizeBytes: number, checksum: string | null): void {
    const expected = this.#expected?.get(name);
    if (expected === undefined) {
      addName(this.#extra, name);
      return;
    }
    this.#expected?.delete(name);
    if (expected.checksum === null) this.#withoutChecksum += 1;
    const isChanged =
      expected.sizeBytes !== sizeBytes || (expected.checksum !== null && expected.checksum !== checksum);
    if (isChanged) addName(this.#changed, name);
  }

  /** @param manifest the one that was learnt */
  result({ systemIdentifier, walRanges }: BackupManifest): Verification {
    for (const name of this.#expected?.keys() ?? []) addName(this.#missing, name);
    return {
      kind: 'compared',
      files: this.#files,
      bytes: this.#bytes,
      missing: this.#missing,
      changed: this.#changed,
      extra: this.#extra,
      withoutChecksum: this.#withoutChecksum,
      systemIdentifier,
      walRanges,
    };
  }
}
