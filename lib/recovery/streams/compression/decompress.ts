import type { Compression } from '../../../domain/backup/dump.ts';
import type { ByteSource } from '../bytes/byte-source.ts';
import { decompressBzip2 } from './bzip2.ts';
import { decompressGzip, type OnTrailingBytes } from './gzip.ts';
import { decompressLz4 } from './lz4.ts';
import { decompressXz } from './xz.ts';
import { decompressZstd } from './zstd.ts';

/** Content of compressed bytes. @throws DrillError DUMP_TRUNCATED, DUMP_CORRUPT, COMPRESSION_UNKNOWN */
export function decompress(
  bytes: ByteSource,
  compression: Compression,
  onTrailingBytes: OnTrailingBytes,
): AsyncIterable<Buffer> {
  switch (compression) {
    case 'gzip':
      return decompressGzip(bytes, onTrailingBytes);
    case 'zstd':
      return decompressZstd(bytes);
    case 'xz':
      return decompressXz(bytes);
    case 'bzip2':
      return decompressBzip2(bytes);
    case 'lz4':
      return decompressLz4(bytes.pieces());
  }
}
