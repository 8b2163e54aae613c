import { DescribeTaskDefinitionCommand } from '@aws-sdk/client-ecs';
import { restoreContainerName } from '../../../contract/names.ts';
import { restoreTaskSizes } from '../../../contract/restore-task-sizes.ts';
import type { Account } from '../../remote/account.ts';
import { type Diagnosis, ok, problem } from '../diagnosis.ts';

/** The image and processor that each size of the restore task is registered with. That it starts, the first drill shows. */
export async function lookAtImages({ stack, clients }: Account): Promise<Diagnosis[]> {
  const ecs = await clients.ecs();
  const found = await Promise.all(
    restoreTaskSizes.map(async ({ name }): Promise<Diagnosis> => {
      const family = `${stack.baseName}-restore-${name}`;
      const { taskDefinition } = await ecs.send(
        new DescribeTaskDefinitionCommand({ taskDefinition: family }),
      );
      const container = taskDefinition?.containerDefinitions?.find(
        (one) => one.name === restoreContainerName,
      );
      const processor = taskDefinition?.runtimePlatform?.cpuArchitecture;
      if (container?.image === undefined || taskDefinition?.status !== 'ACTIVE')
        return problem(`task ${family}`, 'it is not registered with an image; deploy again');
      return ok(`task ${family}`, `${container.image} on ${processor ?? 'the processor ECS chooses'}`);
    }),
  );
  return found;
}
