/** Small files that hold much: a statement, and then newlines. */
import { execFileSync } from 'node:child_process';
import { gzipSync } from 'node:zlib';
import { compressFrameSync } from 'lz4-napi';

const mebibyte = 1024 ** 2;
const statement = Buffer.from('SELECT 1;\n');

export type BombFormat = 'gzip' | 'zstd' | 'xz' | 'bzip2' | 'lz4';

const compressed: Record<Exclude<BombFormat, 'zstd'>, (content: Buffer) => Buffer> = {
  gzip: (content) => gzipSync(content),
  xz: (content) => execFileSync('xz', ['-1', '-c'], { input: content }),
  // Its blocks are decoded whole: of 100,000 bytes, which hold 5 MB of one letter; other levels have up to nine times that.
  bzip2: (content) => execFileSync('bzip2', ['-1', '-c'], { input: content }),
  lz4: (content) => compressFrameSync(content),
};

/** @param times the newlines come again, each time as a stream of their own */
export function bomb(format: BombFormat, mebibytes: number, times = 1): Buffer {
  if (format === 'zstd') return newlinesAsZstd(mebibytes * times);
  const compress = compressed[format];
  const newlines = compress(Buffer.alloc(mebibytes * mebibyte, '\n'));
  return Buffer.concat([compress(statement), ...Array.from({ length: times }, () => newlines)]);
}

/** A zstd frame (RFC 8878) of four bytes for each 128 KiB of newlines: fifty times less than `zstd` writes. */
function newlinesAsZstd(mebibytes: number): Buffer {
  const block = (isLast: boolean, type: 0 | 1, size: number, content: Buffer): Buffer => {
    const header = Buffer.alloc(3);
    header.writeUIntLE((isLast ? 1 : 0) | (type << 1) | (size << 3), 0, 3);
    return Buffer.concat([header, content]);
  };
  const newlines = block(false, 1, 128 * 1024, Buffer.from('\n'));
  return Buffer.concat([
    // Magic number, then a descriptor without checksum and size, and a window of 8 MiB.
    Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x68]),
    block(false, 0, statement.length, statement),
    ...Array.from({ length: mebibytes * 8 }, () => newlines),
    block(true, 0, 0, Buffer.alloc(0)),
  ]);
}
