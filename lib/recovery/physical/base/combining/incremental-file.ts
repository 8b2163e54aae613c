/**
 * `INCREMENTAL.<name>`: the blocks of a relation's file that changed since the backup before (PostgreSQL 17 and later:
 * basebackup_incremental.c writes it, pg_combinebackup's reconstruct.c reads it). Numbers are little-endian.
 */
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

/** INCREMENTAL_MAGIC. */
const magic = 0xd3ae1f0d;
const fixedBytes = 12;
/** Blocks that are read at a time. */
const runBlocks = 128;

export interface IncrementalHeader {
  /** Blocks that are in it, in its order. */
  blocks: Uint32Array;
  /** The file has at least so many blocks; those below that are not in it come from the backup before. */
  leastBlocks: number;
  /** Where the blocks begin. */
  headerBytes: number;
}

/** What a cluster's control file says of its relations. */
export interface BlockSizes {
  blockBytes: number;
  /** Blocks in one file of a large relation. */
  relationFileBlocks: number;
}

/** @returns in words why it cannot be used */
export function readIncrementalHeader(
  bytes: Buffer,
  sizeBytes: number,
  { blockBytes, relationFileBlocks }: BlockSizes,
): IncrementalHeader | string {
  if (bytes.length < fixedBytes) return 'it ends within its header';
  if (bytes.readUInt32LE(0) !== magic) return 'it does not begin as an incremental file';
  const [count, leastBlocks] = [bytes.readUInt32LE(4), bytes.readUInt32LE(8)];
  if (count > relationFileBlocks || leastBlocks > relationFileBlocks)
    return 'it tells of more blocks than a file can have';
  const toldBytes = fixedBytes + 4 * count;
  if (bytes.length < toldBytes) return 'it ends within its header';
  // The blocks begin at a multiple of their size, so that they can be cloned; without any there is nothing to fill up to.
  const headerBytes = count === 0 ? toldBytes : Math.ceil(toldBytes / blockBytes) * blockBytes;
  if (sizeBytes !== headerBytes + count * blockBytes)
    return `it has ${sizeBytes} bytes in the place of ${headerBytes + count * blockBytes}`;
  const blocks = new Uint32Array(count);
  for (let index = 0; index < count; index += 1) {
    const block = bytes.readUInt32LE(fixedBytes + 4 * index);
    if (block >= relationFileBlocks) return 'it holds a block that no file has';
    blocks[index] = block;
  }
  return { blocks, leastBlocks, headerBytes };
}

/**
 * Brings a file of the backup before to what it was at the incremental backup, in place: cut or filled with zeros to the least
 * length, and the blocks written over it.
 * @returns in words what is wrong; null when nothing is
 */
export async function applyIncrementalFile(
  incrementalPath: string,
  path: string,
  sizes: BlockSizes,
): Promise<string | null> {
  const source = await open(incrementalPath, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const { size } = await source.stat();
    const start = Buffer.alloc(Math.min(size, fixedBytes + 4 * sizes.relationFileBlocks));
    const { bytesRead } = await source.read(start, 0, start.length, 0);
    const header = readIncrementalHeader(start.subarray(0, bytesRead), size, sizes);
    if (typeof header === 'string') return header;
    const target = await openExisting(path);
    if (target === null) return 'the backup before it does not have this file';
    try {
      await target.truncate(header.leastBlocks * sizes.blockBytes);
      await writeBlocks(source, target, header, sizes.blockBytes);
    } finally {
      await target.close();
    }
    return null;
  } finally {
    await source.close();
  }
}

async function openExisting(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, constants.O_RDWR | constants.O_NOFOLLOW);
  } catch (error) {
    if (['ENOENT', 'ELOOP', 'EISDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw error;
  }
}

async function writeBlocks(
  source: FileHandle,
  target: FileHandle,
  { blocks, headerBytes }: IncrementalHeader,
  blockBytes: number,
): Promise<void> {
  const buffer = Buffer.alloc(Math.min(runBlocks, blocks.length) * blockBytes);
  for (let from = 0; from < blocks.length; ) {
    let to = from + 1;
    while (to < blocks.length && to - from < runBlocks && blocks[to] === (blocks[to - 1] as number) + 1)
      to += 1;
    const bytes = (to - from) * blockBytes;
    const { bytesRead } = await source.read(buffer, 0, bytes, headerBytes + from * blockBytes);
    if (bytesRead !== bytes) throw new Error('an incremental file became shorter while it was read');
    for (let at = 0; at < bytes; ) {
      const position = (blocks[from] as number) * blockBytes + at;
      at += (await target.write(buffer, at, bytes - at, position)).bytesWritten;
    }
    from = to;
  }
}
