import * as z from 'zod';
import { DrillError } from '../../../domain/findings/errors.ts';

const container = z.looseObject({
  Networks: z.array(z.looseObject({ IPv4Addresses: z.array(z.string()).default([]) })),
});

/**
 * This task's own address in its VPC, from the metadata that Fargate keeps for every container
 * (docs/facts.md#addresses-of-a-task).
 *
 * @throws DrillError INTERNAL_ERROR outside a task
 */
export async function taskAddress(variables: NodeJS.ProcessEnv): Promise<string> {
  const uri = variables.ECS_CONTAINER_METADATA_URI_V4;
  if (uri !== undefined) {
    const answer = await fetch(uri, { signal: AbortSignal.timeout(10_000) });
    const address = container.parse(await answer.json()).Networks[0]?.IPv4Addresses[0];
    if (address !== undefined) return address;
  }
  throw new DrillError('INTERNAL_ERROR', 'this task does not know its own address', {
    hint: 'Fargate tells it from platform version 1.4.0 on (ECS_CONTAINER_METADATA_URI_V4).',
    fault: 'us',
  });
}
