import type { ECSClient, RunTaskCommandInput, Task } from '@aws-sdk/client-ecs';
import { restoreTaskEnvironment as env } from '../../contract/environment.ts';
import { restoreContainerName, tagKeys } from '../../contract/names.ts';
import { serverVolumeName } from '../../contract/sandbox-task-sizes.ts';
import { volumeThroughputMibps } from '../../domain/sandbox/rds/task-disk.ts';
import type { Clock } from '../../ports/clock.ts';
import type { TaskStart, VolumeTaskRequest, VolumeTasks } from '../../ports/volume-tasks.ts';
import { lookAtTask, runTaskInput, startTask, stopTask } from './own-task.ts';

/** How often ECS is asked, and the waiting state told that something happens. */
const lookSeconds = 10;
/** A function has 15 minutes; a volume and an image take one or two. */
const patienceSeconds = 13 * 60;

export interface VolumeTasksOptions {
  ecs: ECSClient;
  cluster: string;
  clock: Clock;
  stackName: string;
  /** Tags of the owner's (`aws.tags`), which a tag policy may ask for. */
  tags: Readonly<Record<string, string>>;
  /** Role with which ECS makes volumes, attaches and deletes them. */
  volumeRole: string;
  /** Tells the state behind a token that its task is at it; false: it no longer waits. */
  heartbeat(taskToken: string): Promise<boolean>;
}

/** Restore tasks with a volume each, in our own cluster. */
export function createVolumeTasks(options: VolumeTasksOptions): VolumeTasks {
  const { ecs, cluster, clock } = options;

  return {
    async start(request): Promise<TaskStart> {
      const arn = await startTask(ecs, requestOf(options, request));
      if (typeof arn !== 'string') return { outcome: 'refused', error: arn.Error, reason: arn.Cause };
      const endsAt = clock.now().getTime() + patienceSeconds * 1000;
      for (;;) {
        const task = await lookAtTask(ecs, cluster, arn);
        if (task?.lastStatus === 'RUNNING' || task?.startedAt !== undefined) return { outcome: 'running' };
        if (task !== null && isEnding(task)) return { outcome: 'stopped', reason: reasonOf(task) };
        if (!(await options.heartbeat(request.taskToken))) {
          await stopTask(ecs, cluster, arn, 'its drill has ended');
          return { outcome: 'nobody waits' };
        }
        if (clock.now().getTime() >= endsAt) {
          await stopTask(ecs, cluster, arn, 'it took too long to start');
          const minutes = Math.round(patienceSeconds / 60);
          const state = task?.lastStatus ?? 'not described';
          return { outcome: 'stopped', reason: `it did not start within ${minutes} minutes (${state})` };
        }
        await clock.sleep(lookSeconds);
      }
    },
  };
}

/** A task that never ran and never will; one with a bad role stays in DEPROVISIONING (docs/facts.md#volumes-of-tasks). */
const isEnding = ({ lastStatus, desiredStatus }: Task): boolean =>
  desiredStatus === 'STOPPED' || lastStatus === 'STOPPED' || lastStatus === 'DEPROVISIONING';

/** In ECS's words; what went wrong with a volume stands in its attachment. */
function reasonOf({ stopCode, stoppedReason, containers = [], attachments = [] }: Task): string {
  const ofVolume = attachments.flatMap(({ details = [] }) =>
    details.flatMap(({ name, value }) => (name === 'statusReason' && value !== undefined ? [value] : [])),
  );
  const ofContainers = containers.flatMap(({ reason }) => reason ?? []);
  const parts = [stopCode, stoppedReason, ...ofVolume, ...ofContainers];
  const said = [...new Set(parts.filter((part) => part !== undefined && part !== ''))];
  return said.length === 0 ? 'ECS gives no reason' : said.join('; ');
}

function requestOf(options: VolumeTasksOptions, request: VolumeTaskRequest): RunTaskCommandInput {
  const { drillId, attempt, place, leaseExpiresAt, taskToken } = request;
  const tags: Record<string, string> = {
    ...options.tags,
    [tagKeys.stack]: options.stackName,
    [tagKeys.drill]: drillId,
    [tagKeys.lease]: leaseExpiresAt,
  };
  return runTaskInput({
    cluster: options.cluster,
    taskDefinition: place.volume.taskDefinition,
    place,
    once: taskToken,
    environments: {
      [restoreContainerName]: {
        [env.command]: 'restore',
        [env.drillId]: drillId,
        [env.attempt]: String(attempt),
        [env.taskToken]: taskToken,
      },
    },
    volumeConfigurations: [
      {
        name: serverVolumeName,
        managedEBSVolume: {
          roleArn: options.volumeRole,
          volumeType: 'gp3',
          sizeInGiB: place.volume.sizeGib,
          throughput: volumeThroughputMibps,
          encrypted: true,
          filesystemType: 'xfs',
          terminationPolicy: { deleteOnTermination: true },
          tagSpecifications: [
            {
              resourceType: 'volume',
              tags: Object.entries(tags).map(([key, value]) => ({ key, value })),
            },
          ],
        },
      },
    ],
  });
}
