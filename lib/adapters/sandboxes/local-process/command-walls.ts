import { chmodSync, existsSync, lstatSync, mkdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { type Launch, systemProgram, withoutRights } from './launch.ts';
import { launchInNamespaces, type Namespaces, namespaceTools } from './namespaces.ts';
import { makePrivateRoot, setprivInside } from './private-root.ts';
import type { ServerAccount } from './server-account.ts';
import { runTool } from './tool-run.ts';

/** What keeps a command of the user from the rest of the machine. */
export type CommandWalls =
  /** A root directory with the machine's programs, and processes that end with it. */
  | { kind: 'namespaces'; namespaces: Namespaces }
  /** Another user without rights, in the machine's own root directory; `setpriv` null: not even that. */
  | { kind: 'user'; setpriv: string | null; reason: string };

/** Programs of the system and what they need to speak TLS and to find a host. Nothing of a user, and no secret of the system. */
const shown = [
  '/bin',
  '/sbin',
  '/usr/bin',
  '/usr/sbin',
  '/usr/libexec',
  '/usr/local/bin',
  '/usr/local/sbin',
  '/opt',
  '/etc/ssl',
  '/etc/pki',
  '/etc/ca-certificates',
  '/etc/resolv.conf',
  '/etc/hosts',
  '/etc/nsswitch.conf',
  '/etc/services',
  '/etc/localtime',
];

export interface WallsContent {
  /** For what is needed for the walls themselves. */
  directory: string;
  /** Where commands may write. */
  writable: string;
  /** What they read beside the system's. */
  reads: readonly string[];
  account: ServerAccount;
  signal: AbortSignal;
}

/** The best that this machine can make, found by trying. */
export async function commandWalls(content: WallsContent): Promise<CommandWalls> {
  const tools = namespaceTools();
  const fallback = (reason: string): CommandWalls => ({
    kind: 'user',
    setpriv: systemProgram('setpriv'),
    reason,
  });
  if ('missing' in tools) return fallback(tools.missing);
  const { account, writable, signal } = content;
  const directory = join(content.directory, 'walls');
  mkdirSync(directory, { mode: 0o711 });
  const privateRoot = makePrivateRoot({
    ...{ directory, account, setpriv: tools.setpriv },
    ...withTargets([...shown, ...content.reads]),
    writable: [writable],
  });
  // Programs that ask nobody write there; it ends with the room.
  const temporary = join(privateRoot.root, 'tmp');
  mkdirSync(temporary, { recursive: true });
  chmodSync(temporary, 0o1777);
  const walls: CommandWalls = {
    kind: 'namespaces',
    namespaces: { kind: 'namespaces', tools, privateRoot },
  };
  const { command, args } = launchCommand(walls, account, { network: false, folder: writable }, [
    setprivInside,
    '--version',
  ]);
  const { exitCode, stderr } = await runTool(command, args, { account: null, signal });
  signal.throwIfAborted();
  const [said = ''] = stderr.trim().split('\n');
  return exitCode === 0 ? walls : fallback(said === '' ? `the try ended with ${exitCode}` : said);
}

/** How a command is started. */
export function launchCommand(
  walls: CommandWalls,
  account: ServerAccount,
  { network, folder }: { network: boolean; folder: string },
  program: [string, ...string[]],
): Launch {
  if (walls.kind === 'namespaces') {
    const { namespaces } = walls;
    // The first process of its namespace hears no signal of its own and must bury others: no command is made for that.
    const inside: [string, ...string[]] = [namespaces.tools.sh, '-c', '"$@"; exit $?', 'sh', ...program];
    return launchInNamespaces(namespaces, account, network ? 'shared' : 'own', inside, folder);
  }
  const [command, ...args] = program;
  if (walls.setpriv === null || account.switchTo === null)
    return { command, args, switchTo: account.switchTo };
  const { uid, gid } = account;
  const become = [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', ...withoutRights];
  return { command: walls.setpriv, args: [...become, ...program], switchTo: null };
}

/** What is absent of the walls, in sentences for whoever reads the record. */
export function absentCommandWalls(walls: CommandWalls, network: boolean): string[] {
  if (walls.kind === 'namespaces') return [];
  const only = network ? '' : ' and its network';
  return [
    `A root directory of their own for the commands that brought the backup: this machine makes no namespaces (${walls.reason}), so they saw its files${only} with the rights of their user, and what they left running may run on.`,
  ];
}

/** Each once, those that exist; of a link also what it leads to. */
function withTargets(paths: readonly string[]): { readOnly: string[]; links: string[] } {
  const found = [...new Set(paths)].filter((path) => existsSync(path));
  const links = found.filter((path) => lstatSync(path).isSymbolicLink());
  const targets = links.map((path) => realpathSync(path));
  const readOnly = [...found.filter((path) => !links.includes(path)), ...targets];
  return { readOnly: [...new Set(readOnly)], links };
}
