import { DrillError } from '../../../domain/findings/errors.ts';
import { machineTimeoutSeconds } from '../../../machine/definition.ts';
import type { Leftover } from '../../../ports/sandbox.ts';
import { awsWords } from '../../aws/rds-errors.ts';
import type { RunningTasks } from '../../tasks/restore-tasks.ts';
import { groupLeftovers, instanceLeftovers, type Sweepable, snapshotLeftovers } from './leased-resources.ts';
import type { RdsHost } from './rds-host.ts';

export interface SweepOptions {
  /** Whether the drill's execution still runs. */
  isRunning(drillId: string): Promise<boolean>;
  /** Whether its restored database is kept, though its lease could not be removed. What throws is left alone. */
  isKept(drillId: string): Promise<boolean>;
  /** Tasks of the restore cluster; null: none to look after. */
  tasks: RunningTasks | null;
  /** Volumes of such tasks; null: there can be none. */
  volumes: { leftovers(): Promise<Sweepable[]> } | null;
}

/**
 * Removes what outlived its lease and whose drill no longer runs: instances, manual snapshots, parameter groups, volumes; and
 * tasks whose drill no longer runs. An instance whose restore was approved is freed from its lease instead. The managed secret of an instance goes with it. What cannot be removed stays in
 * `kept` with the reason, and so shows as an expired lease.
 *
 * @throws DrillError TEARDOWN_FAILED after all others were dealt with, when a kind of resource could not be listed
 */
export async function sweepLeftovers(
  host: RdsHost,
  options: SweepOptions,
  dryRun: boolean,
): Promise<{ removed: Leftover[]; kept: Leftover[] }> {
  const now = host.clock.now().getTime();
  const removed: Leftover[] = [];
  const kept: Leftover[] = [];
  const unread: string[] = [];
  const answers = new Map<string, Promise<boolean>>();
  const isRunning = (drillId: string): Promise<boolean> => {
    const answer = answers.get(drillId) ?? options.isRunning(drillId);
    answers.set(drillId, answer);
    return answer;
  };

  async function consider({ remove, keep, ...leftover }: Sweepable, leased: boolean): Promise<void> {
    try {
      const expired = !leased || Date.parse(leftover.leaseExpiresAt) <= now;
      if (!expired || (await isRunning(leftover.drillId))) {
        kept.push(leftover);
        return;
      }
      if (keep !== undefined && (await options.isKept(leftover.drillId))) {
        const outcome = dryRun ? 'its restore was approved' : await keep();
        kept.push({ ...leftover, what: `${leftover.what}, kept: ${outcome}` });
        return;
      }
      if (!dryRun) await remove();
      removed.push(leftover);
    } catch (error) {
      const reason = error instanceof DrillError ? error.message : awsWords(error);
      kept.push({ ...leftover, what: `${leftover.what}, not removed: ${reason}` });
    }
  }

  const kinds: { name: string; leased: boolean; list(): Promise<Sweepable[]> }[] = [
    { name: 'tasks', leased: false, list: () => taskLeftovers(options.tasks) },
    { name: 'volumes', leased: true, list: async () => (await options.volumes?.leftovers()) ?? [] },
    { name: 'instances', leased: true, list: () => instanceLeftovers(host) },
    { name: 'snapshots', leased: true, list: () => snapshotLeftovers(host) },
    // Last: a group cannot go while an instance uses it.
    { name: 'parameter groups', leased: true, list: () => groupLeftovers(host) },
  ];
  for (const { name, leased, list } of kinds) {
    try {
      for (const leftover of await list()) await consider(leftover, leased);
    } catch (error) {
      unread.push(`${name} (${awsWords(error)})`);
    }
  }
  if (unread.length > 0) {
    throw new DrillError('TEARDOWN_FAILED', `the sweep could not look at ${unread.join(', ')}`, {
      hint: 'Whatever else there was has been swept. Check the permissions of the sweep function.',
      fault: 'service',
    });
  }
  return { removed, kept };
}

async function taskLeftovers(tasks: RunningTasks | null): Promise<Sweepable[]> {
  if (tasks === null) return [];
  return (await tasks.running()).map(({ arn, drillId, since }) => ({
    what: `ECS task ${arn}`,
    drillId,
    // A task has no lease of its own; it is over with its drill, which ends by then at the latest.
    leaseExpiresAt: new Date(Date.parse(since) + machineTimeoutSeconds * 1000).toISOString(),
    remove: () => tasks.stopTask(arn),
  }));
}
