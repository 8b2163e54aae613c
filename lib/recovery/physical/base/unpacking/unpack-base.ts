/** Unpacks a base backup into a directory, verifying it as it passes: in constant memory, without a second copy on disk. */
import { createReadStream, existsSync } from 'node:fs';
import { join } from 'node:path';
import { ByteSource } from '../../../streams/bytes/byte-source.ts';
import { type BackupManifest, isIncrementalFile } from '../manifest/backup-manifest.ts';
import type { FileChecksum } from '../manifest/file-checksum.ts';
import { readManifest } from '../manifest/read-manifest.ts';
import { type BaseEntry, baseEntries, type UnpackableLayout } from './base-entries.ts';
import { linkPlacing } from './entry-links.ts';
import { entryName } from './entry-name.ts';
import { ManifestComparison, type Verification } from './manifest-comparison.ts';
import { addName, type NamedFiles, noFiles } from './named-files.ts';
import { type Owner, TargetTree } from './target-tree.ts';
import { UnpackLimits } from './unpack-limits.ts';
import { RefusedEntry, refusalOf, type UnpackRefusal } from './unpack-refusal.ts';
import { makeWorkingFolders } from './working-folders.ts';
import { writeNewFile } from './write-file.ts';

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

export interface UnpackAccount {
  entries: number;
  bytes: number;
  /** The last that passed whole: how far a truncated base got. */
  lastName: string | null;
  /** Beside the data directory in its tar: harmless and left out. */
  leftOut: NamedFiles;
  /** OIDs of the tablespaces that came. */
  tablespaces: string[];
  /** `pg_wal` was a link: its WAL lies elsewhere and did not come. */
  isWalElsewhere: boolean;
  /** Of a backup of 17 and later that builds on another: such files are no data of their own. */
  incrementalFiles: NamedFiles;
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
    const verification = await new Unpacking(tree, account, options).run(layout);
    return { kind: 'unpacked', account, verification };
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal === null) throw error;
    return { kind: 'refused', account, refusal };
  } finally {
    account.tablespaces = tree.tablespaces;
  }
}

class Unpacking {
  readonly #tree: TargetTree;
  readonly #account: UnpackAccount;
  readonly #options: UnpackOptions;
  readonly #limits: UnpackLimits;
  readonly #comparison = new ManifestComparison();
  #manifest: BackupManifest | null = null;
  #unusable: string | null = null;

  constructor(tree: TargetTree, account: UnpackAccount, options: UnpackOptions) {
    this.#tree = tree;
    this.#account = account;
    this.#options = options;
    this.#limits = new UnpackLimits(options.limitBytes, options.maxEntries ?? defaultMaxEntries);
  }

  async run(layout: UnpackableLayout): Promise<Verification> {
    for await (const entry of baseEntries(layout, this.#limits.bounding)) {
      this.#options.signal?.throwIfAborted();
      this.#limits.enter(entry.kind === 'file' ? entry.sizeBytes : 0);
      this.#account.entries += 1;
      await this.#take(entry);
    }
    this.#tree.makeLinks();
    makeWorkingFolders(this.#tree);
    if (this.#unusable !== null) return { kind: 'manifest unusable', reason: this.#unusable };
    return this.#manifest === null ? { kind: 'no manifest' } : this.#comparison.result(this.#manifest);
  }

  async #take(entry: BaseEntry): Promise<void> {
    const { path, kind } = entry;
    const found = entryName(path, entry.folder);
    if (found.kind === 'hostile') throw new RefusedEntry(`its member ${shown(path)}: ${found.reason}`);
    if (kind === 'device' || kind === 'fifo' || kind === 'sparse' || kind === 'unknown')
      throw new RefusedEntry(
        `its member ${shown(path)} is a ${kind === 'unknown' ? 'thing of unknown kind' : kind}`,
      );
    if (found.kind === 'beside') {
      if (kind !== 'folder') addName(this.#account.leftOut, path);
      return;
    }
    const name = `${entry.place}${found.name}`.replace(/\/$/, '');
    if (kind === 'folder') {
      // The place of a whole tar may be one of the links that are made at the end.
      if (name !== '') this.#tree.makeFolder(this.#tree.pathOf(name));
    } else if (kind === 'file') await this.#takeFile(name, entry.sizeBytes, entry.body);
    else await this.#takeLink(name, entry);
    this.#account.lastName = name;
  }

  async #takeFile(name: string, sizeBytes: number, body: AsyncIterable<Buffer>): Promise<void> {
    if (name === '') throw new RefusedEntry('a file of it has no name');
    const path = this.#tree.pathOf(name);
    this.#tree.makeFolder(join(path, '..'));
    const checksum = this.#comparison.checksumOf(name);
    const { onProgress } = this.#options;
    const written = await writeNewFile(path, sizeBytes, body, (piece) => {
      checksum?.update(piece);
      this.#account.bytes += piece.length;
      onProgress?.(this.#account.bytes);
    });
    this.#tree.own(path);
    this.#comparison.passed(name, written, checksum);
    if (isIncrementalFile(name)) addName(this.#account.incrementalFiles, name);
    if (name === 'backup_manifest') await this.#learn(path);
  }

  async #takeLink(name: string, entry: BaseEntry): Promise<void> {
    const placing = linkPlacing(name, entry);
    switch (placing.kind) {
      case 'tablespace':
        this.#tree.makeFolder(this.#tree.pathOf(name));
        return;
      case 'wal elsewhere':
        this.#account.isWalElsewhere = true;
        this.#tree.makeFolder(this.#tree.pathOf(name));
        return;
      case 'within':
        this.#tree.link(name, placing.target);
        return;
      case 'copy': {
        // Two names of one file: it becomes two files, so that neither changes with the other.
        const path = this.#tree.pathOf(placing.name);
        if (!existsSync(path)) throw new RefusedEntry(`its member ${shown(name)} is a link to nothing in it`);
        await this.#takeFile(name, Number.MAX_SAFE_INTEGER, createReadStream(path));
        return;
      }
      case 'hostile':
        throw new RefusedEntry(`its member ${shown(name)}: ${placing.reason}`);
    }
  }

  async #learn(path: string): Promise<void> {
    const reading = await readManifest(new ByteSource(createReadStream(path)));
    if (reading.kind !== 'manifest') {
      this.#unusable = reading.reason;
      return;
    }
    this.#manifest = reading.manifest;
    this.#limits.announce(reading.manifest);
    await this.#comparison.learn(reading.manifest, (name, checksum) =>
      checksumOnDisk(this.#tree.pathOf(name), checksum),
    );
  }
}

async function checksumOnDisk(path: string, checksum: FileChecksum): Promise<string> {
  for await (const piece of createReadStream(path)) checksum.update(piece as Buffer);
  return checksum.hex();
}

/** Of a name that anybody may have chosen: its beginning, without what a terminal would obey. */
const shown = (path: string): string => JSON.stringify(path.length > 200 ? `${path.slice(0, 200)}…` : path);
