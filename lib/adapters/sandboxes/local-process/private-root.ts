import { chmodSync, lstatSync, mkdirSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ServerBinaries } from './installed-servers.ts';
import type { ServerAccount } from './server-account.ts';

/** A root directory that holds the server's own files and nothing else of the machine; what is mounted into it is in `fstab`. */
export interface PrivateRoot {
  root: string;
  fstab: string;
}

/** Libraries and read-only data that servers and their extensions load. No folder of programs. */
const libraries = [
  '/lib',
  '/lib32',
  '/lib64',
  '/usr/lib',
  '/usr/lib32',
  '/usr/lib64',
  '/usr/share',
  '/usr/local/lib',
  '/usr/local/share',
  '/nix/store',
  '/gnu/store',
  // Debian's dictionaries for full-text search are links to here, and libraries may be links through the alternatives.
  '/var/cache/postgresql',
  '/etc/alternatives',
  '/etc/ld.so.cache',
];
const devices = ['/dev/null', '/dev/zero', '/dev/urandom'];
/** Folders of programs that a server may share with everything else: of these only the server itself is shown. */
const sharedProgramFolders: ReadonlySet<string> = new Set(['/bin', '/usr/bin', '/usr/local/bin']);

/** Where setpriv is found inside: the one program beside the server, which starts it without any right. */
export const setprivInside = '/setpriv';

/** What a private root shows beside the libraries of the machine. */
export interface PrivateRootContent {
  /** Where the skeleton goes. */
  directory: string;
  readOnly: string[];
  /** Links, which stay links: what they lead to is shown beside. */
  links?: string[];
  writable: string[];
  account: ServerAccount;
  /** util-linux's setpriv on this machine. */
  setpriv: string;
}

/**
 * Makes the skeleton of a private root: empty folders and files that `mount` covers, in a mount namespace that ends with the
 * server, so that nothing is ever mounted where anybody else can see it. What is shown has the path that it has outside. There
 * is no /proc, no home, no shell and no configuration of the machine.
 */
export function makePrivateRoot(content: PrivateRootContent): PrivateRoot {
  const { directory, account, setpriv } = content;
  const root = join(directory, 'root');
  const lines: string[] = [];
  const show = (outside: string, options: string, inside = outside): void => {
    if (kindOf(outside) === 'folder') folder(root, inside);
    else file(root, inside);
    lines.push(`${escaped(outside)} ${escaped(join(root, inside))} none ${options} 0 0\n`);
  };
  folder(root, '/');
  for (const path of libraries) {
    const kind = kindOf(path);
    if (kind === 'link') link(root, path);
    else if (kind !== null) show(path, 'bind,ro');
  }
  // A device that is shown read-only cannot be written to.
  for (const device of devices) if (kindOf(device) !== null) show(device, 'bind');
  for (const path of content.links ?? []) link(root, path);
  for (const path of content.readOnly) show(path, 'bind,ro');
  for (const path of content.writable) show(path, 'bind');
  show(setpriv, 'bind,ro', setprivInside);
  folder(root, '/etc');
  // pg_hba.conf's `peer` looks up who connects: ourselves. A server in single-user mode looks up its own user.
  writeFileSync(join(root, 'etc/passwd'), passwdOf(account), { mode: 0o644 });
  const fstab = join(directory, 'fstab');
  writeFileSync(fstab, lines.join(''), { mode: 0o644 });
  return { root, fstab };
}

/** What must be shown of an installation: its own prefix, unless the libraries hold it already; or the server alone. */
export function programsOf({ binDirectory }: ServerBinaries): string[] {
  if (sharedProgramFolders.has(binDirectory)) return [join(binDirectory, 'postgres')];
  const prefix = dirname(binDirectory);
  return libraries.some((shown) => prefix.startsWith(`${shown}/`)) ? [] : [prefix];
}

/** /etc/passwd for a server: ourselves, and its own user where that is another. */
export function passwdOf({ ownName, uid, gid }: ServerAccount): string {
  const entry = (name: string, user: number, group: number): string =>
    `${name}:x:${user}:${group}::/:/nonexistent\n`;
  const ownUid = process.getuid?.() ?? 0;
  const own = entry(ownName, ownUid, process.getgid?.() ?? 0);
  return uid === ownUid ? own : own + entry(`${ownName}-sandbox`, uid, gid);
}

function kindOf(path: string): 'folder' | 'file' | 'link' | null {
  try {
    const status = lstatSync(path);
    if (status.isSymbolicLink()) return 'link';
    return status.isDirectory() ? 'folder' : 'file';
  } catch {
    return null;
  }
}

/** Modes are set by hand, because a umask of 077 would lock the server's user out. */
function folder(root: string, inside: string): void {
  const path = join(root, inside);
  const first = mkdirSync(path, { recursive: true, mode: 0o755 });
  if (first === undefined) return;
  for (let made = path; made.length >= first.length; made = dirname(made)) chmodSync(made, 0o755);
}

function file(root: string, inside: string): void {
  folder(root, dirname(inside));
  writeFileSync(join(root, inside), '', { mode: 0o644 });
}

/** `/lib` is a link to `usr/lib` on most systems. */
function link(root: string, inside: string): void {
  folder(root, dirname(inside));
  symlinkSync(readlinkSync(inside), join(root, inside));
}

/** fstab(5): blanks and backslashes in names are written in octal. */
function escaped(path: string): string {
  return path.replace(/[\s\\#]/g, (sign) => `\\${sign.charCodeAt(0).toString(8).padStart(3, '0')}`);
}
