/** The directory at the end of a zip (APPNOTE 4.3.12 to 4.3.16), which tells that the zip is whole. */
import { isDrillError } from '../../../../domain/findings/errors.ts';
import type { ByteSource } from '../../../streams/bytes/byte-source.ts';
import { dumpError } from '../../../streams/bytes/dump-error.ts';
import { zipSignatures } from './zip-header.ts';

/**
 * Reads on to the end of the stream.
 * @throws DrillError DUMP_TRUNCATED without its last record, DUMP_CORRUPT when it names another number of members
 */
export async function readZipDirectory(source: ByteSource, memberCount: number): Promise<void> {
  const start = source.position;
  let entries = 0;
  try {
    for (;;) {
      const signature = (await source.read(4)).readUInt32LE();
      if (signature === zipSignatures.end) break;
      if (signature === zipSignatures.directoryEntry) {
        const fixed = await source.read(42);
        await source.skip(fixed.readUInt16LE(24) + fixed.readUInt16LE(26) + fixed.readUInt16LE(28));
        entries += 1;
      } else if (signature === zipSignatures.directorySignature) {
        await source.skip((await source.read(2)).readUInt16LE());
      } else if (signature === zipSignatures.end64) {
        await source.skip(Number((await source.read(8)).readBigUInt64LE()));
      } else if (signature === zipSignatures.end64Locator) await source.skip(16);
      else throw damaged(`no known part begins`, source.position - 4);
    }
    await source.read(18);
  } catch (error) {
    if (!isDrillError(error) || error.code !== 'DUMP_TRUNCATED') throw error;
    throw dumpError('DUMP_TRUNCATED', `the zip ends at byte ${source.position} inside its directory`, error);
  }
  if (entries !== memberCount)
    throw damaged(`its directory names ${entries} members, and ${memberCount} lie before it`, start);
  while ((await source.readPiece()) !== null);
}

const damaged = (reason: string, position: number) =>
  dumpError('DUMP_CORRUPT', `the zip is damaged at byte ${position}: ${reason}`);
