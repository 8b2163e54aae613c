/** How large a base backup is when it is unpacked, before a byte of it is: by what it says itself, else by a factor. */

import { tarRole } from '../../../../domain/backup/base-tars.ts';
import { packedFactor } from '../../../../domain/sandbox/storage-estimate.ts';
import { ByteSource } from '../../../streams/bytes/byte-source.ts';
import { tarMembers } from '../../../streams/bytes/tar-members.ts';
import { compressionOf } from '../../../streams/compression/compression-of.ts';
import type { BaseFile } from '../layout/base-file.ts';
import { isCompressed, storedContent } from '../layout/stored-content.ts';
import type { BackupManifest } from '../manifest/backup-manifest.ts';
import type { UnpackableLayout } from './base-entries.ts';
import { neededBytes } from './unpack-limits.ts';

/** Enough to know a compression. */
const startBytes = 64;

/**
 * @param manifest where one was found; of an incremental backup it tells the sizes of the incremental files
 * @throws DrillError DUMP_ENCRYPTED, DECRYPTION_FAILED, and what opening throws
 */
export async function unpackedBytes(
  layout: UnpackableLayout,
  manifest: BackupManifest | null,
): Promise<number> {
  if (layout.kind === 'data directory') {
    // Its files are what they are; one that the manifest misses is missing all the same.
    const storedBytes = layout.files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    return Math.max(storedBytes, manifest === null ? 0 : neededBytes(manifest));
  }
  if (manifest !== null) return neededBytes(manifest);
  switch (layout.kind) {
    case 'tars': {
      const { base, wal, tablespaces } = layout;
      return sumOf([base, ...tablespaces.map(({ file }) => file), ...(wal === null ? [] : [wal])]);
    }
    case 'tar partitions':
      return sumOf(layout.files);
    case 'packed data directory':
      return contentBytes(layout.file);
    case 'packed tars':
      return (await isCompressed(layout.file)) || (await holdsCompressed(layout))
        ? layout.file.sizeBytes * packedFactor
        : layout.file.sizeBytes;
  }
}

async function sumOf(files: readonly BaseFile[]): Promise<number> {
  let bytes = 0;
  for (const file of files) bytes += await contentBytes(file);
  return bytes;
}

/** A tar is a little larger than what it holds. */
const contentBytes = async (file: BaseFile): Promise<number> =>
  (await isCompressed(file)) ? file.sizeBytes * packedFactor : file.sizeBytes;

/** Whether the first tar within a tar is compressed: pg_basebackup makes all of them alike. */
async function holdsCompressed({
  file,
  folder,
}: Extract<UnpackableLayout, { kind: 'packed tars' }>): Promise<boolean> {
  const outer = await storedContent(file, (content) => content);
  try {
    for await (const { isFile, path, body } of tarMembers(outer)) {
      const role = isFile ? tarRole(path.replace(/^(\.\/)+/, '').slice(folder.length)) : null;
      if (role === null || role.part === 'manifest') continue;
      return compressionOf(await new ByteSource(body).peek(startBytes)) !== null;
    }
    return false;
  } finally {
    outer.cancel().catch(() => {});
  }
}
