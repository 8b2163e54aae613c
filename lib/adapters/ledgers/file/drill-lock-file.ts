import { mkdir, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as z from 'zod';
import { visibleJson } from '../../../domain/text/visible-text.ts';
import type { DrillLock, LockAnswer } from '../../../ports/ledger.ts';
import { privateFolderMode, systemErrorCode, writeFileAtomically } from '../../files/atomic-file.ts';
import { identifyProcess, lookAtProcess } from '../../sandboxes/local-process/process-identity.ts';

const lockFileSchema = z.object({
  database: z.string(),
  drillId: z.string(),
  leaseExpiresAt: z.string(),
  takenAt: z.string(),
  owner: z.object({ pid: z.number().int().positive(), startedAt: z.string().nullable(), host: z.string() }),
});

/**
 * Takes the lock file, unless a drill that may still run holds it. Must run alone (see exclusive-section.ts).
 * The drill that holds it takes it again, with its new lease.
 */
export async function takeLockFile(path: string, lock: DrillLock, now: Date): Promise<LockAnswer> {
  const held = await readLockFile(path);
  if (held !== null && held.drillId !== lock.drillId && holds(held, now)) {
    const { database, drillId, leaseExpiresAt } = held;
    return { taken: false, heldBy: { database, drillId, leaseExpiresAt } };
  }
  await mkdir(dirname(path), { recursive: true, mode: privateFolderMode });
  const taken = { ...lock, takenAt: now.toISOString(), owner: identifyProcess(process.pid) };
  await writeFileAtomically(path, `${visibleJson(taken)}\n`);
  // One whose lease has ended may still run and seal its own record; only a dead one never will.
  if (held === null || held.drillId === lock.drillId || lookAtProcess(held.owner) !== 'dead')
    return { taken: true };
  return { taken: true, abandoned: { drillId: held.drillId, takenAt: held.takenAt } };
}

/** Lets the lock go if it is this drill's. Must run alone. */
export async function releaseLockFile(path: string, drillId: string): Promise<void> {
  const held = await readLockFile(path);
  if (held?.drillId === drillId) await rm(path, { force: true });
}

/** A process that cannot be seen from here (another container, a shared disk) holds until its lease ends. */
function holds(held: z.infer<typeof lockFileSchema>, now: Date): boolean {
  const leaseEnds = Date.parse(held.leaseExpiresAt);
  if (Number.isNaN(leaseEnds) || leaseEnds <= now.getTime()) return false;
  return lookAtProcess(held.owner) !== 'dead';
}

/** Null when there is none, or none that we wrote: it is written whole, so anything else was put there by hand. */
async function readLockFile(path: string): Promise<z.infer<typeof lockFileSchema> | null> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return null;
    throw error;
  }
  try {
    return lockFileSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
