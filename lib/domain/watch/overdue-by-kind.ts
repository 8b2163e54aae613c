import { type ChoosableKind, choosableKinds } from '../config/choosable-kinds.ts';
import type { DatabaseConfig } from '../config/index.ts';
import { overdueAfterSeconds } from '../config/overdue.ts';
import { scheduledKind } from '../sandbox/methods.ts';

/**
 * After how long without a drill proven in a kind of sandbox somebody must be told, in seconds, by kind: a drill of every day in one
 * kind says nothing of a monthly one in another that stopped. Empty: no drills are scheduled.
 */
export function overdueByKind({
  schedules,
  source,
  sandbox,
}: Pick<DatabaseConfig, 'schedules' | 'source' | 'sandbox'>): Map<ChoosableKind, number> {
  const holdsBaseBackups = source.physical !== null;
  const limits = new Map<ChoosableKind, number>();
  for (const kind of choosableKinds) {
    const ofKind = schedules.filter(
      (schedule) =>
        scheduledKind({ holdsBaseBackups, asked: schedule.sandbox, configured: sandbox.kind }) === kind,
    );
    const limit = overdueAfterSeconds(ofKind);
    if (limit !== null) limits.set(kind, limit);
  }
  return limits;
}
