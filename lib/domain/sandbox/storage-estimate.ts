import type { RecoveredSize } from '../backup/dump.ts';

const mebibyte = 1024 ** 2;
const gibibyte = 1024 ** 3;

/** How many times larger restored data may be than the stored dump, by how the dump is packed. */
const growthFactor = { compressed: 12, plain: 3 };
/** An empty cluster with its WAL. */
const emptyClusterBytes = 200 * mebibyte;

/**
 * Disk to ask for: dumps a seventieth of their database are known (docs/facts.md#growth-of-a-dump), but such ratios
 * are rare; twelve times a compressed dump and three times a plain one, plus an empty cluster.
 */
export function storageBytesFor(dump: { sizeBytes: number; compressed: boolean }): number {
  const factor = dump.compressed ? growthFactor.compressed : growthFactor.plain;
  return emptyClusterBytes + dump.sizeBytes * factor;
}

/**
 * Bytes that one stored byte of a packed base backup, or of packed WAL, is reckoned to unpack to where nothing says it: data
 * files are packed to a fifth, to a twelfth where half of them is air.
 */
export const packedFactor = 12;

/** A server that replays keeps what it read until its next restartpoint: its max_wal_size, and half of it once more. */
const mostWalKeptBytes = 6 * gibibyte;
/** Temporary files of checks and of index builds, per byte of data. */
const workShare = 0.1;
/** What is left free while a base is unpacked (recovering/room-for-base.ts). */
const recoveryReserveBytes = 512 * mebibyte;

/**
 * Disk for a recovered base backup: what it unpacks to, what replay adds to it – a byte of WAL makes no more than a byte of
 * data –, the WAL that lies there meanwhile, and room to work. The instance that the data is carried into needs as much: what
 * bloat it saves, its own WAL and index builds take.
 */
export function recoveredStorageBytes({ baseBytes, walBytes, spooledWalBytes }: RecoveredSize): number {
  const dataBytes = baseBytes + walBytes;
  const keptBytes = spooledWalBytes + Math.min(walBytes, mostWalKeptBytes);
  return Math.ceil(dataBytes * (1 + workShare)) + keptBytes + recoveryReserveBytes;
}
