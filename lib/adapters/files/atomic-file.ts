import { randomBytes } from 'node:crypto';
import { lstat, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** Only the owner may read what a drill writes: names and counts of a database are nobody else's business. */
export const privateFileMode = 0o600;
export const privateFolderMode = 0o700;

/**
 * Writes a whole file or nothing: a reader sees the old content or the new one, also after a crash.
 * @throws the file system's own error
 */
export async function writeFileAtomically(path: string, content: string): Promise<void> {
  const temporary = join(
    dirname(path),
    `.${basename(path).slice(0, 100)}.${randomBytes(6).toString('hex')}.tmp`,
  );
  try {
    const file = await open(temporary, 'wx', privateFileMode);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

const unfinishedName = /^\..*\.[0-9a-f]{12}\.tmp$/s;
/** A file is written in milliseconds; a minute leaves room for a machine that swaps and for the clock of a shared disk. */
const unfinishedAfterSeconds = 60;

/** Removes files, in a folder and below it, that a process was writing when it was killed a minute ago or longer. Throws nothing. */
export async function removeUnfinishedFiles(folder: string, now: Date): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    if (!entry.isFile() || !unfinishedName.test(entry.name)) continue;
    const path = join(entry.parentPath, entry.name);
    const written = await lstat(path).catch(() => null);
    if (written === null || now.getTime() - written.mtimeMs < unfinishedAfterSeconds * 1000) continue;
    await rm(path, { force: true }).catch(() => undefined);
  }
}

/** Makes a new name or a rename in a folder outlast a power cut. Systems that cannot sync a folder are left alone. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => null);
  if (folder === null) return;
  await folder.sync().catch(() => undefined);
  await folder.close();
}

/** Code of a file system error (`EACCES`, `ENOSPC` …); null for anything else. */
export function systemErrorCode(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}
