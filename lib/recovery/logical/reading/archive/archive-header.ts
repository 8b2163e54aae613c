/**
 * The header of an archive: WriteHead/ReadHead of pg_backup_archiver.c. Versions 1.12 to 1.16, which are those of
 * pg_dump 9.0 to 18.
 */
import { DrillError } from '../../../../domain/findings/errors.ts';
import { findingRegistry } from '../../../../domain/findings/findings.ts';
import { dumpError } from '../../../streams/bytes/dump-error.ts';
import type { ArchiveCursor } from './archive-cursor.ts';
import type { ArchiveFields } from './archive-fields.ts';

/** How the data blocks of an archive are compressed. */
export type ArchiveCompression = 'none' | 'gzip' | 'lz4' | 'zstd';

export interface ArchiveHeader {
  minor: number;
  /** `custom`, or `tar`, which directory archives write too. */
  format: 'custom' | 'tar';
  compression: ArchiveCompression;
  /** Creation time as an ISO 8601 instant: the header's local time, read as UTC. */
  createdAt: string;
  database: string | null;
  serverVersion: string | null;
  dumpVersion: string | null;
}

const oldestMinor = 12;
const newestMinor = 16;

/**
 * Reads the header and sets the cursor's field sizes from it.
 * @throws DrillError DUMP_NOT_A_DUMP, ARCHIVE_VERSION_UNKNOWN, COMPRESSION_UNKNOWN, DUMP_CORRUPT, DUMP_TRUNCATED.
 */
export async function readArchiveHeader(
  cursor: ArchiveCursor,
  expected: ArchiveHeader['format'],
): Promise<ArchiveHeader> {
  const version = await cursor.record('archive header', (fields) => {
    for (const letter of 'PGDMP') {
      if (fields.byte() !== letter.charCodeAt(0)) {
        throw dumpError('DUMP_NOT_A_DUMP', 'the archive does not begin with PGDMP');
      }
    }
    return { major: fields.byte(), minor: fields.byte(), revision: fields.byte() };
  });
  if (version.major !== 1 || version.minor < oldestMinor || version.minor > newestMinor) {
    throw await unknownVersion(cursor, version);
  }
  return cursor.record('archive header', (fields) => parseHeader(fields, version.minor, expected));
}

function parseHeader(
  fields: ArchiveFields,
  minor: number,
  expected: ArchiveHeader['format'] | null,
): ArchiveHeader {
  const intBytes = fields.byte();
  if (intBytes < 2 || intBytes > 8) throw fields.damaged(`integers of ${intBytes} bytes`);
  const offsetBytes = fields.byte();
  if (offsetBytes < 2 || offsetBytes > 16) throw fields.damaged(`file offsets of ${offsetBytes} bytes`);
  fields.sizes.int = intBytes;
  fields.sizes.offset = offsetBytes;
  const format = { 1: 'custom' as const, 3: 'tar' as const }[fields.byte()];
  if (format === undefined || (expected !== null && format !== expected)) {
    throw fields.damaged('the format byte does not fit the file');
  }
  const compression = minor >= 15 ? namedCompression(fields.byte()) : compressionByLevel(fields);
  return {
    minor,
    format,
    compression,
    createdAt: creationTime(fields),
    database: fields.string(),
    serverVersion: fields.string(),
    dumpVersion: fields.string(),
  };
}

function namedCompression(algorithm: number): ArchiveCompression {
  const name = (['none', 'gzip', 'lz4', 'zstd'] as const)[algorithm];
  if (name !== undefined) return name;
  throw dumpError(
    'COMPRESSION_UNKNOWN',
    `the archive names compression method ${algorithm}, which is not known`,
  );
}

/** Before 1.15 only zlib was there, and its level was written: 0 is none, -1 is zlib's default. */
function compressionByLevel(fields: ArchiveFields): ArchiveCompression {
  const level = fields.int();
  if (level < -1 || level > 9) throw fields.damaged(`compression level ${level}`);
  return level === 0 ? 'none' : 'gzip';
}

/**
 * pg_dump writes localtime() without its zone. Backup jobs run in UTC more often than not, so the fields are read as
 * UTC. The error of the assumption is at most 14 hours (docs/archive-format.md), which whoever compares allows for; a
 * header without a moment would let an old dump pass under a new name.
 */
function creationTime(fields: ArchiveFields): string {
  const [second, minute, hour, day, month, year] = [
    fields.int(),
    fields.int(),
    fields.int(),
    fields.int(),
    fields.int(),
    fields.int(),
  ] as const;
  const daylightSaving = fields.int();
  const instant = new Date(Date.UTC(year + 1900, month, day, hour, minute, Math.min(second, 59)));
  const plausible =
    second >= 0 &&
    second <= 60 &&
    minute >= 0 &&
    minute <= 59 &&
    hour >= 0 &&
    hour <= 23 &&
    day >= 1 &&
    month >= 0 &&
    month <= 11 &&
    year >= 95 &&
    year < 1000 &&
    daylightSaving >= -1 &&
    daylightSaving <= 1 &&
    instant.getUTCDate() === day;
  if (!plausible) throw fields.damaged('the creation time is no date');
  return instant.toISOString();
}

/** The error for a version we do not read, naming the pg_dump that wrote it where the header can still be read. */
async function unknownVersion(
  cursor: ArchiveCursor,
  version: { major: number; minor: number },
): Promise<DrillError> {
  const guess = version.major === 1 ? Math.max(4, version.minor) : newestMinor;
  let writer: string | null = null;
  try {
    writer = (await cursor.record('archive header', (fields) => parseHeader(fields, guess, null)))
      .dumpVersion;
  } catch {
    // A later layout cannot be guessed; the version alone says what is needed.
  }
  const known = writer !== null && /^\d+(\.\d+)*[ -~]*$/.test(writer) ? writer : null;
  const older = version.major < 1 || (version.major === 1 && version.minor < oldestMinor);
  const name = `${version.major}.${version.minor}`;
  const by = known === null ? '' : `, written by pg_dump ${known}`;
  const client = clientFor(known, older);
  return new DrillError('ARCHIVE_VERSION_UNKNOWN', `archive version ${name}${by} is not known`, {
    hint: `${client} reads it: restore with that client once and dump again, or ${lowerFirst(findingRegistry.ARCHIVE_VERSION_UNKNOWN.hint)}`,
  });
}

function clientFor(dumpVersion: string | null, older: boolean): string {
  if (older) return 'pg_restore of PostgreSQL 10 to 18';
  const major = dumpVersion === null ? null : /^\d+/.exec(dumpVersion)?.[0];
  return major === null || major === undefined
    ? 'pg_restore of a PostgreSQL newer than 18'
    : `pg_restore ${major}`;
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
