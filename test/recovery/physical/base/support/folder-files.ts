import { createReadStream, readdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { Readable } from 'node:stream';
import type { BaseFile } from '../../../../../lib/recovery/physical/base/layout/base-file.ts';

/** Every file below a folder, as a store lists them. */
export function filesBelow(folder: string, root = folder): BaseFile[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesBelow(path, root);
    // Links are none: a store of objects has no such thing.
    if (!entry.isFile()) return [];
    return [
      {
        name: relative(root, path),
        sizeBytes: statSync(path).size,
        open: async () => createReadStream(path),
      },
    ];
  });
}

export function fileOf(name: string, bytes: Buffer): BaseFile {
  return { name, sizeBytes: bytes.length, open: async () => Readable.from([bytes]) };
}
