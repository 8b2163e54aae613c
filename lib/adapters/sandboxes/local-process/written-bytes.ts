import { lstat, opendir } from 'node:fs/promises';
import { join } from 'node:path';

/** Bytes that a folder takes on its disk, with all that lies below it. What vanishes meanwhile takes none. */
export async function writtenBytes(folder: string): Promise<number> {
  let bytes = 0;
  const entries = await opendir(folder).catch(() => null);
  if (entries === null) return 0;
  for await (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) bytes += await writtenBytes(path);
    else bytes += ((await lstat(path).catch(() => null))?.blocks ?? 0) * 512;
  }
  return bytes;
}
