import type { execFileSync } from 'node:child_process';
import type * as nodeFs from 'node:fs';
import type * as nodePath from 'node:path';

/** The modules that destroySandbox works with: given, because its source text also runs on its own in the watchdog. */
export interface NodeModules {
  fs: typeof nodeFs;
  path: typeof nodePath;
  execFileSync: typeof execFileSync;
}

/**
 * Ends whatever runs in a sandbox directory and removes the directory. `not ours`: it holds no lease of ours, and nothing
 * was touched. Throws when something stays after 30 seconds.
 *
 * The server is told to quit at once (SIGQUIT): a fast shutdown would first write to disk what is about to be deleted.
 * After 6 s (the postmaster itself gives its children 5) everything of the sandbox is killed.
 *
 * This function must name nothing outside itself, because watchdog.ts hands its source text to another process. Its inner
 * functions are methods, because a bundler that keeps names (esbuild's keepNames) wraps every other kind in a helper.
 */
export async function destroySandbox(directory: string, node: NodeModules): Promise<'gone' | 'not ours'> {
  const { fs, path, execFileSync } = node;
  const dataDirectory = path.join(directory, 'data');
  const started = Date.now();

  if (!fs.existsSync(directory)) return 'gone';
  let socketDirectory = '';
  try {
    const lease: unknown = JSON.parse(fs.readFileSync(path.join(directory, 'lease.json'), 'utf8'));
    if (typeof lease !== 'object' || lease === null) return 'not ours';
    if (!('kind' in lease) || lease.kind !== 'restore-drill sandbox') return 'not ours';
    if (!('sandboxId' in lease) || lease.sandboxId !== path.basename(directory)) return 'not ours';
    if ('socketDirectory' in lease && typeof lease.socketDirectory === 'string')
      socketDirectory = lease.socketDirectory;
  } catch {
    return fs.existsSync(directory) ? 'not ours' : 'gone';
  }

  const sandbox = {
    postmasterPid(): number {
      try {
        return Number.parseInt(fs.readFileSync(path.join(dataDirectory, 'postmaster.pid'), 'utf8'), 10);
      } catch {
        return Number.NaN;
      }
    },

    // A process is the sandbox's when it works in its data directory and is one of the programs that we start there; a
    // number alone proves nothing, for it may have been given to another process since.
    runs(pid: number): boolean {
      try {
        const folder = fs.readlinkSync(`/proc/${pid}/cwd`).replace(/ \(deleted\)$/, '');
        // A server in a mount namespace works below the root directory that it was given there.
        if (folder !== dataDirectory && folder !== path.join(directory, 'root', dataDirectory)) return false;
        if (!/^(postgres|initdb|cp)$/.test(fs.readFileSync(`/proc/${pid}/comm`, 'utf8').trim())) return false;
        return !/\) Z /.test(fs.readFileSync(`/proc/${pid}/stat`, 'utf8'));
      } catch {
        return false;
      }
    },

    processes(): number[] {
      if (fs.existsSync('/proc/self/cwd')) {
        const names = fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name));
        return names.map(Number).filter((pid) => this.runs(pid));
      }
      const pid = this.postmasterPid();
      if (!(pid > 1)) return [];
      try {
        const told = execFileSync('ps', ['-ww', '-o', 'stat=,args=', '-p', String(pid)], {
          encoding: 'utf8',
        });
        return told.includes(dataDirectory) && !told.trim().startsWith('Z') ? [pid] : [];
      } catch {
        return [];
      }
    },

    signal(pid: number, name: 'SIGQUIT' | 'SIGKILL'): void {
      try {
        process.kill(pid, name);
      } catch {
        // It ended in between; the loop looks again.
      }
    },

    pause(): Promise<void> {
      return new Promise((resume) => setTimeout(resume, 15));
    },
  };

  let running = sandbox.processes();
  const postmaster = running.find((pid) => pid === sandbox.postmasterPid());
  if (postmaster !== undefined) sandbox.signal(postmaster, 'SIGQUIT');
  while (running.length > 0) {
    // Without a postmaster nobody ends the backends: a busy one would go on with its statement.
    if (postmaster === undefined || Date.now() - started > 6000)
      for (const pid of running) sandbox.signal(pid, 'SIGKILL');
    if (Date.now() - started > 30_000) throw new Error(`processes ${running.join(', ')} cannot be ended`);
    await sandbox.pause();
    running = sandbox.processes();
  }

  // The lease goes last: what an interruption leaves is still known as ours.
  for (;;) {
    // Somebody else may be removing it at the same time, and be faster.
    if (!fs.existsSync(directory)) return 'gone';
    try {
      await fs.promises.rm(dataDirectory, { recursive: true, force: true });
      if (socketDirectory !== '' && path.basename(socketDirectory).startsWith('rd-')) {
        await fs.promises.rm(socketDirectory, { recursive: true, force: true });
      }
      for (const name of fs.readdirSync(directory)) {
        if (name !== 'lease.json')
          await fs.promises.rm(path.join(directory, name), { recursive: true, force: true });
      }
      await fs.promises.rm(directory, { recursive: true, force: true });
      return 'gone';
    } catch (error) {
      if (Date.now() - started > 30_000) throw error;
      await sandbox.pause();
    }
  }
}
