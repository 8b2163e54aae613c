import { type Chroot, chrootInto, launchInChroot, setprivInRoot } from './chroot.ts';
import type { Launch } from './launch.ts';
import { launchInNamespaces, type Namespaces, namespaceTools } from './namespaces.ts';
import { makePrivateRoot, setprivInside } from './private-root.ts';
import type { ServerAccount } from './server-account.ts';
import { runTool } from './tool-run.ts';

/** What keeps the server from the rest of the machine beside the rights of its roles. */
export type Isolation = Namespaces | Chroot | { kind: 'none'; reason: string };

/** What a server sees behind its walls. */
export interface IsolationContent {
  /** Where what is needed for the walls themselves goes. */
  directory: string;
  readOnly: string[];
  writable: string[];
  account: ServerAccount;
  /** restore_command needs a shell, `mv` and `sleep`. No other server may find one. */
  shell: boolean;
  /** A root directory that was made for servers, where there is one. */
  preparedRoot: string | null;
}

/** What restore_command needs beside the server (wal-spool.ts). */
const shellPrograms = ['/bin/sh', '/bin/mv', '/bin/sleep'];

/**
 * How a program of the sandbox's server is started.
 *
 * @param network `shared`: with the machine's network, for a server that listens on 127.0.0.1; a chroot gives it none
 */
export function launchOf(
  isolation: Isolation,
  account: ServerAccount,
  network: 'own' | 'shared',
  [command, ...args]: [string, ...string[]],
): Launch {
  switch (isolation.kind) {
    case 'namespaces':
      return launchInNamespaces(isolation, account, network, [command, ...args]);
    case 'chroot':
      return launchInChroot(isolation, account, [command, ...args]);
    case 'none':
      return { command, args, switchTo: account.switchTo };
  }
}

/** Namespaces, if this machine has the tools for them. Whether it lets us make them is only known by trying. */
function wantedNamespaces(content: IsolationContent): Isolation {
  const tools = namespaceTools();
  if ('missing' in tools) return { kind: 'none', reason: tools.missing };
  const { directory, readOnly, writable, account, shell } = content;
  const privateRoot = makePrivateRoot({
    ...{ directory, writable, account },
    readOnly: shell ? [...readOnly, ...shellPrograms] : readOnly,
    setpriv: tools.setpriv,
  });
  return { kind: 'namespaces', tools, privateRoot };
}

/** The best of which this machine has the tools: namespaces, else the chroot, else none with the reasons. */
export function wantedIsolation(content: IsolationContent): Isolation {
  const namespaces = wantedNamespaces(content);
  return namespaces.kind === 'none' ? nextIsolation(content, namespaces.reason) : namespaces;
}

function nextIsolation(content: IsolationContent, insteadOf: string): Isolation {
  if (content.preparedRoot === null) return { kind: 'none', reason: insteadOf };
  const chroot = chrootInto(content.preparedRoot, content, insteadOf);
  return 'missing' in chroot ? { kind: 'none', reason: `${insteadOf}; ${chroot.missing}` } : chroot;
}

/**
 * Tries an isolation with a program that ends at once: containers, kernels and security modules forbid namespaces in ways
 * that nothing announces. What is refused gives way to the next best.
 *
 * @param probe null: a program that each kind of isolation has inside
 * @returns what was given, or none with the reasons
 */
export async function triedIsolation(
  isolation: Isolation,
  content: IsolationContent,
  probe: [string, ...string[]] | null,
  signal?: AbortSignal,
): Promise<Isolation> {
  if (isolation.kind === 'none') return isolation;
  const inside: [string, string] = [isolation.kind === 'chroot' ? setprivInRoot : setprivInside, '--version'];
  const { command, args } = launchOf(isolation, content.account, 'own', probe ?? inside);
  const { exitCode, stderr } = await runTool(command, args, {
    account: null,
    ...(signal === undefined ? {} : { signal }),
  });
  if (exitCode === 0) return isolation;
  signal?.throwIfAborted();
  const [said = ''] = stderr.trim().split('\n');
  const reason = said === '' ? `the try ended with ${exitCode}` : said;
  if (isolation.kind === 'chroot') return { kind: 'none', reason: `${isolation.insteadOf}; ${reason}` };
  return triedIsolation(nextIsolation(content, reason), content, probe, signal);
}
