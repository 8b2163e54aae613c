import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RecoveryEnd } from '../../../ports/recovery-place.ts';
import type { Isolation } from './isolation.ts';
import { readRecoveryLog } from './recovery-log.ts';
import type { ServerAccount } from './server-account.ts';
import { startServer } from './server-process.ts';

export interface RecoveryRun {
  binDirectory: string;
  dataDirectory: string;
  /** Lines for postgresql.conf beside the data directory. */
  conf: string;
  configFile: string;
  logFile: string;
  account: ServerAccount;
  /** Shows the server a shell: restore_command needs one. No code of the cluster runs while WAL is replayed. */
  isolation: Isolation;
  timeoutSeconds: number;
  signal: AbortSignal;
  onSpawn(pid: number): void;
}

/**
 * Lets a server replay its WAL to the target, and stops it cleanly. @throws DrillError when it does not stop, AbortError
 */
export async function runRecovery(run: RecoveryRun): Promise<RecoveryEnd> {
  const startedAt = performance.now();
  await writeFile(run.configFile, run.conf, { mode: 0o644 });
  await rm(run.logFile, { force: true });
  await writeFile(join(run.dataDirectory, 'recovery.signal'), '', { mode: 0o644 });
  const started = await startServer({ ...run, network: 'own', limitSeconds: run.timeoutSeconds });
  const seconds = (performance.now() - startedAt) / 1000;
  if (!('failed' in started)) {
    process.kill(started.pid, 'SIGINT');
    while (started.ending() === null) await sleep(20);
  }
  return { promoted: !('failed' in started), log: readRecoveryLog(run.logFile), seconds };
}
