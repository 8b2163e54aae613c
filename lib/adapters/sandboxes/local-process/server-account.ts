import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname } from 'node:path';
import { DrillError } from '../../../domain/findings/errors.ts';

/** The operating system user that initdb and the server run as. */
export interface ServerAccount {
  uid: number;
  gid: number;
  /** What child_process.spawn needs to become that user; null when we are it already. */
  switchTo: { uid: number; gid: number } | null;
  /** Name of the user that we are ourselves: the only one who may log in as the sandbox's superuser. */
  ownName: string;
}

/**
 * initdb and postgres refuse to run as root, so root lends them an unprivileged user: `postgres` where it exists, else
 * `nobody`. initdb also refuses a user id without an entry in the user database.
 *
 * @throws DrillError SANDBOX_UNAVAILABLE when no such user can be found.
 */
export function serverAccount(passwd = readPasswd()): ServerAccount {
  if (process.platform === 'win32' || process.getuid === undefined || process.getgid === undefined) {
    throw new DrillError('SANDBOX_UNAVAILABLE', 'a sandbox on Windows itself is not supported', {
      hint: 'Run restore-drill inside WSL 2.',
    });
  }
  const uid = process.getuid();
  const ownName = nameOfOwnUser(uid);
  if (uid !== 0) return { uid, gid: process.getgid(), switchTo: null, ownName };
  for (const name of ['postgres', '_postgres', 'nobody']) {
    const [, , userId, groupId] = passwd.find(([user]) => user === name) ?? [];
    // macOS writes nobody as -2, which is no user id that a process can take on.
    if (userId === undefined || groupId === undefined || Number(userId) <= 0 || Number(groupId) < 0) continue;
    const lent = { uid: Number(userId), gid: Number(groupId) };
    return { ...lent, switchTo: lent, ownName };
  }
  throw new DrillError(
    'SANDBOX_UNAVAILABLE',
    'PostgreSQL refuses to run as root and there is no user postgres or nobody',
    {
      hint: 'Create a user (useradd --system postgres), or run restore-drill as a normal user.',
    },
  );
}

function nameOfOwnUser(uid: number): string {
  try {
    return userInfo().username;
  } catch (cause) {
    throw new DrillError(
      'SANDBOX_UNAVAILABLE',
      `user id ${uid} has no name on this machine, and initdb needs one`,
      {
        hint: `Add it to /etc/passwd, for instance: echo "drill:x:${uid}:0::/tmp:/bin/sh" >> /etc/passwd.`,
        cause,
      },
    );
  }
}

function readPasswd(): string[][] {
  try {
    return readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .map((line) => line.split(':'));
  } catch {
    return [];
  }
}

/** User ids that no system gives to anybody. Source: systemd, "Users, Groups, UIDs and GIDs on systemd Systems". */
const unusedUserIds = { first: 0x7000_0000, count: 0x100_0000 };

/**
 * The user that root runs one sandbox's server as: a number of its own, which owns the sandbox's data and nothing else on the
 * machine. The lent user may own a cluster here. Where such a number cannot be had or cannot reach what it needs, the lent
 * user stays; an ordinary user has no other to offer.
 *
 * @param needed directories that the server must be able to enter
 */
export function sandboxAccount(account: ServerAccount, sandboxId: string, needed: string[]): ServerAccount {
  if (account.switchTo === null || process.platform !== 'linux') return account;
  const digest = createHash('sha256').update(sandboxId).digest();
  const uid = unusedUserIds.first + (digest.readUInt32BE(0) % unusedUserIds.count);
  const own = { ...account, uid, gid: uid, switchTo: { uid, gid: uid } };
  return isMapped(uid) && needed.every((directory) => canReach(own, directory)) ? own : account;
}

/** False inside a user namespace that knows few numbers, as a container's may be. See user_namespaces(7). */
function isMapped(uid: number): boolean {
  return ['uid_map', 'gid_map'].every((map) =>
    readFileSync(`/proc/self/${map}`, 'utf8')
      .split('\n')
      .map((line) => line.trim().split(/\s+/).map(Number))
      .some(([first = Number.NaN, , count = 0]) => uid >= first && uid < first + count),
  );
}

/** True when the account may walk into the directory: every folder on the way lets it through. */
export function canReach(account: ServerAccount, directory: string): boolean {
  for (let folder = directory; ; folder = dirname(folder)) {
    const status = statSync(folder);
    const bit = status.uid === account.uid ? 0o100 : status.gid === account.gid ? 0o010 : 0o001;
    if ((status.mode & bit) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}
