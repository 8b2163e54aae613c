/** How the logical content of a dump is laid out, found from its bytes and never from its name. */
export type DumpLayout = 'plain' | 'cluster' | 'custom' | 'tar' | 'directory' | 'base backup';
/** What compresses a whole file, and is read here. */
export const compressions = ['gzip', 'zstd', 'xz', 'bzip2', 'lz4'] as const;
export type Compression = (typeof compressions)[number];

/**
 * Compression, encryption and packing around a layout; `tar` means a directory dump packed by tar, or a tar with the dump as
 * one of its members.
 */
export const wrappings = [...compressions, 'tar', 'zip', 'openssl', 'age', 'openpgp'] as const;
export type Wrapping = (typeof wrappings)[number];

/** Whether a wrapping only compresses. */
export const isCompression = (wrapping: string): wrapping is Compression =>
  (compressions as readonly string[]).includes(wrapping);

/** A dump's format: its layout, and what it was wrapped in, outermost first. */
export interface DumpFormat {
  layout: DumpLayout;
  wrappings: Wrapping[];
  /** Archive version such as `1.14`; null for plain SQL. */
  archiveVersion: string | null;
}

/** Human name of a format, e.g. `plain SQL in gzip`, `custom archive 1.16`. Stable: the record carries it. */
export function formatName(format: DumpFormat): string {
  const layouts: Record<DumpLayout, string> = {
    plain: 'plain SQL',
    cluster: 'cluster SQL',
    custom: 'custom archive',
    tar: 'tar archive',
    directory: 'directory archive',
    'base backup': 'base backup',
  };
  const version = format.archiveVersion === null ? '' : ` ${format.archiveVersion}`;
  const wrapped = format.wrappings.length === 0 ? '' : ` in ${format.wrappings.join(' in ')}`;
  return layouts[format.layout] + version + wrapped;
}

/** What a base backup and its WAL take when they are unpacked: what they themselves say of it, else an upper bound. */
export interface RecoveredSize {
  /** The data directory and its tablespaces, and what of its chain lies beside them meanwhile. */
  baseBytes: number;
  /** Whole segments from where the base begins to where the replay ends. */
  walBytes: number;
  /** Segments in tarballs, all of which are unpacked before anything is replayed. */
  spooledWalBytes: number;
}

/** What a dump says about itself. Every field may be absent: other tools write less than pg_dump. */
export interface DumpHeader {
  format: DumpFormat;
  /** Version of the server it was taken from, as written, e.g. `15.18 (Debian 15.18-0+deb12u1)`. */
  serverVersion: string | null;
  /** Version of the pg_dump that wrote it. */
  dumpVersion: string | null;
  /** Server major version, e.g. 15; null when the dump does not say. */
  majorVersion: number | null;
  /** Client encoding of its text, as in `SET client_encoding`. */
  encoding: string | null;
  /** Name of the dumped database (archives and `--create` dumps only). */
  database: string | null;
  /**
   * The moment whose state the dump holds, ISO 8601 in UTC: the archive header's creation time (pg_dump sets it at
   * its start, so the snapshot is at most moments later). Plain dumps carry none unless made with --verbose
   * (`-- Started on`). Null when the dump does not say; the name's timestamp then stands in for it.
   */
  consistencyPoint: string | null;
  /** True for a cluster dump that was looked through and holds roles and tablespaces only. */
  globalsOnly?: true;
  /** Of a base backup: when it ended, ISO 8601; no moment before that can be recovered from it. Absent: nothing tells. */
  endedAt?: string;
  /** Of a base backup; absent for a dump. */
  recoveredSize?: RecoveredSize;
}

/** The header of a dump of which nothing but its format is known yet. */
export const bareHeader = (format: DumpFormat): DumpHeader => ({
  format,
  serverVersion: null,
  dumpVersion: null,
  majorVersion: null,
  encoding: null,
  database: null,
  consistencyPoint: null,
});

/** One stored object, as a source lists it. */
export interface DumpObject {
  /** Full key, or path of the file. Directories end in `/`. */
  key: string;
  sizeBytes: number;
  /** End of the upload (S3 LastModified, file mtime), ISO 8601. */
  modifiedAt: string;
  etag?: string;
  versionId?: string;
  /** S3 storage class when the object must be thawed before it can be read. */
  archivedIn?: string;
  /** ISO 8601: the moment of the backup, by the tool that lists it. */
  takenAt?: string;
  /** Reading it to its end takes it away. */
  isMoved?: true;
}

/** The dump a drill works on: pinned so that what is restored is what was selected. */
export interface SelectedDump {
  key: string;
  /** True for a directory-format dump: `key` is the prefix of its files. */
  directory: boolean;
  /** Number of parts of a cut dump: `key` is their common name. Absent for a whole one. */
  parts?: number;
  sizeBytes: number;
  uploadedAt: string;
  /** True where the store itself stamps uploads, so that nobody can set an earlier time. */
  uploadStampedByStore?: true;
  etag?: string;
  versionId?: string;
  /** Moment in the name, ISO 8601 (the start, when the name gives only a day); null when the name has none. */
  nameTimestamp: string | null;
  /** End of the period that the name speaks of, exclusive: a date-only name means any moment of that day. */
  nameTimestampEnd: string | null;
  /** Storage class when the object must be thawed first. */
  archivedIn?: string;
  /** Expected SHA-256 in hex from a sidecar; null when there is none. */
  expectedSha256: string | null;
  header: DumpHeader;
}
