import { randomBytes } from 'node:crypto';
import { open, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { DrillError } from '../../domain/findings/errors.ts';
import { formatBytes } from '../../domain/text/quantities.ts';
import { privateFileMode, systemErrorCode } from './atomic-file.ts';
import { makeFolder } from './make-folder.ts';

/** Room for the evidence, the reports and the record of one drill of a large database. */
const neededBytes = 16 * 1024 * 1024;
/** More than a file system keeps for itself at the end: a full one takes an empty file, but not this. */
const probe = Buffer.alloc(64 * 1024, 'restore-drill ');

/**
 * Makes the folder and proves that files can be written to it, before a drill of hours finds out at its end.
 * @param option the option of the command line that names another folder
 * @throws DrillError EVIDENCE_UNWRITABLE
 */
export async function proveWritable(folder: string, option: string, mode: number): Promise<void> {
  const path = join(folder, `.probe-${randomBytes(6).toString('hex')}`);
  const unwritable = (why: string, cause?: unknown): DrillError =>
    new DrillError('EVIDENCE_UNWRITABLE', `${folder} cannot be written: ${why}`, {
      hint: `Make it writable for this user and see that its disk has free space, or choose another folder with \`${option}\`.`,
      cause,
    });
  try {
    await makeFolder(folder, mode);
    const file = await open(path, 'wx', privateFileMode);
    try {
      await file.writeFile(probe);
      await file.sync();
    } finally {
      await file.close();
      await rm(path, { force: true });
    }
  } catch (error) {
    throw unwritable(systemErrorCode(error) ?? String(error), error);
  }
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize < neededBytes)
    throw unwritable(
      `only ${formatBytes(bavail * bsize)} of its disk are free, and a drill may need ${formatBytes(neededBytes)}`,
    );
}
