import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isolationFor } from './isolation.ts';
import { setprivInside } from './private-root.ts';
import { type ServerAccount, sandboxAccount } from './server-account.ts';

/** What keeps a sandbox's server from the rest of this machine, beside the rights of its roles. */
export interface SandboxWalls {
  /** Why network and files are shared with the machine; null when the server gets its own. */
  sharedBecause: string | null;
  /** `own number`: owns the sandbox and nothing else; `lent`: a user of this machine that root lends; `yourself`. */
  user: 'own number' | 'lent' | 'yourself';
}

/** Finds out by trying, as a sandbox does, in a directory that is gone afterwards. */
export async function describeWalls(parent: string, account: ServerAccount): Promise<SandboxWalls> {
  const directory = mkdtempSync(join(parent, '.new-'));
  try {
    const owner = sandboxAccount(account, 'walls', [parent]);
    const content = { directory, readOnly: [], writable: [], account: owner };
    const isolation = await isolationFor(content, [setprivInside, '--version']);
    return {
      sharedBecause: isolation.kind === 'none' ? isolation.reason : null,
      user: account.switchTo === null ? 'yourself' : owner.uid === account.uid ? 'lent' : 'own number',
    };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
