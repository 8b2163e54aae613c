/** Streaming zstd (RFC 8878), frame by frame, with every checksum verified. */
import type { XXHash } from 'xxhash-wasm';
import type { DrillError } from '../../../domain/findings/errors.ts';
import type { ByteSource } from '../bytes/byte-source.ts';
import { dumpError } from '../bytes/dump-error.ts';
import { decodeZstdFrame } from './zstd-decoders.ts';

const frameMagic = 0xfd2fb528;
/** 0x184D2A50 to 0x184D2A5F: frames of user data, to be passed over (pzstd writes them). */
const skippableMagic = 0x184d2a50;
/** Frames that look back further than zstd's own default allows (`--long=28` and more) are not read. */
const maxWindowBytes = 128 * 1024 * 1024;

interface FrameHeader {
  bytes: Buffer;
  hasChecksum: boolean;
  contentBytes: bigint | null;
}

/**
 * Content of all frames, one after the other.
 *
 * The frames are taken apart here, because neither decoder at hand does all that is needed: fzstd ignores checksums,
 * and Node's (22.15 and later) reads one frame only.
 * @throws DrillError DUMP_TRUNCATED when the data end early, DUMP_CORRUPT when they are damaged, COMPRESSION_UNKNOWN.
 */
export async function* decompressZstd(source: ByteSource): AsyncGenerator<Buffer, void, undefined> {
  // Loaded when it is needed, as few dumps do.
  const { default: xxhash } = await import('xxhash-wasm');
  const { create64 } = await xxhash();
  for (let total = 0; !(await source.atEnd()); ) {
    const magic = (await read(source, 4, total)).readUInt32LE(0);
    if (magic >>> 4 === skippableMagic >>> 4) {
      for (let left = (await read(source, 4, total)).readUInt32LE(0); left > 0; ) {
        left -= (await read(source, Math.min(left, 64 * 1024), total)).length;
      }
    } else if (magic === frameMagic) {
      for await (const chunk of frame(source, create64(), total)) {
        total += chunk.length;
        yield chunk;
      }
    } else throw damaged('no zstd frame begins where one should', total);
  }
}

async function* frame(
  source: ByteSource,
  hash: XXHash<bigint>,
  before: number,
): AsyncGenerator<Buffer, void, undefined> {
  const header = await readHeader(source, before);
  let total = before;
  const blocks = frameBlocks(source, header, () => total);
  for await (const chunk of decodeZstdFrame(blocks, (cause) =>
    damaged('its data are damaged', total, cause),
  )) {
    if (header.hasChecksum) hash.update(chunk);
    total += chunk.length;
    yield chunk;
  }
  if (header.contentBytes !== null && header.contentBytes !== BigInt(total - before)) {
    throw damaged('its content has not the size it claims', total);
  }
  if (!header.hasChecksum) return;
  const expected = (await read(source, 4, total)).readUInt32LE(0);
  if (Number(hash.digest() & 0xffffffffn) !== expected) {
    throw damaged('the checksum of its content does not match', total);
  }
}

async function readHeader(source: ByteSource, total: number): Promise<FrameHeader> {
  const descriptor = (await source.peek(1))[0];
  if (descriptor === undefined) throw truncated(total);
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const idBytes = [0, 1, 2, 4][descriptor & 3] as number;
  const sizeBytes = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] as number;
  const windowBytes = isSingleSegment ? 0 : 1;
  const bytes = Buffer.from(await read(source, 1 + windowBytes + idBytes + sizeBytes, total));
  if ((descriptor & 0x08) !== 0) throw damaged('its header is not one of zstd', total);
  const sizeAt = 1 + windowBytes + idBytes;
  let contentBytes: bigint | null = null;
  if (sizeBytes === 1) contentBytes = BigInt(bytes.readUInt8(sizeAt));
  else if (sizeBytes === 2) contentBytes = BigInt(bytes.readUInt16LE(sizeAt) + 256);
  else if (sizeBytes === 4) contentBytes = BigInt(bytes.readUInt32LE(sizeAt));
  else if (sizeBytes === 8) contentBytes = bytes.readBigUInt64LE(sizeAt);
  const exponent = 10 + ((bytes[1] as number) >> 3);
  const window = isSingleSegment
    ? Number(contentBytes)
    : 2 ** exponent * (1 + ((bytes[1] as number) & 7) / 8);
  if (window > maxWindowBytes) {
    throw dumpError(
      'COMPRESSION_UNKNOWN',
      `the zstd data need a window of ${window} bytes, more than ${maxWindowBytes}`,
    );
  }
  if (idBytes > 0 && bytes.readUIntLE(1 + windowBytes, idBytes) !== 0) {
    throw dumpError('COMPRESSION_UNKNOWN', 'the zstd data need a dictionary, which is not there');
  }
  // The decoders get the frame without its checksum, which is verified here.
  bytes[0] = descriptor & ~0x04;
  return { bytes, hasChecksum: (descriptor & 0x04) !== 0, contentBytes };
}

/** The frame from its magic number to its last block. */
async function* frameBlocks(
  source: ByteSource,
  header: FrameHeader,
  total: () => number,
): AsyncGenerator<Buffer, void, undefined> {
  const magic = Buffer.alloc(4);
  magic.writeUInt32LE(frameMagic);
  yield Buffer.concat([magic, header.bytes]);
  for (;;) {
    const block = await source.peek(3);
    if (block.length < 3) throw truncated(total());
    const field = block.readUIntLE(0, 3);
    const type = (field >> 1) & 3;
    if (type === 3) throw damaged('a block is of no known type', total());
    yield await read(source, 3 + (type === 1 ? 1 : field >> 3), total());
    if ((field & 1) === 1) return;
  }
}

async function read(source: ByteSource, n: number, total: number): Promise<Buffer> {
  const bytes = await source.readUpTo(n);
  if (bytes.length < n) throw truncated(total);
  return bytes;
}

const truncated = (total: number): DrillError =>
  dumpError('DUMP_TRUNCATED', `the zstd data end early, after ${total} bytes of content`);
const damaged = (reason: string, total: number, cause?: unknown): DrillError =>
  dumpError('DUMP_CORRUPT', `the zstd data are damaged after ${total} bytes of content: ${reason}`, cause);
