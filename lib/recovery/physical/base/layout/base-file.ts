import type { Readable } from 'node:stream';
import type { DumpSecrets } from '../../../../domain/backup/dump-opening.ts';

/** A stored file or object of a backup. */
export interface BaseFile {
  /** Relative to the backup's folder or prefix, `/` between folders. */
  name: string;
  sizeBytes: number;
  /** What opens it where it is encrypted; absent where nothing that is stored so can be. */
  keys?: DumpSecrets;
  /** Once read to its end it is gone, and its room on the disk is free. */
  isMoved?: true;
  /** All its bytes, of one version of it; may be called again. */
  open(): Promise<Readable>;
}
