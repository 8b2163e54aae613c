/** Tells from its first members what a tar is. */
import type { ByteSource } from '../../../streams/bytes/byte-source.ts';
import { tarMembers } from '../../../streams/bytes/tar-members.ts';
import { type TarRole, tarRole } from './base-layout.ts';
import { folderOfDataDirectory } from './data-directory-names.ts';

export type TarballContent =
  | { kind: 'tars'; folder: string }
  | { kind: 'data directory'; folder: string }
  | { kind: 'wal' }
  | { kind: 'unknown'; reason: string };

/** A data directory may begin with `base`, all of it: thousands of files of databases. Names are read no further. */
const mostMembers = 100_000;

const segmentName = /^[0-9A-F]{24}(\.(gz|zst|lz4|xz|bz2|partial|[0-9A-F]{8}\.backup))*$/;

/** @throws DrillError DUMP_TRUNCATED or DUMP_CORRUPT where the tar ends or is damaged before a name decides */
export async function tarballContent(source: ByteSource): Promise<TarballContent> {
  let members = 0;
  let roles = 0;
  for await (const { path, isFile } of tarMembers(source)) {
    members += 1;
    const folder = path.slice(0, path.lastIndexOf('/') + 1);
    const baseName = path.slice(folder.length);
    const role: TarRole | null = isFile ? tarRole(baseName) : null;
    if (role !== null && role.part !== 'manifest') return { kind: 'tars', folder: cleanFolder(folder) };
    // pg_basebackup -Fp leaves its manifest in the data directory: it says nothing of what is around it.
    if (role !== null) roles += 1;
    const dataDirectory = folderOfDataDirectory(path);
    if (dataDirectory !== null && !(isFile && segmentName.test(baseName) && !path.includes('pg_wal/')))
      return { kind: 'data directory', folder: dataDirectory };
    if (isFile && segmentName.test(baseName)) return { kind: 'wal' };
    if (members >= mostMembers) break;
  }
  if (roles > 0) return { kind: 'unknown', reason: 'it holds a manifest and no base' };
  return { kind: 'unknown', reason: 'none of its members is of a base backup' };
}

/** Without `./` in front, as names are compared. */
const cleanFolder = (folder: string): string => folder.replace(/^(\.\/)+/, '');
