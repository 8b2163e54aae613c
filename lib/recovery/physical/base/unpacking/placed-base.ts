import { createReadStream, statSync } from 'node:fs';
import { join } from 'node:path';
import { ByteSource } from '../../../streams/bytes/byte-source.ts';
import { type BackupManifest, isIncrementalFile } from '../manifest/backup-manifest.ts';
import type { FileChecksum } from '../manifest/file-checksum.ts';
import { readManifest } from '../manifest/read-manifest.ts';
import type { BaseEntry } from './base-entries.ts';
import { linkPlacing } from './entry-links.ts';
import { entryName } from './entry-name.ts';
import { ManifestComparison, type Verification } from './manifest-comparison.ts';
import { addName } from './named-files.ts';
import type { TargetTree } from './target-tree.ts';
import type { UnpackAccount } from './unpack-account.ts';
import type { UnpackLimits } from './unpack-limits.ts';
import { RefusedEntry } from './unpack-refusal.ts';
import { makeWorkingFolders } from './working-folders.ts';
import { writeNewFile } from './write-file.ts';

/** A base backup as it comes, entry by entry: each is placed, written and compared. */
export class PlacedBase {
  readonly #tree: TargetTree;
  readonly #account: UnpackAccount;
  readonly #limits: UnpackLimits;
  readonly #onBytes: (bytes: number) => void;
  readonly #comparison = new ManifestComparison();
  #manifest: BackupManifest | null = null;
  #unusable: string | null = null;

  /** @param onBytes hears how many were written, and may throw to end it */
  constructor(
    tree: TargetTree,
    limits: UnpackLimits,
    account: UnpackAccount,
    onBytes: (bytes: number) => void,
  ) {
    this.#tree = tree;
    this.#limits = limits;
    this.#account = account;
    this.#onBytes = onBytes;
  }

  /** Everything has come. */
  finish(): Verification {
    this.#tree.makeLinks();
    makeWorkingFolders(this.#tree);
    if (this.#unusable !== null) return { kind: 'manifest unusable', reason: this.#unusable };
    return this.#manifest === null ? { kind: 'no manifest' } : this.#comparison.result(this.#manifest);
  }

  async take(entry: BaseEntry): Promise<void> {
    const { path, kind } = entry;
    this.#limits.enter(kind === 'file' ? entry.sizeBytes : 0);
    this.#account.entries += 1;
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
    const written = await writeNewFile(path, sizeBytes, body, (piece) => {
      checksum?.update(piece);
      this.#account.bytes += piece.length;
      this.#onBytes(this.#account.bytes);
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
        const status = statSync(path, { throwIfNoEntry: false });
        if (status?.isFile() !== true)
          throw new RefusedEntry(`its member ${shown(name)} is a link to nothing in it`);
        this.#limits.enter(status.size);
        await this.#takeFile(name, status.size, createReadStream(path));
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
