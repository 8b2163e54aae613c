import { randomBytes } from 'node:crypto';
import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** The name that all users of a machine shared up to version 0.1: the first one kept all others out. */
const sharedName = 'restore-drill';

/** Where one user's sandboxes lie in a directory that everybody may write to. */
export interface PrivateFolders {
  /** For new sandboxes: ours already, or a name that nobody has taken. */
  folder: string;
  /** Others of ours, in which interrupted drills may have left something. */
  earlier: string[];
}

/**
 * A folder in `shared` (such as /tmp) for this user alone. Names there can be taken by anybody: what is not a real folder of ours
 * that only we may write to is passed over, and a name that cannot be guessed is used instead.
 * Short, because the path of a socket may have 108 bytes (unix(7)).
 */
export function privateFoldersIn(shared: string, uid: number): PrivateFolders {
  const own = `${sharedName}-${uid}`;
  const candidates = namesIn(shared).filter((name) => name === own || name.startsWith(`${own}-`));
  const ours = [own, ...candidates.filter((name) => name !== own).sort()].filter((name) =>
    isOurs(join(shared, name), uid),
  );
  const free = candidates.includes(own) ? `${own}-${randomBytes(4).toString('hex')}` : own;
  const [chosen = free] = ours;
  return {
    folder: join(shared, chosen),
    earlier: [...ours.filter((name) => name !== chosen), sharedName]
      .map((name) => join(shared, name))
      .filter((folder) => isOurs(folder, uid)),
  };
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    // Whether it can be used is found out when a sandbox is made, with the reason.
    return [];
  }
}

/** Links are not followed: whoever made one may lead it anywhere. */
function isOurs(path: string, uid: number): boolean {
  const status = lstatSync(path, { throwIfNoEntry: false });
  return status?.isDirectory() === true && status.uid === uid && (status.mode & 0o022) === 0;
}
