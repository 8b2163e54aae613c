import type { BigIntStats, Dirent } from 'node:fs';
import { type FileHandle, open, opendir, readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, resolve, sep } from 'node:path';
import { Readable } from 'node:stream';
import { sidecarKeysOf } from '../../../domain/backup/checksum-sidecar.ts';
import type { DumpObject } from '../../../domain/backup/dump.ts';
import { partsOf, wholeNameOf } from '../../../domain/backup/split-dumps.ts';
import { DrillError } from '../../../domain/findings/errors.ts';
import { witnessKeysOf } from '../../../domain/witness/witness.ts';
import type { DumpStore, ReadOptions } from '../../../ports/dump-store.ts';
import { namedFileError } from '../../files/file-errors.ts';

/** 1 MiB reads: a twentieth of the calls that Node's default of 64 KiB makes, and small beside our 200 MB. */
const readBytes = 1024 * 1024;

/**
 * Dumps in a folder and everything below it, as if it were a bucket: keys are paths relative to it, with `/`.
 * Symbolic links to files and folders are followed, each folder once; links to nothing and special files (pipes,
 * sockets) are left out. Only reads.
 */
export function createFolderDumpStore(folder: string): DumpStore {
  const root = resolve(folder);
  return storeOf(root, folder, () => walk(root, '', new Set()));
}

/**
 * One dump: a file, or the folder of a directory dump. Its store is the folder around it, but lists only the dump and
 * the checksum files and the witness beside it. `key` is the dump's key in that store.
 *
 * @throws DrillError DUMP_NOT_FOUND, DUMP_UNREADABLE
 */
export async function createFileDumpStore(path: string): Promise<{ store: DumpStore; key: string }> {
  const full = resolve(path);
  const root = dirname(full);
  const name = basename(full);
  const found = await stat(full).catch(async (error: unknown) => {
    const parts = await partsBeside(root, name);
    const first = parts[0];
    if (first === undefined) throw namedFileError(error, path);
    return stat(pathOf(root, first.key));
  });
  if (!found.isDirectory() && !found.isFile()) {
    throw new DrillError('DUMP_UNREADABLE', `${path} is neither a file nor a folder`, {
      hint: 'Give the path of a dump.',
    });
  }
  const key = found.isDirectory() ? `${name}/` : name;
  async function* contents(): AsyncGenerator<DumpObject> {
    if (found.isDirectory()) yield* walk(root, `${name}/`, new Set());
    else {
      const parts = await partsBeside(root, wholeNameOf(name));
      const object = parts.length === 0 ? await statObject(root, name) : null;
      yield* object === null ? parts : [object];
    }
    const whole = wholeNameOf(key);
    for (const sidecar of [...sidecarKeysOf(whole), ...witnessKeysOf(whole)]) {
      const object = await statObject(root, sidecar);
      if (object !== null) yield object;
    }
  }
  return { store: storeOf(root, path, contents), key };
}

/** The parts of a cut dump of this name. */
async function partsBeside(root: string, name: string): Promise<DumpObject[]> {
  const names = await readdir(root).catch(() => []);
  const candidates = names
    .filter((other) => other.startsWith(name))
    .map((key) => ({ key, sizeBytes: 0, modifiedAt: '' }));
  const objects = await Promise.all(partsOf(candidates, name).map(({ key }) => statObject(root, key)));
  return objects.filter((object) => object !== null);
}

function storeOf(root: string, location: string, list: () => AsyncIterable<DumpObject>): DumpStore {
  return {
    location,
    list,
    stat: (key) => statObject(root, key),
    async open(key, options: ReadOptions = {}) {
      const path = pathOf(root, key);
      const handle = await open(path, 'r').catch((error: unknown) => {
        throw namedFileError(error, path);
      });
      try {
        const before = await handle.stat({ bigint: true });
        if (!before.isFile()) {
          throw new DrillError('DUMP_UNREADABLE', `${path} is not a file`, {
            hint: 'Give the path of a dump.',
          });
        }
        if (options.etag !== undefined && options.etag !== tagOf(before)) throw changed(path);
        const { signal } = options;
        const stream = Readable.from(read(handle, before, path, options), {
          objectMode: false,
          highWaterMark: readBytes,
          ...(signal === undefined ? {} : { signal }),
        });
        // Not in the generator: one that was never read from runs no `finally`.
        stream.once('close', () => void handle.close());
        return stream;
      } catch (error) {
        await handle.close();
        throw error;
      }
    },
  };
}

