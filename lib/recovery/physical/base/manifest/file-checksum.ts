import { createHash } from 'node:crypto';
import { crc32c } from '../../numbers/crc32c.ts';

/** By the names that a manifest has for them (pg_checksum_type_name of checksum_helper.c); NONE writes none at all. */
export const checksumAlgorithms = ['CRC32C', 'SHA224', 'SHA256', 'SHA384', 'SHA512'] as const;
export type ChecksumAlgorithm = (typeof checksumAlgorithms)[number];

export const isChecksumAlgorithm = (name: string): name is ChecksumAlgorithm =>
  (checksumAlgorithms as readonly string[]).includes(name);

/** A checksum that grows with the bytes of a file. */
export interface FileChecksum {
  readonly algorithm: ChecksumAlgorithm;
  update(bytes: Uint8Array): void;
  /** In lower-case hex, as a manifest has it; of CRC-32C the four bytes as they lie in a little-endian memory. */
  hex(): string;
}

export function fileChecksum(algorithm: ChecksumAlgorithm): FileChecksum {
  if (algorithm === 'CRC32C') {
    let crc = 0;
    return {
      algorithm,
      update: (bytes) => {
        crc = crc32c(bytes, crc);
      },
      hex: () => {
        const bytes = Buffer.alloc(4);
        bytes.writeUInt32LE(crc);
        return bytes.toString('hex');
      },
    };
  }
  const hash = createHash(algorithm.toLowerCase());
  return { algorithm, update: (bytes) => void hash.update(bytes), hex: () => hash.digest('hex') };
}
