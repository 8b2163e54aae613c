/** Tells what a tar holds: an archive of pg_dump, a packed directory dump, a base backup, or other files. */

import { ByteSource } from './bytes/byte-source.ts';
import { dumpError } from './bytes/dump-error.ts';
import { type TarMember, tarMembers } from './bytes/tar-members.ts';

export type TarLayout = 'tar archive' | 'directory in tar';

/** At most this many names of members are shown. */
const shownNames = 3;

/**
 * What the members' names say; reads on until a name decides, at worst to the end. The first file of a `pg_dump -Ft`
 * archive is `toc.dat`; a directory dump lies under some path, its files in any order.
 * @throws DrillError PHYSICAL_BACKUP, DUMP_NOT_A_DUMP, and what reading a damaged tar throws.
 */
export async function layoutOfTar(bytes: ByteSource): Promise<TarLayout> {
  const names: string[] = [];
  for await (const member of tarMembers(bytes)) {
    const decided = decide(member, names.length === 0);
    if (decided !== null) return decided;
    if (member.isFile && names.length < shownNames) names.push(member.path);
  }
  if (names.length === 0) throw dumpError('DUMP_EMPTY', 'the tar holds no file');
  throw dumpError(
    'DUMP_NOT_A_DUMP',
    `it is a tar of other files, such as ${names.map((name) => JSON.stringify(name)).join(', ')}`,
  );
}

/** The same from the first bytes alone; null when they do not decide. */
export async function layoutOfTarStart(start: Buffer): Promise<TarLayout | null> {
  try {
    return await layoutOfTar(
      new ByteSource(
        (async function* () {
          yield start;
        })(),
      ),
    );
  } catch (error) {
    if (error instanceof Error && error.name === 'PHYSICAL_BACKUP') throw error;
    return null;
  }
}

function decide({ path, isFile }: TarMember, isFirst: boolean): TarLayout | null {
  const name = path.replace(/^(?:\.\/)+/, '');
  const base = name.slice(name.lastIndexOf('/') + 1);
  if (
    /^(?:PG_VERSION|backup_label|tablespace_map|backup_manifest)$/.test(base) ||
    /(?:^|\/)(?:global\/pg_control|pg_wal\/|base\/\d+\/)/.test(name)
  ) {
    throw dumpError('PHYSICAL_BACKUP', 'it is a tar of a base backup');
  }
  if (/^[0-9A-F]{24}(?:\.partial)?$/.test(base)) throw dumpError('PHYSICAL_BACKUP', 'it is a tar of WAL');
  if (!isFile) return null;
  if (name === 'toc.dat' && isFirst && path === name) return 'tar archive';
  if (base === 'toc.dat' || /^toc\.dat\.(?:gz|lz4|zst)$/.test(base)) return 'directory in tar';
  return /^(?:\d+\.dat|blobs?(?:_\d+)?\.(?:toc|dat))(?:\.(?:gz|lz4|zst))?$/.test(base)
    ? 'directory in tar'
    : null;
}
