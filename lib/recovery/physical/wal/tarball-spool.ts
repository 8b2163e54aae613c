/** Unpacks tarballs of WAL into a folder, so that their segments can be read in any order. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { withoutEncryption } from '../../../domain/backup/dump-names.ts';
import { ByteSource } from '../../streams/bytes/byte-source.ts';
import { ReadingBudget } from '../../streams/bytes/reading-budget.ts';
import { type TarMember, tarMembers } from '../../streams/bytes/tar-members.ts';
import { isDamage, unpacked, type WalFile } from './wal-file.ts';
import { parseWalName } from './wal-name.ts';

/** What was found in a tarball. */
export interface UnpackedTarball {
  files: WalFile[];
  /** Why what follows in it cannot be read, in words; null for one that is whole. */
  reason: string | null;
}

export class TarballSpool {
  readonly #folder: string;
  readonly #mostBytes: number;
  /** Digests of what was written, by the name of the file: tarballs repeat the segments of those before. */
  readonly #written = new Map<string, Map<string, WalFile>>();
  #count = 0;

  /** @param folder of the caller, who removes it */
  constructor(folder: string, segmentBytes: number) {
    this.#folder = folder;
    // What cannot be compressed grows a little by it.
    this.#mostBytes = segmentBytes + segmentBytes / 64 + 64 * 1024;
  }

  async unpack(tarball: WalFile): Promise<UnpackedTarball> {
    const files: WalFile[] = [];
    const stored = await tarball.open();
    const source = new ByteSource(
      new ReadingBudget().spend(stored, (bytes) => unpacked(bytes, tarball.keys)),
    );
    try {
      for await (const member of tarMembers(source)) {
        if (!member.isFile || parseWalName(withoutEncryption(member.path)) === null) continue;
        if (member.sizeBytes > this.#mostBytes)
          return { files, reason: `its member ${member.path} has more bytes than a segment` };
        files.push(await this.#write(tarball, member));
      }
      return { files, reason: null };
    } catch (error) {
      if (isDamage(error)) return { files, reason: error.message };
      throw error;
    } finally {
      await source.cancel();
      stored.destroy();
    }
  }

  /** Writes a member below a name of our own, whatever its path. */
  async #write(tarball: WalFile, member: TarMember): Promise<WalFile> {
    const base = withoutEncryption(member.path.slice(member.path.lastIndexOf('/') + 1));
    const path = join(this.#folder, `${this.#count}-${base}`);
    this.#count += 1;
    const hash = createHash('sha256');
    const file = await open(path, 'wx', 0o600);
    try {
      for await (const piece of member.body) {
        hash.update(piece);
        await file.writeFile(piece);
      }
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    } finally {
      await file.close();
    }
    const digest = hash.digest('hex');
    const known = this.#written.get(base) ?? new Map<string, WalFile>();
    this.#written.set(base, known);
    const same = known.get(digest);
    if (same !== undefined) {
      await rm(path);
      return same;
    }
    const written: WalFile = {
      name: `${tarball.name}/${base}`,
      sizeBytes: member.sizeBytes,
      path,
      ...(tarball.keys === undefined ? {} : { keys: tarball.keys }),
      open: async () => createReadStream(path),
    };
    known.set(digest, written);
    return written;
  }
}
