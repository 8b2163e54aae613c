import { mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { systemErrorCode } from './atomic-file.ts';

/**
 * Makes a folder that a person named, and those above it. Not with `recursive`: where the system says that a folder does not
 * exist whose parent does – /proc/nope –, Node asks for the two of them in turn, for ever.
 *
 * @throws the system's error
 */
export async function makeFolder(folder: string, mode: number): Promise<void> {
  const missing: string[] = [];
  for (let at = resolve(folder); !(await exists(at)); at = dirname(at)) missing.unshift(at);
  for (const path of missing) {
    await mkdir(path, { mode }).catch((error: unknown) => {
      // Somebody else made it in between.
      if (systemErrorCode(error) !== 'EEXIST') throw error;
    });
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOENT') throw error;
    return false;
  }
}
