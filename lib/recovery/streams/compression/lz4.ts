/**
 * Streaming decompression of lz4 frames (lz4 doc/lz4_Frame_format.md) in constant memory, over the block decompressor
 * of lz4-napi, which has no streaming frames of its own.
 */
import type { uncompressSync } from 'lz4-napi';
import type { XXHash } from 'xxhash-wasm';
import type { DrillError } from '../../../domain/findings/errors.ts';
import { ByteSource } from '../bytes/byte-source.ts';
import { dumpError } from '../bytes/dump-error.ts';

const frameMagic = 0x184d2204;
/** `lz4 -l`, and the Linux kernel: blocks of at most 8 MiB without any checksum, to the end of the input. */
const legacyMagic = 0x184c2102;
const legacyBlockBytes = 8 * 1024 * 1024;
/** 0x184D2A50 to 0x184D2A5F: frames of user data, to be passed over. */
const skippableMagic = 0x184d2a50;
/** Content is handed on in pieces of this size: whoever reads it gives others their turn between two of them. */
const pieceBytes = 256 * 1024;
/** A block may refer back to the last 64 KiB of the frame. */
const historyBytes = 64 * 1024;

/** Begins an xxHash32 with seed 0, the checksum of header, blocks and content. */
type NewHash = () => XXHash<number>;

type DecompressBlock = typeof uncompressSync;

interface FrameHeader {
  linkedBlocks: boolean;
  blockChecksums: boolean;
  contentChecksum: boolean;
  largestBlockBytes: number;
  contentBytes: bigint | null;
}

/**
 * Contents of one or more frames, one after the other. A block is held whole (4 MiB at the most, 8 of a legacy frame).
 * Every checksum that the frames hold is verified.
 * @throws DrillError DUMP_TRUNCATED when the input ends inside a frame, DUMP_CORRUPT when it is no lz4 or is damaged.
 */
