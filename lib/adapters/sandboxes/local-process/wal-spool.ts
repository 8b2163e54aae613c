import { existsSync } from 'node:fs';
import { chmod, chown, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { WalFetch } from '../../../ports/recovery-place.ts';

/** How many segments lie ready before the server asks: fetching goes on while it replays, and the disk holds no more. */
const aheadOfServer = 8;

const folders = ['wanted', 'ready', 'absent', 'coming'];

/** The server asks every 20 ms whether a file has come, and we look as often at what it wants. */
const lookEveryMs = 10;

/**
 * Hands WAL to a server in recovery, through a directory. Its restore_command may only ask and wait: it has no network, no
 * archive and no key. Who fetches is our process, ahead of the server, and what was replayed is gone.
 */
export class WalSpool {
  readonly #directory: string;
  readonly #archive: WalFetch;
  readonly #owner: { uid: number; gid: number };
  readonly #coming = new Map<string, Promise<void>>();
  readonly #brought = new Set<string>();
  #error: unknown = null;
  #closed = false;
  #watching: Promise<void> = Promise.resolve();
  /** Names of segments that the server took, in order. */
  readonly taken: string[] = [];

  private constructor(directory: string, archive: WalFetch, owner: { uid: number; gid: number }) {
    this.#directory = directory;
    this.#archive = archive;
    this.#owner = owner;
  }

  /** Fits an existing directory for a server's user and begins to watch it. */
  static async open(
    directory: string,
    archive: WalFetch,
    owner: { uid: number; gid: number },
  ): Promise<WalSpool> {
    const spool = new WalSpool(directory, archive, owner);
    await chown(directory, owner.uid, owner.gid);
    for (const folder of folders) {
      const path = join(directory, folder);
      await mkdir(path, { recursive: true, mode: 0o700 });
      await chown(path, owner.uid, owner.gid);
    }
    spool.#watching = spool.#watch().catch((error: unknown) => {
      spool.#error ??= error;
    });
    return spool;
  }

  /**
   * For postgresql.conf. It ends with 1 for a file that the archive has not, which PostgreSQL takes for the end of the
   * archive; our own reading of the archive tells a gap from an end. When the server is gone nobody is asked any more, nor when
   * this directory is: a server whose postmaster was killed waits for this command before it notices.
   * It names no device: a root directory without mounts has none.
   */
  get restoreCommand(): string {
    const spool = shellQuoted(this.#directory);
    const at = (folder: string): string => `${shellQuoted(join(this.#directory, folder))}/%f`;
    return `: > ${at('wanted')}; while [ ! -e ${at('ready')} ]; do [ -e ${at('absent')} ] && exit 1; kill -0 $PPID 2>&- || exit 1; [ -d ${spool} ] || exit 1; sleep 0.02; done; mv ${at('ready')} "%p"`;
  }

  /** Why fetching or looking what is wanted failed, when it did: the server is told that there is no more. */
  get error(): unknown {
    return this.#error;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#watching;
    await Promise.allSettled(this.#coming.values());
    for (const folder of folders) await rm(join(this.#directory, folder), { recursive: true, force: true });
  }

  async #watch(): Promise<void> {
    while (!this.#closed) {
      for (const name of await readdir(join(this.#directory, 'wanted'))) {
        await rm(join(this.#directory, 'wanted', name), { force: true });
        this.taken.push(name);
        this.#ask(name, true);
        for (const next of this.#archive.after(name).slice(0, aheadOfServer)) this.#ask(next, false);
      }
      await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
    }
  }

  /** Only what the server itself asks for again is brought again: at its start it reads the first segments twice. */
  #ask(name: string, again: boolean): void {
    if (this.#coming.has(name) || (this.#brought.has(name) && !again)) return;
    if (existsSync(join(this.#directory, 'ready', name))) return;
    this.#brought.add(name);
    this.#coming.set(
      name,
      this.#bring(name).finally(() => this.#coming.delete(name)),
    );
  }

  async #bring(name: string): Promise<void> {
    const coming = join(this.#directory, 'coming', name);
    const found = await this.#archive.fetch(name, coming).catch((error: unknown) => {
      this.#error ??= error;
      return false;
    });
    if (!found) return writeFile(join(this.#directory, 'absent', name), '');
    await chmod(coming, 0o600);
    await chown(coming, this.#owner.uid, this.#owner.gid);
    await rename(coming, join(this.#directory, 'ready', name));
  }
}

const shellQuoted = (path: string): string => `'${path.replaceAll("'", `'\\''`)}'`;
