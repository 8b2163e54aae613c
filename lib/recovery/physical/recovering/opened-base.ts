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
    }
  | { kind: 'refused'; finding: Finding };
