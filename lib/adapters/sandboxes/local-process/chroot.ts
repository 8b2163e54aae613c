import { appendFileSync, readFileSync, realpathSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { type Launch, systemProgram, withoutRights } from './launch.ts';
import { passwdOf } from './private-root.ts';
import type { ServerAccount } from './server-account.ts';
import { systemCallFilter } from './system-call-filter.ts';

/**
 * A root directory that was made with the image (containers/restore/servers-root.sh), entered without a mount, and a filter
 * that opens no socket but those of the server's own machine. For root without the right to make namespaces, as in a
 * container.
 */
export interface Chroot {
  kind: 'chroot';
  root: string;
  tools: { sh: string; chroot: string };
  /** What the kernel asks at each system call, inside the root. */
  filterFile: string;
  /** Members may run the root's shell; null for a server that shall find none. */
  shellGroup: number | null;
  /** Why it is not in namespaces. */
  insteadOf: string;
}

/** Where setpriv is found inside. */
export const setprivInRoot = '/usr/bin/setpriv';

export interface ChrootContent {
  /** Of the sandbox, below the root. */
  directory: string;
  account: ServerAccount;
  /** The server may run a shell. */
  shell: boolean;
}

/**
 * Makes ready what the root itself has not. What lies below the root has the same path inside, because the root holds a link
 * to itself under its own path.
 *
 * @param preparedRoot its path
 * @returns the chroot, or why there can be none
 */
export function chrootInto(
  preparedRoot: string,
  { directory, account, shell }: ChrootContent,
  insteadOf: string,
): Chroot | { missing: string } {
  const sh = systemProgram('sh');
  const chroot = systemProgram('chroot');
  if (sh === null || chroot === null) return { missing: 'sh or chroot (coreutils) is not installed' };
  if (account.switchTo === null) return { missing: 'only root may change its root directory' };
  const filter = systemCallFilter(process.arch);
  if (filter === null) return { missing: `no filter of system calls is known for ${process.arch}` };
  let root: string;
  let shellGroup: number;
  try {
    root = realpathSync(preparedRoot);
    const { mode, gid } = statSync(join(root, 'bin/sh'));
    if ((mode & 0o001) !== 0) return { missing: `everybody may run the shell in ${root}` };
    shellGroup = gid;
  } catch {
    return { missing: `${preparedRoot} is no root directory that was made for servers` };
  }
  if (!realpathSync(directory).startsWith(root + sep))
    return { missing: `sandboxes do not lie below ${root}` };
  introduce(join(root, 'etc/passwd'), account);
  const filterFile = join(directory, 'system-calls.bpf');
  writeFileSync(filterFile, filter, { mode: 0o644 });
  const tools = { sh, chroot };
  return { kind: 'chroot', root, tools, filterFile, shellGroup: shell ? shellGroup : null, insteadOf };
}

/**
 * The file is a link to one beside the sandboxes, because the root itself may be read-only: a server in single-user mode looks
 * up its user, whose number is known only now.
 */
function introduce(passwdFile: string, account: ServerAccount): void {
  appendFileSync(passwdFile, '', { mode: 0o644 });
  const known = readFileSync(passwdFile, 'utf8').split('\n');
  for (const line of passwdOf(account).trim().split('\n'))
    if (!known.includes(line)) appendFileSync(passwdFile, `${line}\n`);
}

/** As in namespaces: a core file would hold rows, and the loader cannot ask /proc where the program lies. */
const enterScript = 'ulimit -c 0; export LD_ORIGIN_PATH="$0" && unset PWD && exec "$@"';

/** As `account`, without any capability. Each link of the chain replaces itself by the next. */
export function launchInChroot(
  { root, tools, filterFile, shellGroup }: Chroot,
  { uid, gid }: ServerAccount,
  program: [string, ...string[]],
): Launch {
  return {
    command: tools.sh,
    args: [
      '-c',
      enterScript,
      dirname(program[0]),
      tools.chroot,
      root,
      setprivInRoot,
      `--reuid=${uid}`,
      `--regid=${gid}`,
      shellGroup === null ? '--clear-groups' : `--groups=${shellGroup}`,
      ...withoutRights,
      `--seccomp-filter=${filterFile}`,
      ...program,
    ],
    switchTo: null,
  };
}
