import { accessSync, constants } from 'node:fs';
import { dirname, join } from 'node:path';
import { makePrivateRoot, type PrivateRoot, type PrivateRootContent, setprivInside } from './private-root.ts';
import type { ServerAccount } from './server-account.ts';
import { runTool } from './tool-run.ts';

/** util-linux programs that make namespaces, by their paths. */
export interface NamespaceTools {
  sh: string;
  unshare: string;
  mount: string;
  setpriv: string;
}

/** How a program is started: what spawn is given. */
export interface Launch {
  command: string;
  args: string[];
  /** The user that spawn becomes; null where the launch itself does that, or nobody else is meant. */
  switchTo: ServerAccount['switchTo'];
}

/**
 * What keeps the server from the rest of the machine beside the rights of its roles. `namespaces`: a network without any
 * address, a root directory with its own files only, shared memory and a host name of its own.
 */
export type Isolation =
  | { kind: 'namespaces'; tools: NamespaceTools; privateRoot: PrivateRoot }
  | { kind: 'none'; reason: string };

const folders = ['/usr/bin', '/bin', '/usr/sbin', '/sbin'];

/** The tools of this machine, or why there are none. */
export function namespaceTools(): NamespaceTools | { missing: string } {
  if (process.platform !== 'linux') return { missing: `${process.platform} has no namespaces` };
  const sh = pathOf('sh');
  const unshare = pathOf('unshare');
  const mount = pathOf('mount');
  const setpriv = pathOf('setpriv');
  if (sh === null || unshare === null || mount === null || setpriv === null)
    return { missing: 'sh, unshare, mount or setpriv (util-linux) is not installed' };
  return { sh, unshare, mount, setpriv };
}

function pathOf(program: string): string | null {
  for (const folder of folders) {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return join(folder, program);
    } catch {
      // The next folder may have it.
    }
  }
  return null;
}

/**
 * How a program of the sandbox's server is started.
 *
 * @param network `shared`: with the machine's network, for a server that listens on 127.0.0.1
 */
export function launchOf(
  isolation: Isolation,
  account: ServerAccount,
  network: 'own' | 'shared',
  [command, ...args]: [string, ...string[]],
): Launch {
  if (isolation.kind === 'none') return { command, args, switchTo: account.switchTo };
  return inNamespaces(isolation, account, network, [command, ...args]);
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
function inNamespaces(
  { tools, privateRoot }: { tools: NamespaceTools; privateRoot: PrivateRoot },
  { uid, gid, switchTo }: ServerAccount,
  network: 'own' | 'shared',
  program: [string, ...string[]],
): Launch {
  const asRoot = switchTo !== null;
  const itself = ['--user', `--map-user=${uid}`, `--map-group=${gid}`, '--keep-caps'];
  const become = asRoot ? [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups'] : ['--ambient-caps=-all'];
  return {
    command: tools.unshare,
    args: [
      ...(asRoot ? [] : ['--user', '--map-root-user']),
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
      setprivInside,
      ...become,
      '--no-new-privs',
      '--inh-caps=-all',
      '--bounding-set=-all',
      ...program,
    ],
    switchTo: null,
  };
}

/** Namespaces, if this machine has the tools for them. Whether it lets us make them is only known by trying. */
export function wantedIsolation(content: Omit<PrivateRootContent, 'setpriv'>): Isolation {
  const tools = namespaceTools();
  if ('missing' in tools) return { kind: 'none', reason: tools.missing };
  return { kind: 'namespaces', tools, privateRoot: makePrivateRoot({ ...content, setpriv: tools.setpriv }) };
}

/**
 * Tries an isolation with a program that ends at once: containers, kernels and security modules forbid namespaces in ways
 * that nothing announces.
 *
 * @returns what was given, or none with the reason
 */
export async function triedIsolation(
  isolation: Isolation,
  account: ServerAccount,
  probe: [string, ...string[]],
  signal?: AbortSignal,
): Promise<Isolation> {
  if (isolation.kind === 'none') return isolation;
  const { command, args } = launchOf(isolation, account, 'own', probe);
  const { exitCode, stderr } = await runTool(command, args, {
    account: null,
    ...(signal === undefined ? {} : { signal }),
  });
  if (exitCode === 0) return isolation;
  signal?.throwIfAborted();
  const [said = ''] = stderr.trim().split('\n');
  return { kind: 'none', reason: said === '' ? `the try ended with ${exitCode}` : said };
}
