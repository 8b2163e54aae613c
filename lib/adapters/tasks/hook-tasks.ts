import type { ECSClient, RunTaskCommandInput, Task } from '@aws-sdk/client-ecs';
import { restoreTaskEnvironment as env } from '../../contract/environment.ts';
import { hookContainerNames } from '../../contract/names.ts';
import type { Clock } from '../../ports/clock.ts';
import type { HookTaskRequest, HookTasks } from '../../ports/hook-tasks.ts';
import { lookAtTask, type NotStarted, runTaskInput, startTask, stopTask } from './own-task.ts';

/** How often ECS is asked what became of a task. */
const lookSeconds = 5;
/** Waits after a task that was not started: the machine's own patience (machine/fargate-task.ts). */
const retrySeconds = [20, 40, 80, 160, 300];
/** What asking again does not mend. */
const refusals = new Set(['AccessDeniedException', 'ClusterNotFoundException']);

/** Hooks as tasks of our own cluster. */
export function createHookTasks({
  ecs,
  cluster,
  clock,
}: {
  ecs: ECSClient;
  cluster: string;
  clock: Clock;
}): HookTasks {
  async function started(request: HookTaskRequest, signal: AbortSignal): Promise<string | NotStarted> {
    const input = requestOf(cluster, request);
    for (let tried = 0; ; tried++) {
      signal.throwIfAborted();
      const outcome = await startTask(ecs, input);
      if (typeof outcome === 'string') return outcome;
      const wait = refusals.has(outcome.Error.replace(/^ECS\./, '')) ? undefined : retrySeconds[tried];
      if (wait === undefined) return outcome;
      await clock.sleep(wait, signal);
    }
  }

  return {
    async run(request, signal) {
      const arn = await started(request, signal);
      if (typeof arn !== 'string') return arn;
      const endsAt = clock.now().getTime() + request.run.timeoutSeconds * 1000;
      try {
        for (;;) {
          const task = await lookAtTask(ecs, cluster, arn);
          for (const address of addressesOf(task)) request.onAddress(address);
          if (task?.lastStatus === 'STOPPED') return outcomeOf(task);
          const leftSeconds = (endsAt - clock.now().getTime()) / 1000;
          if (leftSeconds <= 0) break;
          await clock.sleep(Math.min(lookSeconds, leftSeconds), signal);
          signal.throwIfAborted();
        }
      } catch (error) {
        await stopTask(ecs, cluster, arn, 'its drill was interrupted');
        throw error;
      }
      await stopTask(ecs, cluster, arn, 'it took longer than its timeout');
      return { Error: 'States.Timeout', Cause: '' };
    },
  };
}

function requestOf(cluster: string, request: HookTaskRequest): RunTaskCommandInput {
  const { drillId, attempt, name, run, place, tunnel } = request;
  return runTaskInput({
    cluster,
    taskDefinition: run.taskDefinition,
    place,
    once: `${drillId}/${attempt}/${name}/${tunnel.publicKey}`,
    environments: {
      [hookContainerNames.credentials]: {
        [env.command]: 'credentials',
        [env.drillId]: drillId,
        [env.attempt]: String(attempt),
        [env.tunnelHost]: tunnel.host,
        [env.tunnelKey]: tunnel.publicKey,
      },
      [hookContainerNames.hook]: Object.fromEntries(run.environment.map(({ Name, Value }) => [Name, Value])),
    },
  });
}

/** In the VPC; known once its network interface is attached (docs/facts.md#addresses-of-a-task). */
const addressesOf = (task: Task | null): string[] => [
  ...(task?.containers ?? []).flatMap(({ networkInterfaces = [] }) =>
    networkInterfaces.flatMap(({ privateIpv4Address }) => privateIpv4Address ?? []),
  ),
  ...(task?.attachments ?? []).flatMap(({ details = [] }) =>
    details.flatMap(({ name, value }) =>
      name === 'privateIPv4Address' && value !== undefined ? [value] : [],
    ),
  ),
];

/** The task as Step Functions describes one that ended, without its environment. */
const outcomeOf = ({ stopCode, stoppedReason, startedAt, stoppedAt, containers = [] }: Task) => ({
  StopCode: stopCode ?? null,
  StoppedReason: stoppedReason ?? null,
  StartedAt: startedAt?.getTime() ?? null,
  StoppedAt: stoppedAt?.getTime() ?? null,
  Containers: containers.map(({ name, exitCode, reason }) => ({
    Name: name ?? null,
    ExitCode: exitCode ?? null,
    Reason: reason ?? null,
  })),
});
