/** Streaming gzip (RFC 1952), member by member, with every checksum verified. */
import { crc32 } from 'node:zlib';
import type { ByteSource } from '../bytes/byte-source.ts';
import { dumpError } from '../bytes/dump-error.ts';
import { inflate } from './deflate.ts';

const [flagHeaderCrc, flagExtra, flagName, flagComment] = [0x02, 0x04, 0x08, 0x10];

/** Says that bytes which are no gzip follow the compressed data from this position on. */
export type OnTrailingBytes = (position: number) => void;

/**
 * Content of all members, one after the other. Zero bytes after the last member are padding; other bytes that are no
 * gzip are reported and passed over. Node's own gunzip would drop what it has decompressed before such bytes, or stop
 * in silence.
 * @throws DrillError DUMP_TRUNCATED when the data end early, DUMP_CORRUPT when they are damaged.
 */
export async function* decompressGzip(
  source: ByteSource,
  onTrailingBytes: OnTrailingBytes,
): AsyncGenerator<Buffer, void, undefined> {
  let total = 0;
  for (;;) {
    await skipHeader(source, total);
    let crc = 0;
    let size = 0;
    for await (const chunk of inflate(source, { before: total, truncated, damaged })) {
      crc = crc32(chunk, crc);
      size += chunk.length;
      total += chunk.length;
      yield chunk;
    }
    const trailer = await source.readUpTo(8);
    if (trailer.length < 8) throw truncated(total);
    if (trailer.readUInt32LE(0) !== crc) throw damaged('the checksum of its content does not match', total);
    if (trailer.readUInt32LE(4) !== size % 2 ** 32)
      throw damaged('its content has not the size it claims', total);
    const next = await source.peek(3);
    if (next.length === 3 && next.readUIntBE(0, 3) === 0x1f8b08) continue;
    await passTrailingBytes(source, onTrailingBytes);
    return;
  }
}

async function skipHeader(source: ByteSource, total: number): Promise<void> {
  const need = async (n: number): Promise<Buffer> => {
    const bytes = await source.readUpTo(n);
    if (bytes.length < n) throw truncated(total);
    return bytes;
  };
  const skipText = async (): Promise<void> => {
    while ((await need(1))[0] !== 0);
  };
  const header = await need(10);
  const flags = header[3] as number;
  if ((flags & 0xe0) !== 0 || header[2] !== 8) throw damaged('its header is not one of gzip', total);
  if ((flags & flagExtra) !== 0) await need((await need(2)).readUInt16LE(0));
  if ((flags & flagName) !== 0) await skipText();
  if ((flags & flagComment) !== 0) await skipText();
  if ((flags & flagHeaderCrc) !== 0) await need(2);
}

async function passTrailingBytes(source: ByteSource, onTrailingBytes: OnTrailingBytes): Promise<void> {
  let isReported = false;
  for (let piece = await source.readPiece(); piece !== null; piece = await source.readPiece()) {
    const odd = piece.findIndex((value) => value !== 0);
    if (odd < 0 || isReported) continue;
    isReported = true;
    onTrailingBytes(source.position - piece.length + odd);
  }
}

const truncated = (total: number, cause?: unknown) =>
  dumpError('DUMP_TRUNCATED', `the gzip data end early, after ${total} bytes of content`, cause);
const damaged = (reason: string, total: number, cause?: unknown) =>
  dumpError('DUMP_CORRUPT', `the gzip data are damaged after ${total} bytes of content: ${reason}`, cause);
