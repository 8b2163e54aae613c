import { spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { destroySandbox } from './destroy-sandbox.ts';

/** Removes one sandbox when our process is gone, however it went. */
export interface Watchdog {
  pid: number | null;
  /** The sandbox is removed already, or shall outlive us: the watchdog leaves without touching it. */
  dismiss(): void;
}

const farewell = 'dismissed';

/**
 * The watchdog's program. It holds the other end of a pipe to us: the system closes it when we end, also by SIGKILL.
 * A program text instead of a file, so that it works the same from source and from a bundle.
 */
const program = `
process.title = 'restore-drill watchdog';
const { execFile, execFileSync } = require('node:child_process');
const node = { fs: require('node:fs'), path: require('node:path'), execFile, execFileSync };
const destroy = ${destroySandbox.toString()};
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => {});
let heard = '';
let done = false;
const end = () => {
  if (done) return;
  done = true;
  if (heard.includes('${farewell}')) process.exit(0);
  const [, directory, ownerPid] = process.argv;
  try {
    const lease = JSON.parse(node.fs.readFileSync(node.path.join(directory, 'lease.json'), 'utf8'));
    if (lease.owner.pid !== Number(ownerPid)) process.exit(0);
  } catch {
    process.exit(0);
  }
  destroy(directory, node).then(() => process.exit(0), () => process.exit(1));
};
process.stdin.on('data', (chunk) => { heard += chunk; });
process.stdin.on('end', end);
process.stdin.on('close', end);
process.stdin.on('error', end);
`;

/**
 * Starts the watchdog of a sandbox directory, best before the directory is made: then no moment is unguarded. It removes
 * the directory only when its lease names this process. It costs about 40 MB for the drill's duration; a shell would be smaller,
 * but could not be the same code that removes sandboxes everywhere else.
 */
export function startWatchdog(sandboxDirectory: string): Watchdog {
  const child = spawn(
    process.execPath,
    ['--max-old-space-size=32', '--eval', program, sandboxDirectory, String(process.pid)],
    {
      // A session of its own: neither Ctrl-C nor the end of the terminal reaches it. No folder of ours is kept busy.
      detached: true,
      cwd: '/',
      stdio: ['pipe', 'ignore', 'ignore'],
      env: { PATH: process.env.PATH ?? '/usr/bin:/bin' },
    },
  );
  // Without a watchdog the lease and the next sweep still remove the sandbox.
  child.on('error', () => undefined);
  child.stdin.on('error', () => undefined);
  child.unref();
  // Neither the process nor its pipe may keep ours alive; a child's pipe is a socket, whatever its type says.
  if ('unref' in child.stdin) (child.stdin as Socket).unref();
  return {
    pid: child.pid ?? null,
    dismiss() {
      child.stdin.end(farewell);
    },
  };
}
