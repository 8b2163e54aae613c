import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** A process, told apart from a later one with the same number by when it started. */
export interface ProcessIdentity {
  pid: number;
  /** Opaque; null where the system would not say. */
  startedAt: string | null;
  /** Machine and, on Linux, process namespace: a process of another container can be neither seen nor judged. */
  host: string;
}

export function identifyProcess(pid: number): ProcessIdentity {
  return { pid, startedAt: startOf(pid), host: ownHost() };
}

/** `elsewhere`: it belongs to another machine or container, so nothing can be said of it. */
export function lookAtProcess(identity: ProcessIdentity): 'running' | 'dead' | 'elsewhere' {
  if (identity.host !== ownHost()) return 'elsewhere';
  if (!exists(identity.pid)) return 'dead';
  const startedAt = startOf(identity.pid);
  if (startedAt === 'zombie') return 'dead';
  // Unknown on either side: better a leftover that stays than a running drill that loses its sandbox.
  if (startedAt === null || identity.startedAt === null) return 'running';
  return startedAt === identity.startedAt ? 'running' : 'dead';
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function startOf(pid: number): string | null {
  try {
    if (process.platform !== 'linux') {
      const told = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], {
        encoding: 'utf8',
        env: { ...process.env, LC_ALL: 'C' },
      });
      const [status, ...start] = told.trim().split(/\s+/);
      return status?.startsWith('Z') ? 'zombie' : start.join(' ') || null;
    }
    // proc(5): the name is in parentheses and may hold spaces; state is field 3, start time since boot is field 22.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    if (fields[0] === 'Z') return 'zombie';
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}:${fields[19]}`;
  } catch {
    return null;
  }
}

function ownHost(): string {
  try {
    return `${hostname()} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return hostname();
  }
}
