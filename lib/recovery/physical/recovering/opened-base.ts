import type { Finding } from '../../../domain/findings/findings.ts';
import type { BaseFile } from '../base/layout/base-file.ts';
import type { UnpackableLayout } from '../base/unpacking/base-entries.ts';
import type { Verification } from '../base/unpacking/manifest-comparison.ts';

/** A base backup whose files are known, and how they are told to be whole; or why it is not unpacked. */
export type OpenedBase =
  | {
      kind: 'base';
      layout: UnpackableLayout;
      /** As they are stored, for what they need of a disk. */
      files: readonly BaseFile[];
      /** Compares what was unpacked with what another program wrote of it; null where PostgreSQL's manifest does. */
      verify: ((dataDirectory: string) => Verification) | null;
      /** What another program wrote of its size when it is unpacked; null: nothing tells but the files. */
      announcedBytes: number | null;
      /** When it ended, by another program, ISO 8601; null where the archive of WAL tells. */
      endedAt: string | null;
    }
  | { kind: 'refused'; finding: Finding };
