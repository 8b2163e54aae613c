import type { ByteSource } from '../../../streams/bytes/byte-source.ts';
import { dumpError } from '../../../streams/bytes/dump-error.ts';
import { tarMembers } from '../../../streams/bytes/tar-members.ts';
import type { ChosenMember } from './dump-members.ts';
import type { PackageMember } from './package-member.ts';
import { type Bounding, zipMembers } from './zip-members.ts';

/** Content of the chosen member of a tar. @throws DrillError as `tarMembers`, DUMP_CHANGED when it is no longer there */
export const memberOfTar = (bytes: ByteSource, chosen: ChosenMember): AsyncIterable<Buffer> =>
  contentOf(tarMembers(bytes), chosen);

/** Content of the chosen member of a zip. @throws DrillError as `zipMembers`, DUMP_CHANGED when it is no longer there */
export const memberOfZip = (
  bytes: ByteSource,
  chosen: ChosenMember,
  bounding: Bounding,
): AsyncIterable<Buffer> => contentOf(zipMembers(bytes, bounding), chosen);

/** What lies behind the member was looked at before. */
async function* contentOf(
  members: AsyncIterable<PackageMember>,
  chosen: ChosenMember,
): AsyncGenerator<Buffer, void, undefined> {
  for await (const { index, path, body } of members) {
    if (index !== chosen.index) continue;
    if (path !== chosen.path) break;
    yield* body;
    return;
  }
  throw dumpError('DUMP_CHANGED', 'the package no longer holds the member that was found in it');
}
