import { chmodSync, lstatSync, mkdirSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ServerBinaries } from './installed-servers.ts';
import type { SandboxFiles } from './sandbox-directory.ts';
import type { ServerAccount } from './server-account.ts';

/** A root directory that holds the server's own files and nothing else of the machine; what is mounted into it is in `fstab`. */
export interface PrivateRoot {
  root: string;
  fstab: string;
}

/** Folders of libraries and of read-only data that servers and their extensions load. No folder of programs. */
const libraryFolders = [
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
];
const libraryFiles = ['/etc/ld.so.cache', '/dev/null', '/dev/zero', '/dev/urandom'];
/** Folders of programs that a server may share with everything else: of these only the server itself is shown. */
const sharedProgramFolders: ReadonlySet<string> = new Set(['/bin', '/usr/bin', '/usr/local/bin']);

/** Where setpriv is found inside: the one program beside the server, which starts it without any right. */
export const setprivInside = '/setpriv';

/**
 * Makes the skeleton of a private root in the sandbox's directory: empty folders and files that `mount` covers, in a mount
 * namespace that ends with the server, so that nothing is ever mounted where anybody else can see it. What is shown has the
 * path that it has outside. There is no /proc, no home, no shell and no configuration of the machine.
 *
 * @param setpriv path of util-linux's setpriv on this machine
 */
export function makePrivateRoot(
  files: SandboxFiles,
  socketDirectory: string,
  binaries: ServerBinaries,
  account: ServerAccount,
  setpriv: string,
): PrivateRoot {
  const root = join(files.directory, 'root');
  const lines: string[] = [];
  const show = (outside: string, inside: string, options: string): void => {
    lines.push(`${escaped(outside)} ${escaped(join(root, inside))} none ${options} 0 0\n`);
  };
  folder(root, '/');
  for (const path of [...libraryFolders, ...libraryFiles]) {
    const kind = kindOf(path);
    if (kind === 'link') link(root, path);
    else if (kind !== null) {
      if (kind === 'folder') folder(root, path);
      else file(root, path);
      // A device cannot be shown read-only and still be written to.
      show(path, path, path.startsWith('/dev/') ? 'bind' : 'bind,ro');
    }
  }
  for (const path of programsOf(binaries.binDirectory)) {
    if (kindOf(path) === 'folder') folder(root, path);
    else file(root, path);
    show(path, path, 'bind,ro');
  }
  for (const path of [files.configFile, files.hbaFile, files.identFile]) {
    file(root, path);
    show(path, path, 'bind,ro');
  }
  for (const path of [files.dataDirectory, socketDirectory]) {
    folder(root, path);
    show(path, path, 'bind');
  }
  file(root, setprivInside);
  show(setpriv, setprivInside, 'bind,ro');
  folder(root, '/etc');
  // pg_hba.conf's `peer` looks up who connects: ourselves.
  writeFileSync(join(root, 'etc/passwd'), passwd(account), { mode: 0o644 });
  const fstab = join(files.directory, 'fstab');
  writeFileSync(fstab, lines.join(''), { mode: 0o644 });
  return { root, fstab };
}

function passwd({ ownName }: ServerAccount): string {
  return `${ownName}:x:${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}::/:/nonexistent\n`;
}

/** The prefix of an installation of its own, unless the library folders show it already; else the server alone. */
function programsOf(binDirectory: string): string[] {
  if (sharedProgramFolders.has(binDirectory)) return [join(binDirectory, 'postgres')];
  const prefix = dirname(binDirectory);
  return libraryFolders.some((shown) => prefix.startsWith(`${shown}/`)) ? [] : [prefix];
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
