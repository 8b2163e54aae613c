import { lstatSync, readdirSync } from 'node:fs';
import { lstat, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';

/**
 * Directories that are made once and then only read (unpacked servers, initialised clusters) carry a seal: what they are
 * and how many files and bytes they hold. A directory whose seal is missing or does not fit was cut off or damaged, and
 * is made again.
 */
const sealSchema = z.object({ identity: z.string(), files: z.number(), bytes: z.number() });
const sealName = 'restore-drill-seal.json';

/** Writes the seal; call it last, before the directory gets its final name. */
export async function sealDirectory(directory: string, identity: string): Promise<void> {
  const size = measure(directory);
  await writeFile(join(directory, sealName), JSON.stringify({ identity, ...size }), { mode: 0o644 });
}

/** True when the directory is whole and is what `identity` says. */
export async function sealHolds(directory: string, identity: string): Promise<boolean> {
  try {
    const seal = sealSchema.parse(JSON.parse(await readFile(join(directory, sealName), 'utf8')));
    if (seal.identity !== identity) return false;
    const size = measure(directory);
    return seal.files === size.files && seal.bytes === size.bytes;
  } catch {
    return false;
  }
}

/**
 * Gives a sealed directory its final name. Another process may have been faster: then its directory stays and ours goes;
 * a damaged one in the way is moved aside first, so that nobody ever sees a half of each.
 */
export async function publishDirectory(made: string, final: string, identity: string): Promise<void> {
  for (let attempt = 0; attempt < 5; attempt++) {
    try {
      await rename(made, final);
      return;
    } catch (error) {
      if (!isNameTaken(error)) throw error;
    }
    if (await sealHolds(final, identity)) break;
    const aside = `${made}.damaged`;
    await rename(final, aside).catch(() => undefined);
    await rm(aside, { recursive: true, force: true });
  }
  await rm(made, { recursive: true, force: true });
}

/** Removes unfinished directories (`.new-…`) that a killed process left more than an hour ago. */
export async function removeAbandoned(parent: string, now: Date): Promise<void> {
  for (const name of await readdir(parent).catch(() => [])) {
    if (!name.startsWith('.new-')) continue;
    const path = join(parent, name);
    const made = await lstat(path).catch(() => null);
    if (made !== null && now.getTime() - made.mtimeMs > 3_600_000) {
      await rm(path, { recursive: true, force: true }).catch(() => undefined);
    }
  }
}

function isNameTaken(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ENOTEMPTY' || code === 'EEXIST' || code === 'EPERM' || code === 'ENOTDIR';
}

/** In one go, some 10 ms for a thousand files: with a promise for each it took seven times as much of our processors. */
function measure(directory: string): { files: number; bytes: number } {
  let files = 0;
  let bytes = 0;
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) {
      const inner = measure(path);
      files += inner.files;
      bytes += inner.bytes;
    } else if (entry.name !== sealName) {
      files += 1;
      // A link's own size is its target's length, so a link that points elsewhere also shows.
      bytes += lstatSync(path).size;
    }
  }
  return { files, bytes };
}
