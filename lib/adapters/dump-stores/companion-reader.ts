import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import { DrillError, isDrillError } from '../../domain/findings/errors.ts';
import type { DumpStore } from '../../ports/dump-store.ts';
import type { ObjectReader } from '../../ports/object-reader.ts';

/** Checksum files and heartbeats are a line or two; a list of all checksums of a bucket is still far smaller. */
const largestTextBytes = 1024 * 1024;

/** Reads companions and sidecars from any store. */
export const objectReader: ObjectReader = {
  async text(store, key, maxBytes = largestTextBytes) {
    const pieces: Buffer[] = [];
    let sizeBytes = 0;
    for await (const piece of await store.open(key)) {
      sizeBytes += (piece as Buffer).length;
      if (sizeBytes > maxBytes) {
        throw new DrillError('DUMP_UNREADABLE', `${key} is larger than a text beside a dump can be`, {
          hint: 'Check that it is the file it is named for.',
        });
      }
      pieces.push(piece as Buffer);
    }
    return Buffer.concat(pieces).toString('utf8');
  },

  async archiveProblem(store: DumpStore, key: string, kind) {
    const unpack = extract();
    unpack.on('entry', (_header, content, next) => {
      content.on('end', next);
      content.resume();
    });
    try {
      const bytes = await store.open(key);
      await (kind === 'tar' ? pipeline(bytes, unpack) : pipeline(bytes, createGunzip(), unpack));
      return null;
    } catch (error) {
      if (isDrillError(error)) throw error;
      return error instanceof Error ? error.message : String(error);
    }
  },
};
