/** Tells from its first members what a tar is. */

import { type TarRole, tarRole } from '../../../../domain/backup/base-tars.ts';
import type { ByteSource } from '../../../streams/bytes/byte-source.ts';
import { tarMembers } from '../../../streams/bytes/tar-members.ts';
import { folderOfDataDirectory } from './data-directory-names.ts';

export type TarballContent =
  | { kind: 'tars'; folder: string }
  | { kind: 'data directory'; folder: string }
  | { kind: 'wal' }
  | { kind: 'unknown'; reason: string };

/** A data directory may begin with `base`, all of it: thousands of files of databases. Names are read no further. */
const mostMembers = 100_000;

const segmentName = /^[0-9A-F]{24}(\.(gz|zst|lz4|xz|bz2|partial|[0-9A-F]{8}\.backup))*$/;

/** A server keeps some dozens in pg_wal; a tar of `pg_wal` alone holds nothing else. */
const mostSegments = 2000;

/** @throws DrillError DUMP_TRUNCATED or DUMP_CORRUPT where the tar ends or is damaged before a name decides */
export async function tarballContent(source: ByteSource): Promise<TarballContent> {
  let members = 0;
  let segments = 0;
  let hasManifest = false;
  for await (const { path, isFile } of tarMembers(source)) {
    members += 1;
    const folder = path.slice(0, path.lastIndexOf('/') + 1);
    const baseName = path.slice(folder.length);
    const role: TarRole | null = isFile ? tarRole(baseName) : null;
    // pg_basebackup -Fp leaves its manifest in the data directory: it says nothing of what is around it.
    if (role?.part === 'manifest') hasManifest = true;
    else if (role !== null) return { kind: 'tars', folder: cleanFolder(folder) };
    const isSegment = isFile && segmentName.test(baseName);
    if (isSegment) segments += 1;
    const isInWal = /(^|\/)pg_wal(\/|$)/.test(path);
    if (isSegment && (!isInWal || segments >= mostSegments)) return { kind: 'wal' };
    const dataDirectory = isInWal ? null : folderOfDataDirectory(path);
    if (dataDirectory !== null) return { kind: 'data directory', folder: dataDirectory };
    if (members >= mostMembers) break;
  }
  if (segments > 0) return { kind: 'wal' };
  const reason = hasManifest ? 'it holds a manifest and no base' : 'none of its members is of a base backup';
  return { kind: 'unknown', reason };
}

/** Without `./` in front, as names are compared. */
const cleanFolder = (folder: string): string => folder.replace(/^(\.\/)+/, '');
