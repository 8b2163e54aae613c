import type { Readable } from 'node:stream';
import type { DumpObject } from '../domain/backup/dump.ts';

/** Where to read: a whole object or a range, pinned to what was selected. */
export interface ReadOptions {
  /** First byte, from 0. */
  startByte?: number;
  /** Last byte, inclusive. */
  endByte?: number;
  versionId?: string;
  /** Refuse when the object is no longer this one. */
  etag?: string;
  signal?: AbortSignal;
}

/** Which objects of a source are wanted. */
export interface ListRange {
  /** What their whole keys begin with, the prefix of the source included. */
  beginning: string;
  /** A whole key: only those that sort after it, by their bytes. Null: from the first. */
  after: string | null;
}

/**
 * Reads dumps from a place: a file, a folder, an S3 prefix. Never writes to it.
 * Adapters: adapters/dump-stores/folder/folder-dump-store.ts, adapters/dump-stores/s3/s3-dump-store.ts.
 */
export interface DumpStore {
  /** e.g. `s3://acme-backups/postgres/` or a folder's path; for messages. */
  readonly location: string;
  /** True where the store itself stamps the end of an upload (S3); absent where whoever writes can set the time. */
  readonly stampsUploads?: true;
  /**
   * Every object, to the last page, in any order; within `range`, at least those of it (a store that cannot start there
   * gives all). @throws DrillError DUMP_UNREADABLE, DUMP_NOT_FOUND
   */
  list(range?: ListRange): AsyncIterable<DumpObject>;
  /**
   * What a name that somebody asked for stands for; null: no name that can be. Absent where `list` says what there is: this is
   * for a store whose content only the restore task can list.
   */
  named?(key: string): DumpObject | null;
  /** One object by key, or null when there is none. */
  stat(key: string): Promise<DumpObject | null>;
  /** @throws DrillError DUMP_NOT_FOUND, DUMP_UNREADABLE, DUMP_CHANGED */
  open(key: string, options?: ReadOptions): Promise<Readable>;
  /** Asks for an archived object to be made readable, or says that it is. Absent where nothing is ever archived. */
  thaw?(key: string): Promise<'ready' | 'thawing'>;
}
