import type { ByteSource } from '../bytes/byte-source.ts';
import type { ChosenMember, DumpMembers } from './dump-members.ts';
import { type Bounding, zipMembers } from './zip-members.ts';

/**
 * The member of a zip that is the dump; reads the zip to its end.
 * @throws DrillError what `members.chosen` and reading a damaged zip throw
 */
export async function chosenInZip(
  bytes: ByteSource,
  members: DumpMembers,
  bounding: Bounding,
): Promise<ChosenMember> {
  for await (const member of zipMembers(bytes, bounding)) if (await members.see(member)) break;
  return members.chosen('zip');
}
