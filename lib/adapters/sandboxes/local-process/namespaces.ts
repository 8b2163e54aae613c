import { dirname } from 'node:path';
import { type Launch, systemProgram, withoutRights } from './launch.ts';
import { type PrivateRoot, setprivInside } from './private-root.ts';
import type { ServerAccount } from './server-account.ts';

/** util-linux programs that make namespaces, by their paths. */
export interface NamespaceTools {
  sh: string;
  unshare: string;
  mount: string;
  setpriv: string;
}

/**
 * A network without any address, a root directory with the server's own files only, shared memory and a host name of its
 * own.
 */
export interface Namespaces {
  kind: 'namespaces';
  tools: NamespaceTools;
  privateRoot: PrivateRoot;
}

/** The tools of this machine, or why there are none. */
export function namespaceTools(): NamespaceTools | { missing: string } {
  if (process.platform !== 'linux') return { missing: `${process.platform} has no namespaces` };
  const sh = systemProgram('sh');
  const unshare = systemProgram('unshare');
  const mount = systemProgram('mount');
  const setpriv = systemProgram('setpriv');
  if (sh === null || unshare === null || mount === null || setpriv === null)
    return { missing: 'sh, unshare, mount or setpriv (util-linux) is not installed' };
  return { sh, unshare, mount, setpriv };
}

/**
 * Mounts and goes on. A core file would hold rows. Without /proc the loader asks LD_ORIGIN_PATH where the program lies, for
 * libraries that are found from there (ld.so(8), $ORIGIN).
 */
const enterScript =
  'ulimit -c 0; "$0" --all --fstab "$1" && export LD_ORIGIN_PATH="$2" && shift 2 && unset PWD && exec "$@"';

/**
 * As `account`, without any capability and without a way to gain one. Each link of the chain replaces itself by the next, so
 * that the process id is the program's. Root makes the namespaces itself and then becomes the account; an ordinary user is
 * root of a user namespace while the root directory is put together, and itself again in another one inside.
 */
export function launchInNamespaces(
  { tools, privateRoot }: Namespaces,
  { uid, gid, switchTo }: ServerAccount,
  network: 'own' | 'shared',
  program: [string, ...string[]],
  /** Works here, and all that it starts ends with it, in a namespace of processes of its own; left out: a server ends its own. */
  ownProcessesIn?: string,
): Launch {
  const asRoot = switchTo !== null;
  const itself = ['--user', `--map-user=${uid}`, `--map-group=${gid}`, '--keep-caps'];
  const become = asRoot ? [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups'] : ['--ambient-caps=-all'];
  return {
    command: tools.unshare,
    args: [
      ...(asRoot ? [] : ['--user', '--map-root-user']),
      ...(ownProcessesIn === undefined ? [] : ['--pid', '--fork', '--kill-child']),
      ...(network === 'own' ? ['--net'] : []),
      '--mount',
      '--ipc',
      '--uts',
      tools.sh,
      '-c',
      enterScript,
      tools.mount,
      privateRoot.fstab,
      dirname(program[0]),
      tools.unshare,
      ...(asRoot ? [] : itself),
      `--root=${privateRoot.root}`,
      ...(ownProcessesIn === undefined ? [] : [`--wd=${ownProcessesIn}`]),
      setprivInside,
      ...become,
      // Becoming another user has cleared it.
      ...(ownProcessesIn === undefined ? [] : ['--pdeathsig=KILL']),
      ...withoutRights,
      ...program,
    ],
    switchTo: null,
  };
}
