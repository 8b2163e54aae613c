import type { ByteSource } from '../../../streams/bytes/byte-source.ts';
import type { ChosenMember, DumpMembers } from './dump-members.ts';
import { packedLayout } from './tar-layout.ts';
import { type Bounding, zipMembers } from './zip-members.ts';

/**
 * What a zip holds: a directory dump, or the member that is the dump. Reads on until a name decides, at worst to the end.
 * @throws DrillError PHYSICAL_BACKUP, what `members.chosen` and reading a damaged zip throw
 */
export async function layoutOfZip(
  bytes: ByteSource,
  members: DumpMembers,
  bounding: Bounding,
): Promise<'directory in zip' | ChosenMember> {
  const layout = await packedLayout(zipMembers(bytes, bounding), members, 'zip');
  return layout === null ? members.chosen('zip') : 'directory in zip';
}
