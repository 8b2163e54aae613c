import * as z from 'zod';
import type { InfoFile } from './info-file.ts';

/** A file of the cluster, as `backup.manifest` has it (src/info/manifest.c). */
export interface ManifestEntry {
  /** In the data directory; `pg_tblspc/<oid>/…` of a tablespace. */
  name: string;
  /** In the repository, below the folder of its backup and without the ending of compression. */
  path: string;
  sizeBytes: number;
  /** Of its content, in hex; null of an empty file. */
  sha1: string | null;
  /** The backup that holds it. */
  backup: string;
  /** Where it lies in a bundle of small files; null for one that lies alone. */
  bundle: { id: number; startByte: number; storedBytes: number } | null;
  /** Cut into blocks, some of which lie in earlier backups (2.46 and later). */
  isInBlocks: boolean;
}

const written = z.object({
  size: z.number().int().nonnegative(),
  checksum: z
    .string()
    .regex(/^[0-9a-f]{40}$/)
    .optional(),
  reference: z.string().optional(),
  'repo-size': z.number().int().nonnegative().optional(),
  bni: z.number().int().optional(),
  bno: z.number().int().optional(),
  bims: z.number().int().optional(),
});

/** @param label of the backup itself @returns in words what cannot be read */
export function manifestEntries(manifest: InfoFile, label: string): ManifestEntry[] | string {
  const entries: ManifestEntry[] = [];
  for (const [path, text] of manifest.get('target:file') ?? []) {
    const value = parsed(text);
    if (value === null) return `what it says of ${path} cannot be read`;
    if (value.size > 0 && value.checksum === undefined) return `it has no checksum of ${path}`;
    entries.push({
      name: path.replace(/^pg_data\//, ''),
      path,
      sizeBytes: value.size,
      sha1: value.checksum ?? null,
      backup: value.reference ?? label,
      bundle:
        value.bni === undefined
          ? null
          : { id: value.bni, startByte: value.bno ?? 0, storedBytes: value['repo-size'] ?? value.size },
      isInBlocks: value.bims !== undefined,
    });
  }
  return entries.length === 0 ? 'it names no file' : entries;
}

function parsed(text: string): z.output<typeof written> | null {
  try {
    return written.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}
