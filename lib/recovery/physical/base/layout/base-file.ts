import type { Readable } from 'node:stream';

/** A stored file or object of a backup. */
export interface BaseFile {
  /** Relative to the backup's folder or prefix, `/` between folders. */
  name: string;
  sizeBytes: number;
  /** All its bytes, of one version of it; may be called again. */
  open(): Promise<Readable>;
}
