import type { execFile, execFileSync } from 'node:child_process';
import type * as nodeFs from 'node:fs';
import type * as nodePath from 'node:path';

/** The modules that destroySandbox works with: given, because its source text also runs on its own in the watchdog. */
export interface NodeModules {
  fs: typeof nodeFs;
  path: typeof nodePath;
  execFile: typeof execFile;
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
  const { fs, path, execFile, execFileSync } = node;
  const dataDirectory = path.join(directory, 'data');
  const started = Date.now();

  if (!fs.existsSync(directory)) return 'gone';
  let socketDirectory = '';
  let leasedServerPid = 0;
  try {
    const lease: unknown = JSON.parse(fs.readFileSync(path.join(directory, 'lease.json'), 'utf8'));
    if (typeof lease !== 'object' || lease === null) return 'not ours';
    if (!('kind' in lease) || lease.kind !== 'restore-drill sandbox') return 'not ours';
    if (!('sandboxId' in lease) || lease.sandboxId !== path.basename(directory)) return 'not ours';
    if ('socketDirectory' in lease && typeof lease.socketDirectory === 'string')
      socketDirectory = lease.socketDirectory;
    if ('server' in lease && typeof lease.server === 'object' && lease.server !== null)
      if ('pid' in lease.server && typeof lease.server.pid === 'number') leasedServerPid = lease.server.pid;
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

    /** Reads a file or link of /proc; empty when the process has ended, or we may not look at it. */
    told(pid: number, what: 'cwd' | 'exe' | 'comm' | 'cmdline' | 'stat'): string {
      try {
        const place = `/proc/${pid}/${what}`;
        return what === 'cwd' || what === 'exe' ? fs.readlinkSync(place) : fs.readFileSync(place, 'latin1');
      } catch {
        return '';
      }
    },

    isPostmaster(pid: number): boolean {
      return this.told(pid, 'cmdline').includes(`\0-D\0${dataDirectory}\0`);
    },

    /**
     * Root of a container may not see where a process of another user works, only whose it is and how it was called. The
     * user of the data may run more than one sandbox, but no postmaster with these words, and no child of one.
     */
    belongsToData(pid: number, parent: number): boolean {
      try {
        const { uid } = fs.statSync(dataDirectory);
        if (uid === process.getuid?.() || fs.statSync(`/proc/${pid}`).uid !== uid) return false;
      } catch {
        return false;
      }
      if (this.isPostmaster(pid) || this.isPostmaster(parent)) return true;
      // Its postmaster is gone.
      return (
        this.told(pid, 'cmdline').startsWith('postgres: ') && !/^postgres/.test(this.told(parent, 'comm'))
      );
    },

    isInData(folder: string): boolean {
      if (folder === dataDirectory) return true;
      // A command that brings a backup.
      if (folder.startsWith(path.join(directory, 'commands') + path.sep)) return true;
      // A server in a mount namespace works below the root directory that it was given there; a recovery has two of them.
      return folder.startsWith(directory + path.sep) && folder.endsWith(path.join('/root', dataDirectory));
    },

    // By what it is called, or by what it calls itself: distributions wrap PostgreSQL's programs and name them at will
    // (`.postgres-wrapped`), while a server's sessions always set a title of their own.
    isNamedLikeOurs(pid: number): boolean {
      if (/^(postgres|initdb|cp)$/.test(this.told(pid, 'comm').trim())) return true;
      if (/postgres/.test(path.basename(this.told(pid, 'exe').replace(/ \(deleted\)$/, '')))) return true;
      return this.told(pid, 'cmdline').startsWith('postgres: ');
    },

    // A process is the sandbox's when it works in its data directory and is the server that was started there, or a child of
    // it, or a program of PostgreSQL's. A number alone proves nothing, for it may have been given to another process since;
    // neither does the directory, for somebody may look at it in a shell.
    runs(pid: number): boolean {
      const folder = this.told(pid, 'cwd').replace(/ \(deleted\)$/, '');
      // First what most processes are told apart by: a machine may have a thousand.
      if (folder !== '' && !this.isInData(folder)) return false;
      const [, state = 'Z', parent = '0'] = /\) (\S) (\d+) /.exec(this.told(pid, 'stat')) ?? [];
      if (state === 'Z') return false;
      if (folder === '') return this.belongsToData(pid, Number(parent));
      const servers = [leasedServerPid, this.postmasterPid()];
      return servers.includes(pid) || servers.includes(Number(parent)) || this.isNamedLikeOurs(pid);
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

    /**
     * By the system's own program, which takes 4 ms of our processors' time for a cluster's thousand files where Node.js takes 45. What it
     * leaves, Node.js removes, or says why not.
     */
    clearData(): Promise<void> {
      return new Promise<void>((resume) => {
        execFile('rm', ['-rf', '--', dataDirectory], { cwd: '/' }, () => resume());
      }).catch(() => undefined);
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
    running = running.filter((pid) => sandbox.runs(pid));
    // The last of them may have started another.
    if (running.length === 0) running = sandbox.processes();
  }

  await sandbox.clearData();
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
