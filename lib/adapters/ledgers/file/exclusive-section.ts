import { setTimeout as sleep } from 'node:timers/promises';
import { lock } from 'proper-lockfile';
import { systemErrorCode } from '../../files/atomic-file.ts';

/**
 * A lock whose owner died is broken after this long; a living owner renews it every second. proper-lockfile's least is 2 s;
 * 5 s leaves room for a machine that swaps.
 */
const staleSeconds = 5;
/** Longer than any section of ours takes (milliseconds) plus one dead owner, with room for a queue of processes. */
const patienceSeconds = 30;

/**
 * Runs `work` while no other process does, by a lock directory `<path>.lock`. Works on network file systems too.
 * @throws an error with code ELOCKED when others held the lock for 30 s; the file system's own error when the lock cannot be made
 */
export async function exclusively<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  const release = await acquire(path);
  try {
    return await work();
  } finally {
    // When we were suspended past the stale time the lock is no longer ours to release.
    await release().catch(() => undefined);
  }
}

async function acquire(path: string): Promise<() => Promise<void>> {
  const deadline = performance.now() + patienceSeconds * 1000;
  for (;;) {
    try {
      return await lock(path, {
        realpath: false,
        stale: staleSeconds * 1000,
        update: 1000,
        // The default throws from a timer. One append stays one write, so a lost lock tears nothing.
        onCompromised: () => undefined,
      });
    } catch (error) {
      // Its own retries would also wait for a folder that is not writable to become so.
      if (systemErrorCode(error) !== 'ELOCKED' || performance.now() > deadline) throw error;
      await sleep(5 + Math.random() * 30);
    }
  }
}