export async function* decompressLz4(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Buffer, void, undefined> {
  const source = new ByteSource(chunks);
  try {
    // Loaded when they are needed, as few dumps do.
    const { uncompressSync } = await import('lz4-napi');
    const { create32 } = await (await import('xxhash-wasm')).default();
    while (!(await source.atEnd())) {
      const magic = (await source.read(4)).readUInt32LE();
      if (magic >>> 4 === skippableMagic >>> 4) await source.skip((await source.read(4)).readUInt32LE());
      else if (magic === frameMagic) yield* decompressFrame(source, create32, uncompressSync);
      else if (magic === legacyMagic) yield* decompressLegacy(source, uncompressSync);
      else throw damaged('no lz4 frame begins', source);
    }
  } finally {
    await source.cancel();
  }
}

async function* decompressFrame(
  source: ByteSource,
  newHash: NewHash,
  decompress: DecompressBlock,
): AsyncGenerator<Buffer, void, undefined> {
  const header = await readHeader(source, newHash);
  const contentHash = header.contentChecksum ? newHash() : null;
  let history: Buffer = Buffer.alloc(0);
  let total = 0n;
  for (;;) {
    const size = (await source.read(4)).readUInt32LE();
    if (size === 0) break;
    const stored = size >= 0x80000000;
    const bytes = size & 0x7fffffff;
    if (bytes > header.largestBlockBytes) throw damaged(`an lz4 block claims ${bytes} bytes`, source);
    const block = await source.read(bytes);
    if (header.blockChecksums) await verify(newHash().update(block), 'block', source);
    const content = stored ? Buffer.from(block) : decompressed(block, header, history, source, decompress);
    if (header.linkedBlocks) history = lastBytes(history, content);
    contentHash?.update(content);
    total += BigInt(content.length);
    yield* piecesOf(content);
  }
  if (contentHash !== null) await verify(contentHash, 'content', source);
  if (header.contentBytes !== null && header.contentBytes !== total) {
    throw damaged('an lz4 frame has not the size it claims', source);
  }
}

/** A legacy frame ends where the input ends or another frame begins: that it is whole, the dump's own end must tell. */
async function* decompressLegacy(
  source: ByteSource,
  decompress: DecompressBlock,
): AsyncGenerator<Buffer, void, undefined> {
  while (!(await source.atEnd())) {
    const start = await source.peek(4);
    const next = start.length === 4 ? start.readUInt32LE() : 0;
    if (next === legacyMagic || next === frameMagic || next >>> 4 === skippableMagic >>> 4) return;
    const bytes = (await source.read(4)).readUInt32LE();
    // Incompressible content grows by a 255th and 16 bytes at most (LZ4_compressBound).
    if (bytes === 0 || bytes > legacyBlockBytes + legacyBlockBytes / 255 + 16)
      throw damaged(`an lz4 block claims ${bytes} bytes`, source);
    const block = await source.read(bytes);
    yield* piecesOf(
      decompressed(block, { largestBlockBytes: legacyBlockBytes }, Buffer.alloc(0), source, decompress),
    );
  }
}

function* piecesOf(content: Buffer): Generator<Buffer> {
  for (let at = 0; at < content.length; at += pieceBytes) yield content.subarray(at, at + pieceBytes);
}

async function readHeader(source: ByteSource, newHash: NewHash): Promise<FrameHeader> {
  const start = await source.read(2);
  const [flags, descriptor] = [start[0] as number, start[1] as number];
  const hasContentSize = (flags & 0x08) !== 0;
  const hasDictionary = (flags & 0x01) !== 0;
  const optional = await source.read((hasContentSize ? 8 : 0) + (hasDictionary ? 4 : 0));
  const expected = (await source.read(1))[0];
  const hash = newHash()
    .update(Buffer.concat([start, optional]))
    .digest();
  const sizeCode = (descriptor >> 4) & 7;
  const sound = flags >> 6 === 1 && (flags & 0x02) === 0 && (descriptor & 0x8f) === 0 && sizeCode >= 4;
  if (!sound || ((hash >>> 8) & 0xff) !== expected) throw damaged('an lz4 frame header is damaged', source);
  if (hasDictionary)
    throw dumpError('COMPRESSION_UNKNOWN', 'the lz4 frame needs a dictionary, which is not there');
  return {
    linkedBlocks: (flags & 0x20) === 0,
    blockChecksums: (flags & 0x10) !== 0,
    contentChecksum: (flags & 0x04) !== 0,
    largestBlockBytes: 2 ** (8 + 2 * sizeCode),
    contentBytes: hasContentSize ? optional.readBigUInt64LE(0) : null,
  };
}

/** lz4-napi takes the size of the result in front of the block; the largest size of the frame stands in for it. */
function decompressed(
  block: Buffer,
  header: Pick<FrameHeader, 'largestBlockBytes'>,
  history: Buffer,
  source: ByteSource,
  decompress: DecompressBlock,
): Buffer {
  const input = Buffer.allocUnsafe(4 + block.length);
  input.writeUInt32LE(header.largestBlockBytes);
  block.copy(input, 4);
  try {
    return history.length === 0 ? decompress(input) : decompress(input, history);
  } catch (error) {
    throw damaged('an lz4 block is damaged', source, error);
  }
}

function lastBytes(history: Buffer, content: Buffer): Buffer {
  if (content.length >= historyBytes) return content.subarray(content.length - historyBytes);
  return Buffer.concat([
    history.subarray(Math.max(0, history.length + content.length - historyBytes)),
    content,
  ]);
}

async function verify(hash: XXHash<number>, what: string, source: ByteSource): Promise<void> {
  const expected = (await source.read(4)).readUInt32LE();
  if (hash.digest() !== expected) throw damaged(`the checksum of an lz4 ${what} does not match`, source);
}

const damaged = (reason: string, source: ByteSource, cause?: unknown): DrillError =>
  dumpError('DUMP_CORRUPT', `${reason}, at byte ${source.position} of the compressed data`, cause);