/** Reads to the size the file had at first and then looks again: a job may still be writing it. */
async function* read(
  handle: FileHandle,
  before: BigIntStats,
  path: string,
  options: ReadOptions,
): AsyncGenerator<Buffer> {
  try {
    let position = options.startByte ?? 0;
    const end = Math.min(Number(before.size) - 1, options.endByte ?? Number.MAX_SAFE_INTEGER);
    while (position <= end) {
      const chunk = Buffer.allocUnsafe(Math.min(readBytes, end - position + 1));
      const { bytesRead } = await handle.read(chunk, 0, chunk.length, position);
      if (bytesRead === 0) throw changed(path);
      position += bytesRead;
      yield chunk.subarray(0, bytesRead);
    }
    if (tagOf(await handle.stat({ bigint: true })) !== tagOf(before)) throw changed(path);
  } catch (error) {
    throw namedFileError(error, path);
  }
}

async function* walk(root: string, folder: string, visited: Set<string>): AsyncGenerator<DumpObject> {
  const path = pathOf(root, folder);
  const entries: Dirent[] = [];
  try {
    // A link may lead back to a folder above.
    const real = await realpath(path);
    if (visited.has(real)) return;
    visited.add(real);
    for await (const entry of await opendir(path)) entries.push(entry);
  } catch (error) {
    throw namedFileError(error, path);
  }
  // A folder is listed under its own name and not under a link's, as pgBackRest's `latest` is one beside it.
  entries.sort((a, b) => Number(a.isSymbolicLink()) - Number(b.isSymbolicLink()));
  for (const entry of entries) {
    const key = `${folder}${entry.name}`;
    if (entry.isDirectory()) yield* walk(root, `${key}/`, visited);
    else if (entry.isFile()) {
      const object = await statObject(root, key);
      if (object !== null) yield object;
    } else if (entry.isSymbolicLink()) {
      const target = await stat(pathOf(root, key)).catch(() => null);
      if (target?.isDirectory()) yield* walk(root, `${key}/`, visited);
      else if (target?.isFile()) yield objectOf(key, await stat(pathOf(root, key), { bigint: true }));
    }
  }
}

async function statObject(root: string, key: string): Promise<DumpObject | null> {
  const path = pathOf(root, key);
  try {
    const found = await stat(path, { bigint: true });
    return found.isFile() ? objectOf(key, found) : null;
  } catch (error) {
    const named = namedFileError(error, path);
    // Also a file that vanished between the listing and this look: pruning is not an error.
    if (named.code === 'DUMP_NOT_FOUND') return null;
    throw named;
  }
}

function objectOf(key: string, found: BigIntStats): DumpObject {
  return {
    key,
    sizeBytes: Number(found.size),
    modifiedAt: found.mtime.toISOString(),
    etag: tagOf(found),
  };
}

/** Changes when the file is written, replaced or truncated. */
function tagOf(found: BigIntStats): string {
  return `${found.ino}-${found.size}-${found.mtimeNs}`;
}

/** @throws DrillError DUMP_NOT_FOUND when the key leads out of the folder */
function pathOf(root: string, key: string): string {
  const path = resolve(root, ...key.split('/'));
  if (path !== root && !path.startsWith(root.endsWith(sep) ? root : root + sep)) {
    throw new DrillError('DUMP_NOT_FOUND', `${key} lies outside ${root}`, {
      hint: 'Give a key inside the folder.',
    });
  }
  return path;
}

function changed(path: string): DrillError {
  return new DrillError('DUMP_CHANGED', `${path} changed while it was in use`);
}
