import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Isolation, triedIsolation, wantedIsolation } from './isolation.ts';
import { type ServerAccount, sandboxAccount } from './server-account.ts';

/** What keeps a sandbox's server from the rest of this machine, beside the rights of its roles. */
export interface SandboxWalls {
  /** Why network and files are shared with the machine; null when the server gets its own. */
  sharedBecause: string | null;
  /** Why other walls than namespaces keep it from network and files; null otherwise. */
  chrootBecause: string | null;
  /** `own number`: owns the sandbox and nothing else; `lent`: a user of this machine that root lends; `yourself`. */
  user: 'own number' | 'lent' | 'yourself';
}

/** Finds out by trying, as a sandbox does, in a directory that is gone afterwards. */
export async function describeWalls(
  parent: string,
  account: ServerAccount,
  preparedRoot: string | null,
): Promise<SandboxWalls> {
  const directory = mkdtempSync(join(parent, '.new-'));
  try {
    const owner = sandboxAccount(account, 'walls', [parent]);
    const content = { directory, readOnly: [], writable: [], account: owner, shell: false, preparedRoot };
    const isolation = await triedIsolation(wantedIsolation(content), content, null);
    return wallsOf(isolation, account, owner);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** @param account whom root lends, or ourselves; @param owner who runs the server */
export function wallsOf(isolation: Isolation, account: ServerAccount, owner: ServerAccount): SandboxWalls {
  return {
    sharedBecause: isolation.kind === 'none' ? isolation.reason : null,
    chrootBecause: isolation.kind === 'chroot' ? isolation.insteadOf : null,
    user: account.switchTo === null ? 'yourself' : owner.uid === account.uid ? 'lent' : 'own number',
  };
}

const serverUsers = {
  'own number': 'a user id that owns nothing else',
  lent: 'a user of this machine that root lends',
  yourself: 'the user who drilled',
};

/** What of the walls of a server was absent, in a sentence each for whoever reads the record. */
export function absentWalls(
  { sharedBecause, chrootBecause, user }: SandboxWalls,
  network: 'own' | 'shared',
): string[] {
  if (sharedBecause !== null)
    return [
      `A network and files of the server's own: this machine makes no namespaces (${sharedBecause}), so code of the dump ran with its network and files, as ${serverUsers[user]}; the rights of its roles and its user kept it from them.`,
    ];
  if (chrootBecause !== null)
    return [
      `Shared memory and a host name of the server's own: this machine makes no namespaces (${chrootBecause}), so its server had these in common with it. A root directory of its own and a filter of system calls kept it from network and files.`,
    ];
  if (network === 'shared')
    return [
      "A network of the server's own: it listened on a port of this machine, so code of the dump ran with this machine's network; the rights of its roles kept it from it.",
    ];
  return [];
}
