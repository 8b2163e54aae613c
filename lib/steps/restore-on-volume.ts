import * as z from 'zod';
import { DrillError } from '../domain/findings/errors.ts';
import { isShortOfCapacity, volumeHint } from '../domain/sandbox/rds/volume-failure.ts';
import type { DrillPorts } from '../ports/drill-ports.ts';

/** What the machine hands over: the drill, where its task runs, and the token that the task answers by. */
const question = z.object({
  drillId: z.string().min(1),
  attempt: z.number().int().min(1),
  leaseExpiresAt: z.string(),
  taskToken: z.string().min(1),
  place: z.looseObject({
    taskDefinition: z.string(),
    subnets: z.array(z.string()),
    securityGroups: z.array(z.string()),
    assignPublicIp: z.enum(['ENABLED', 'DISABLED']),
    volume: z.object({ taskDefinition: z.string(), sizeGib: z.number() }),
  }),
});

/** What ECS says for want of its own rate. */
const throttled = 'ECS.ThrottlingException';

/**
 * Starts the restore task with a volume for its server: Step Functions passes no volume on to RunTask. The task answers by the
 * token; what this gives back is not looked at. Where there was no room for it, the error has a name for which the machine asks
 * again, and only there: nothing else is mended by waiting.
 *
 * @throws DrillError RESTORE_TASK_NOT_STARTED; Error named as in `noTaskStarted` when asking again may help
 */
export async function restoreOnVolumeStep(
  payload: unknown,
  { volumeTasks }: Pick<DrillPorts, 'volumeTasks'>,
): Promise<{ outcome: string }> {
  const { place, ...request } = question.parse(payload);
  if (volumeTasks === null) throw notStarted('no task of this stack can have a volume');
  const start = await volumeTasks.start({ ...request, place });
  if (start.outcome === 'running' || start.outcome === 'nobody waits') return { outcome: start.outcome };
  const { reason } = start;
  if (isShortOfCapacity(reason)) throw worthAnotherTry('AmazonECS.Unknown', reason);
  if (start.outcome === 'refused' && start.error === throttled) throw worthAnotherTry(throttled, reason);
  const { sizeGib } = place.volume;
  throw notStarted(
    start.outcome === 'refused'
      ? `the restore task could not be started with a volume of ${sizeGib} GiB: ${start.error}: ${reason}`
      : `the restore task never ran with its volume of ${sizeGib} GiB: ${reason}`,
  );
}

const notStarted = (message: string): DrillError =>
  new DrillError('RESTORE_TASK_NOT_STARTED', message, { hint: volumeHint(message), fault: 'service' });

const worthAnotherTry = (name: string, message: string): Error => Object.assign(new Error(message), { name });
