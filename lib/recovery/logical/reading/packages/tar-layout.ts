/** Tells what a package holds: an archive of pg_dump, a packed directory dump, a base backup, or other files with a dump among them. */

import { ByteSource } from '../../../streams/bytes/byte-source.ts';
import { dumpError } from '../../../streams/bytes/dump-error.ts';
import { tarMembers } from '../../../streams/bytes/tar-members.ts';
import type { ChosenMember, DumpMembers } from './dump-members.ts';
import type { PackageMember } from './package-member.ts';

/** What pg_dump itself lays out in a tar. */
export type TarLayout = 'tar archive' | 'directory in tar';

/**
 * What the members' names say; reads on until a name decides, at worst to the end, where `members` decides. The first file of a
 * `pg_dump -Ft` archive is `toc.dat`; a directory dump lies under some path, its files in any order.
 * @throws DrillError PHYSICAL_BACKUP, what `members.chosen` throws, and what reading a damaged tar throws.
 */
export async function layoutOfTar(
  bytes: ByteSource,
  members: DumpMembers,
): Promise<TarLayout | ChosenMember> {
  return (await packedLayout(tarMembers(bytes), members, 'tar')) ?? members.chosen('tar');
}

/** The same of any package, whose own reading may throw; null when no name decides, and `members` must. */
export async function packedLayout(
  packed: AsyncIterable<PackageMember>,
  members: DumpMembers,
  what: 'tar' | 'zip',
): Promise<TarLayout | null> {
  let isFirst = true;
  let hasDataFiles = false;
  for await (const member of packed) {
    if (!members.isNamed) {
      const decided = decide(member, isFirst, what);
      if (decided !== null) return decided;
      if (member.isFile) isFirst = false;
      if (member.isFile && belongsToDirectoryDump(member.path)) {
        // Numbers are names of uploads too: the table of contents decides, which may come last.
        hasDataFiles = true;
        continue;
      }
    }
    if (await members.see(member)) break;
  }
  return hasDataFiles && members.isEmpty ? 'directory in tar' : null;
}

/** The same from the first bytes alone; null when they do not decide. */
export async function layoutOfTarStart(start: Buffer): Promise<TarLayout | null> {
  try {
    for await (const member of tarMembers(new ByteSource(once(start)))) {
      if (!member.isFile) {
        decide(member, true, 'tar');
        continue;
      }
      return decide(member, true, 'tar');
    }
  } catch (error) {
    if (error instanceof Error && error.name === 'PHYSICAL_BACKUP') throw error;
  }
  return null;
}

async function* once(bytes: Buffer): AsyncGenerator<Buffer, void, undefined> {
  yield bytes;
}

function decide({ path, isFile }: PackageMember, isFirst: boolean, what: 'tar' | 'zip'): TarLayout | null {
  const name = path.replace(/^(?:\.\/)+/, '');
  const base = baseOf(name);
  if (
    /^(?:PG_VERSION|backup_label|tablespace_map|backup_manifest)$/.test(base) ||
    /(?:^|\/)(?:global\/pg_control|pg_wal\/|base\/\d+\/)/.test(name)
  ) {
    throw dumpError('PHYSICAL_BACKUP', `it is a ${what} of a base backup`);
  }
  if (/^[0-9A-F]{24}(?:\.partial)?$/.test(base)) throw dumpError('PHYSICAL_BACKUP', `it is a ${what} of WAL`);
  if (!isFile) return null;
  if (name === 'toc.dat' && isFirst && path === name) return 'tar archive';
  return /^toc\.dat(?:\.(?:gz|lz4|zst))?$/.test(base) ? 'directory in tar' : null;
}

const baseOf = (name: string): string => name.slice(name.lastIndexOf('/') + 1);

const belongsToDirectoryDump = (path: string): boolean =>
  /^(?:\d+\.dat|blobs?(?:_\d+)?\.(?:toc|dat))(?:\.(?:gz|lz4|zst))?$/.test(baseOf(path));
