/** Unpacks a base backup into a directory, verifying it as it passes: in constant memory, without a second copy on disk. */
import { baseEntries, type UnpackableLayout } from './base-entries.ts';
import type { Verification } from './manifest-comparison.ts';
import { noFiles } from './named-files.ts';
import { PlacedBase } from './placed-base.ts';
import { type Owner, TargetTree } from './target-tree.ts';
import type { UnpackAccount } from './unpack-account.ts';
import { UnpackLimits } from './unpack-limits.ts';
import { refusalOf, type UnpackRefusal } from './unpack-refusal.ts';

export interface UnpackOptions {
  /** Absolute; is made with mode 0700, or is there and empty. */
  dataDirectory: string;
  /** Absolute; `<oid>` is made in it for each tablespace, wherever that lay on the source. */
  tablespacesDirectory: string;
  /** Most bytes that may be written, such as those free on the disk. A manifest that comes first lowers it. */
  limitBytes: number;
  /** Most files and folders; 5,000,000 unless told otherwise. */
  maxEntries?: number;
  owner?: Owner;
  signal?: AbortSignal;
  /** Bytes written so far. */
  onProgress?(bytes: number): void;
}

export type UnpackOutcome =
  | { kind: 'unpacked'; account: UnpackAccount; verification: Verification }
  | { kind: 'refused'; account: UnpackAccount; refusal: UnpackRefusal };

const defaultMaxEntries = 5_000_000;

/** What is in the directories after a refusal is of no use, and stays for the caller to remove. @throws what opening throws */
export async function unpackBase(layout: UnpackableLayout, options: UnpackOptions): Promise<UnpackOutcome> {
  const account: UnpackAccount = {
    entries: 0,
    bytes: 0,
    lastName: null,
    leftOut: noFiles(),
    tablespaces: [],
    isWalElsewhere: false,
    incrementalFiles: noFiles(),
  };
  const tree = new TargetTree(options.dataDirectory, options.tablespacesDirectory, options.owner ?? null);
  try {
    const limits = new UnpackLimits(options.limitBytes, options.maxEntries ?? defaultMaxEntries);
    const base = new PlacedBase(tree, limits, account, (bytes) => {
      options.signal?.throwIfAborted();
      options.onProgress?.(bytes);
    });
    for await (const entry of baseEntries(layout, limits.bounding)) {
      options.signal?.throwIfAborted();
      await base.take(entry);
    }
    return { kind: 'unpacked', account, verification: base.finish() };
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal === null) throw error;
    return { kind: 'refused', account, refusal };
  } finally {
    account.tablespaces = tree.tablespaces;
  }
}
