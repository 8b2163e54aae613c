/** A backup of a pgBackRest repository as the files of a data directory, each checked against its manifest as it is read. */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { DumpSecrets } from '../../../domain/backup/dump-opening.ts';
import type { ReadOptions } from '../../../ports/dump-store.ts';
import { ByteSource } from '../../streams/bytes/byte-source.ts';
import { dumpError } from '../../streams/bytes/dump-error.ts';
import { compressionOf } from '../../streams/compression/compression-of.ts';
import { decompress } from '../../streams/compression/decompress.ts';
import type { BaseFile } from '../base/layout/base-file.ts';
import type { WalRange } from '../base/manifest/backup-manifest.ts';
import { textIn } from './info-file.ts';
import { type ManifestEntry, manifestEntries } from './manifest-entry.ts';
import { contentOfRepository, readInfo, readSealedInfo } from './repository-files.ts';

/** A stored file of the folder of a stanza, `backup/<stanza>/`. */
export interface StanzaFile extends BaseFile {
  openRange(range: Pick<ReadOptions, 'startByte' | 'endByte'>): Promise<Readable>;
}

export type RepositoryBackup =
  | {
      kind: 'backup';
      /** Relative to the data directory. Reading one to its end proves its size and checksum. */
      files: BaseFile[];
      systemIdentifier: string | null;
      walRanges: WalRange[];
      /** ISO 8601; null where the manifest does not say. */
      endedAt: string | null;
    }
  | { kind: 'missing'; names: string[] }
  | { kind: 'damaged'; reason: string }
  /** Written in a way that only pgBackRest itself reads. */
  | { kind: 'unread'; reason: string };

const endings = ['', '.zst', '.gz', '.lz4', '.bz2'];
/** Enough to see past frames that are passed over. */
const startBytes = 16 * 1024;

/**
 * @param files of the stanza, names relative to its folder @param label the backup's folder, e.g. `20261120-021503F`
 * @throws DrillError DUMP_ENCRYPTED, DECRYPTION_FAILED, DUMP_CORRUPT, and what opening throws
 */
export async function openBackup(
  files: readonly StanzaFile[],
  label: string,
  keys: DumpSecrets,
): Promise<RepositoryBackup> {
  const byName = new Map(files.map((file) => [file.name, file]));
  const info = byName.get('backup.info') ?? byName.get('backup.info.copy');
  const manifestFile = byName.get(`${label}/backup.manifest`);
  if (info === undefined || manifestFile === undefined)
    return { kind: 'missing', names: [info === undefined ? 'backup.info' : `${label}/backup.manifest`] };
  const sealed = await readSealedInfo(info, keys);
  const manifest = await readInfo(manifestFile, textIn(sealed, 'cipher', 'cipher-pass'));
  const passphrase = textIn(manifest, 'cipher', 'cipher-pass');
  const entries = manifestEntries(manifest, label);
  if (typeof entries === 'string') return { kind: 'damaged', reason: `backup.manifest: ${entries}` };
  if (entries.some(({ isInBlocks }) => isInBlocks))
    return { kind: 'unread', reason: 'it was made with repo-block: its files are cut into blocks' };
  const isCompressed = manifest.get('backup:option')?.get('option-compress') !== 'false';
  const missing: string[] = [];
  const found: BaseFile[] = [];
  for (const entry of entries) {
    const stored = entry.sizeBytes === 0 ? null : storedFile(entry, byName, isCompressed);
    if (stored === undefined) missing.push(entry.name);
    else
      found.push({
        name: entry.name,
        sizeBytes: entry.sizeBytes,
        open: async () => checked(entry, stored, passphrase),
      });
  }
  if (missing.length > 0) return { kind: 'missing', names: missing };
  const [startLsn, endLsn] = [
    textIn(manifest, 'backup', 'backup-lsn-start'),
    textIn(manifest, 'backup', 'backup-lsn-stop'),
  ];
  const timeline = Number.parseInt(textIn(manifest, 'backup', 'backup-archive-start')?.slice(0, 8) ?? '', 16);
  const stoppedSeconds = Number(textIn(manifest, 'backup', 'backup-timestamp-stop') ?? 0);
  const isRange = startLsn !== null && endLsn !== null && timeline > 0;
  return {
    kind: 'backup',
    files: found,
    systemIdentifier: manifest.get('backup:db')?.get('db-system-id') ?? null,
    walRanges: isRange ? [{ timeline, startLsn, endLsn }] : [],
    endedAt: stoppedSeconds > 0 ? new Date(stoppedSeconds * 1000).toISOString() : null,
  };
}

/** A file whose bytes may begin as anything: whether they are compressed its name or the backup tells. */
type Stored = Pick<BaseFile, 'open'> & { isCompressed: boolean };

function storedFile(
  { backup, path, bundle }: ManifestEntry,
  files: ReadonlyMap<string, StanzaFile>,
  isCompressed: boolean,
): Stored | undefined {
  if (bundle !== null) {
    const file = files.get(`${backup}/bundle/${bundle.id}`);
    const { startByte, storedBytes } = bundle;
    return file === undefined
      ? undefined
      : { isCompressed, open: () => file.openRange({ startByte, endByte: startByte + storedBytes - 1 }) };
  }
  for (const ending of endings) {
    const file = files.get(`${backup}/${path}${ending}`);
    if (file !== undefined) return { isCompressed: ending !== '', open: () => file.open() };
  }
  return undefined;
}

/** @param stored null for an empty file, whose stored bytes hold nothing */
function checked(entry: ManifestEntry, stored: Stored | null, passphrase: string | null): Readable {
  return Readable.from(stored === null ? [] : checkedContent(entry, stored, passphrase), {
    objectMode: false,
  });
}

async function* checkedContent(
  { name, sizeBytes, sha1 }: ManifestEntry,
  stored: Stored,
  passphrase: string | null,
): AsyncGenerator<Buffer, void, undefined> {
  const source = new ByteSource(contentOfRepository(stored, passphrase));
  const hash = createHash('sha1');
  let bytes = 0;
  try {
    const compression = stored.isCompressed ? compressionOf(await source.peek(startBytes)) : null;
    const content = compression === null ? source.pieces() : decompress(source, compression, () => {});
    for await (const piece of content) {
      bytes += piece.length;
      if (bytes > sizeBytes) break;
      hash.update(piece);
      yield piece;
    }
  } finally {
    source.cancel().catch(() => {});
  }
  if (bytes !== sizeBytes || hash.digest('hex') !== sha1)
    throw dumpError('DUMP_CORRUPT', `${name} is not what the manifest says`);
}
