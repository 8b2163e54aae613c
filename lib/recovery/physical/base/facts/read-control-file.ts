/**
 * Reads `global/pg_control`. The layouts of 13 to 18 are one up to the checksum's version (all of them little-endian and aligned
 * to eight bytes): 18 put wal_level into padding, and one byte before the nonce.
 */
import { encryptionOf } from '../../../streams/encryption/encryption-of.ts';
import { crc32c } from '../../numbers/crc32c.ts';
import { formatLsn } from '../../numbers/lsn.ts';
import { type ControlFile, type ControlFileReading, databaseStates } from './control-file.ts';

/** PG_CONTROL_FILE_SIZE. */
export const controlFileBytes = 8192;

/** PG_CONTROL_VERSION, and where its layout has the CRC-32C of all bytes before. */
const checksumOffsets: Readonly<Record<number, number>> = { 1300: 288, 1700: 288, 1800: 292 };

/** Where it may be on machines that align less: every field before lies nearer. */
const otherOffsets: readonly number[] = Array.from({ length: 32 }, (_, index) => 200 + 4 * index);

/** MAXALIGN of 64-bit machines, and FLOATFORMAT_VALUE. */
const [alignedBytes, floatMark] = [8, 1_234_567];

/** CATALOG_VERSION_NO of the releases (catalog/catversion.h); it never changes within a major. */
const majorOfCatalog: Readonly<Record<number, number>> = {
  202007201: 13,
  202107181: 14,
  202209061: 15,
  202307071: 16,
  202406281: 17,
  202506291: 18,
};

export function readControlFile(bytes: Buffer): ControlFileReading {
  // What encrypts a file adds to it; one of the right length may begin with any bytes.
  const encryption = bytes.length === controlFileBytes ? null : encryptionOf(bytes.subarray(0, 40));
  if (encryption !== null)
    return { kind: 'encrypted', reason: `its files are encrypted one by one (pg_control by ${encryption})` };
  if (bytes.length !== controlFileBytes)
    return damaged(`it has ${bytes.length} bytes in the place of ${controlFileBytes}`);
  const controlVersion = bytes.readUInt32LE(8);
  const checksumOffset = checksumOffsets[controlVersion];
  if (checksumOffset === undefined) return unknownVersion(bytes);
  if (!endsAt(bytes, checksumOffset))
    return otherOffsets.some((offset) => endsAt(bytes, offset))
      ? otherArchitecture('it was laid out by a machine of another word size or alignment')
      : damaged('its checksum does not match');
  const catalogVersion = bytes.readUInt32LE(12);
  const majorVersion = majorOfCatalog[catalogVersion];
  if (majorVersion === undefined)
    return {
      kind: 'other major',
      reason: `its catalog version ${catalogVersion} is of no release from 13 to 18`,
    };
  const state = databaseStates[bytes.readUInt32LE(16)];
  if (state === undefined) return damaged('its state is none that PostgreSQL has');
  const control = fieldsOf(bytes, { controlVersion, catalogVersion, majorVersion, state });
  const { maxAlign, floatFormat } = control.architecture;
  if (maxAlign !== alignedBytes)
    return otherArchitecture(`it was written by a machine that aligns to ${maxAlign} bytes`);
  if (floatFormat !== floatMark)
    return otherArchitecture('it was written by a machine of another format of floating-point numbers');
  return { kind: 'control file', control };
}

/** Whether all bytes before have the checksum that stands there. */
const endsAt = (bytes: Buffer, offset: number): boolean =>
  crc32c(bytes.subarray(0, offset)) === bytes.readUInt32LE(offset);

const otherArchitecture = (reason: string): ControlFileReading => ({ kind: 'other architecture', reason });

function unknownVersion(bytes: Buffer): ControlFileReading {
  if (checksumOffsets[bytes.readUInt32BE(8)] !== undefined)
    return otherArchitecture('it was written by a big-endian machine');
  const version = bytes.readUInt32LE(8);
  // Versions are the major's number times 100, from 10 on; before it 9xx.
  return version >= 900 && version < 10_000
    ? { kind: 'other major', reason: `its version ${version} is of no release from 13 to 18` }
    : damaged('it begins as no control file does');
}

const damaged = (reason: string): ControlFileReading => ({ kind: 'damaged', reason });

function fieldsOf(
  bytes: Buffer,
  known: Pick<ControlFile, 'controlVersion' | 'catalogVersion' | 'majorVersion' | 'state'>,
): ControlFile {
  const number = (at: number): number => bytes.readUInt32LE(at);
  const lsn = (at: number): string => formatLsn(Number(bytes.readBigUInt64LE(at)));
  const minimumTimeline = number(144);
  return {
    systemIdentifier: bytes.readBigUInt64LE(0).toString(),
    ...known,
    checkpoint: {
      lsn: lsn(32),
      redoLsn: lsn(40),
      timeline: number(48),
      previousTimeline: number(52),
      at: momentOf(bytes.readBigInt64LE(104)),
    },
    minimumRecovery: minimumTimeline === 0 ? null : { lsn: lsn(136), timeline: minimumTimeline },
    walLevel: (['minimal', 'replica', 'logical'] as const)[number(172)] ?? null,
    settings: {
      max_connections: number(180),
      max_worker_processes: number(184),
      max_wal_senders: number(188),
      max_prepared_transactions: number(192),
      max_locks_per_transaction: number(196),
    },
    walSegmentBytes: number(228),
    blockBytes: number(216),
    walBlockBytes: number(224),
    relationFileBlocks: number(220),
    dataChecksumVersion: number(252),
    architecture: { byteOrder: 'little', maxAlign: number(204), floatFormat: bytes.readDoubleLE(208) },
  };
}

/** @param seconds since 1970, as pg_time_t has them */
function momentOf(seconds: bigint): string {
  const milliseconds = Number(seconds) * 1000;
  // The ends of what a Date can hold; a damaged number must not throw.
  return Math.abs(milliseconds) <= 8.64e15 ? new Date(milliseconds).toISOString() : 'unknown';
}
