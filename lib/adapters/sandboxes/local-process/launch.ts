import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import type { ServerAccount } from './server-account.ts';

/** How a program is started: what spawn is given. */
export interface Launch {
  command: string;
  args: string[];
  /** The user that spawn becomes; null where the launch itself does that, or nobody else is meant. */
  switchTo: ServerAccount['switchTo'];
}

/** Options of setpriv(1) that leave a program no right and no way to gain one. */
export const withoutRights = ['--no-new-privs', '--inh-caps=-all', '--bounding-set=-all'];

const folders = ['/usr/bin', '/bin', '/usr/sbin', '/sbin'];

/** The path of one of the system's own programs, whatever PATH says; null where there is none. */
export function systemProgram(name: string): string | null {
  for (const folder of folders) {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return join(folder, name);
    } catch {
      // The next folder may have it.
    }
  }
  return null;
}
