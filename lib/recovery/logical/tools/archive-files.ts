/** Gives pg_restore the archive in a form it can read: a stream, or the files of a directory. */
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { tarMembers } from '../reading/archive/tar-members.ts';
import { ByteSource } from '../reading/byte-source.ts';
import { dumpError } from '../reading/dump-error.ts';
import type { DumpSource } from '../reading/open-dump.ts';
import { unwrap } from '../reading/unwrap.ts';

/** Names that pg_dump -Fd gives its files; nothing else is written to disk. */
const isArchiveFile = (name: string): boolean =>
  /^(?:toc|\d+|blobs?_\d+|blobs)\.(?:dat|toc)(?:\.(?:gz|lz4|zst))?$/.test(name);

export interface ArchiveInput {
  /** Fed to stdin; null for a directory. */
  stream: AsyncIterable<Buffer> | null;
  directory: string | null;
}

/**
 * @param newFolder makes an empty private folder; used only for directory archives, which pg_restore reads from disk
 * @throws DrillError what the source throws, DUMP_CORRUPT
 */
export async function archiveInput(
  source: DumpSource,
  layout: 'custom' | 'tar' | 'directory',
  passphrase: string | null,
  newFolder: () => Promise<string>,
): Promise<ArchiveInput> {
  if (source.kind === 'directory') {
    const directory = await newFolder();
    for (const { name } of await source.list()) {
      if (isArchiveFile(name)) await store(await source.open(name), join(directory, name));
    }
    return { stream: null, directory };
  }
  const { bytes } = await unwrap(new ByteSource(await source.open()), passphrase);
  if (layout !== 'directory') return { stream: pieces(bytes), directory: null };
  const directory = await newFolder();
  for await (const { path, isFile, body } of tarMembers(bytes)) {
    const name = path.slice(path.lastIndexOf('/') + 1);
    if (isFile && isArchiveFile(name)) await store(Readable.from(body), join(directory, name));
  }
  return { stream: null, directory };
}

async function store(content: Readable, path: string): Promise<void> {
  await pipeline(content, createWriteStream(path, { flags: 'wx', mode: 0o600 })).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST')
      throw dumpError('DUMP_CORRUPT', 'a file of the directory archive is there twice');
    throw error;
  });
}

async function* pieces(bytes: ByteSource): AsyncGenerator<Buffer, void, undefined> {
  try {
    for (let piece = await bytes.readPiece(); piece !== null; piece = await bytes.readPiece()) yield piece;
  } finally {
    bytes.cancel().catch(() => {});
  }
}
