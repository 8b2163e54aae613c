/**
 * The directories that a base is unpacked into. While it is being unpacked there is no link in them, so that nothing can be
 * written through one: tablespaces are placed by name, and links are made at the end.
 */
import { lchownSync, mkdirSync, readdirSync, realpathSync, symlinkSync, unlinkSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { RefusedEntry } from './unpack-refusal.ts';

/** Who is to own what is unpacked: PostgreSQL refuses a data directory of another user. */
export interface Owner {
  uid: number;
  gid: number;
}

export class TargetTree {
  readonly dataDirectory: string;
  readonly tablespacesDirectory: string;
  readonly #owner: Owner | null;
  readonly #made = new Set<string>();
  readonly #links = new Map<string, string>();
  readonly #tablespaces = new Set<string>();

  /** Both are absolute; the data directory is made, or is there and empty. */
  constructor(dataDirectory: string, tablespacesDirectory: string, owner: Owner | null) {
    this.dataDirectory = dataDirectory;
    this.tablespacesDirectory = tablespacesDirectory;
    this.#owner = owner;
    this.#make(dataDirectory, true);
    if (readdirSync(dataDirectory).length > 0)
      throw new Error(`the directory to unpack into is not empty: ${dataDirectory}`);
  }

  /** OIDs of the tablespaces that came, with or without files. */
  get tablespaces(): string[] {
    return [...this.#tablespaces];
  }

  /** Where a file or folder of that name in the data directory lies. */
  pathOf(name: string): string {
    const [, oid, rest] = /^pg_tblspc\/(\d+)(?:\/(.*))?$/s.exec(name) ?? [];
    if (oid === undefined) return join(this.dataDirectory, name);
    this.#tablespaces.add(oid);
    return join(this.tablespacesDirectory, oid, rest ?? '');
  }

  makeFolder(path: string): void {
    if (this.#made.has(path)) return;
    const isRoot = path === this.dataDirectory || path === this.tablespacesDirectory;
    if (!isRoot) this.makeFolder(dirname(path));
    this.#make(path, isRoot);
  }

  #make(path: string, recursive: boolean): void {
    try {
      mkdirSync(path, { mode: 0o700, recursive });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      throw new RefusedEntry('a file and a folder of it have the same name');
    }
    this.own(path);
    this.#made.add(path);
  }

  own(path: string): void {
    if (this.#owner !== null) lchownSync(path, this.#owner.uid, this.#owner.gid);
  }

  /** A link within the data directory, which is made when everything else is there. */
  link(name: string, target: string): void {
    if (this.#links.has(name)) throw new RefusedEntry(`two of its members are called ${name}`);
    this.#links.set(name, target);
  }

  /** @throws RefusedEntry for a link that leads out of the data directory, by itself or through another */
  makeLinks(): void {
    for (const [name, target] of this.#links) this.#makeLink(join(this.dataDirectory, name), target, name);
    const root = `${realpathSync(this.dataDirectory)}${sep}`;
    for (const name of this.#links.keys()) {
      const path = join(this.dataDirectory, name);
      if (isBelow(path, root)) continue;
      for (const each of this.#links.keys()) unlinkSync(join(this.dataDirectory, each));
      throw new RefusedEntry(`its member ${name} is a link that leads out of the data directory`);
    }
    for (const oid of this.#tablespaces) {
      this.makeFolder(join(this.tablespacesDirectory, oid));
      this.#makeLink(join(this.dataDirectory, 'pg_tblspc', oid), join(this.tablespacesDirectory, oid), oid);
    }
  }

  #makeLink(path: string, target: string, name: string): void {
    this.makeFolder(dirname(path));
    try {
      symlinkSync(target, path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      throw new RefusedEntry(`two of its members are called ${name}`);
    }
    this.own(path);
  }
}

function isBelow(path: string, root: string): boolean {
  try {
    return realpathSync(path).startsWith(root);
  } catch {
    // It leads nowhere, or in a circle.
    return false;
  }
}
