import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { type Isolation, launchOf } from './isolation.ts';
import type { ServerAccount } from './server-account.ts';
import { serverEnvironment } from './tool-run.ts';

export interface ServerStart {
  binDirectory: string;
  dataDirectory: string;
  configFile: string;
  logFile: string;
  account: ServerAccount;
  isolation: Isolation;
  /** `shared`: it listens on 127.0.0.1 of this machine. */
  network: 'own' | 'shared';
  signal: AbortSignal;
  /** It is given up after so long. @default 60: a start takes 0.1 s where nothing needs recovery */
  limitSeconds?: number;
  /** Told as soon as the process exists, before it is ready. */
  onSpawn(pid: number): void;
}

/** A postmaster that we started; `ended` settles with how it ended. */
export interface ServerProcess {
  pid: number;
  /** Null while it runs. */
  ending(): string | null;
}

const usualLimitSeconds = 60;

/** Starts postgres and waits until it takes connections; an early end is a value. */
export async function startServer(start: ServerStart): Promise<ServerProcess | { failed: string }> {
  const { command, args, switchTo } = launchOf(start.isolation, start.account, start.network, [
    join(start.binDirectory, 'postgres'),
    '-D',
    start.dataDirectory,
    '-c',
    `config_file=${start.configFile}`,
  ]);
  const log = openSync(start.logFile, 'a', 0o600);
  let child: ChildProcess;
  try {
    child = spawn(command, args, {
      cwd: start.dataDirectory,
      env: serverEnvironment,
      stdio: ['ignore', log, log],
      // A session of its own, so that Ctrl-C in the terminal ends the drill in order and not the server under it.
      detached: true,
      ...(switchTo ?? {}),
    });
  } finally {
    closeSync(log);
  }
  let ending: string | null = null;
  child.on('error', (error) => {
    ending = error.message;
  });
  child.on('exit', (code, signal) => {
    ending = signal === null ? `exit code ${code}` : `signal ${signal}`;
  });
  // It must not keep our process alive: the watchdog ends it when we are gone.
  child.unref();
  if (child.pid !== undefined) start.onSpawn(child.pid);

  const { limitSeconds = usualLimitSeconds } = start;
  const deadline = Date.now() + limitSeconds * 1000;
  while (!isReady(start.dataDirectory, child.pid)) {
    await new Promise((resume) => setTimeout(resume, 10));
    start.signal.throwIfAborted();
    if (ending !== null)
      return { failed: `the server ended while starting (${ending})${logTail(start.logFile)}` };
    if (Date.now() > deadline) return { failed: `the server was not ready after ${limitSeconds} s` };
  }
  return { pid: child.pid ?? 0, ending: () => ending };
}

/** Line 8 of postmaster.pid is the postmaster's own word for its state. */
function isReady(dataDirectory: string, pid: number | undefined): boolean {
  try {
    const lines = readFileSync(join(dataDirectory, 'postmaster.pid'), 'utf8').split('\n');
    return Number(lines[0]) === pid && lines[7]?.trim() === 'ready';
  } catch {
    return false;
  }
}

/**
 * The last words of a server's log, as ` : reason` to append to a message, or nothing. The log holds FATAL and PANIC
 * lines only (see server-settings.ts), which name files, ports and limits, never data.
 */
export function logTail(logFile: string): string {
  try {
    const lines = readFileSync(logFile, 'utf8').slice(-4096).split('\n');
    const told = lines.filter((line) => /^(FATAL|PANIC):|\b(FATAL|PANIC): /.test(line)).slice(-2);
    return told.length === 0 ? '' : `: ${told.map((line) => line.trim()).join('; ')}`;
  } catch {
    return '';
  }
}

/** A port of 127.0.0.1 that nobody listens on now; somebody else may take it before the server does. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}
