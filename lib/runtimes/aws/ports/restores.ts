/** What a restore reads, and the tasks that it and the hooks run in. */

import { objectReader } from '../../../adapters/dump-stores/companion-reader.ts';
import { createSourceOpener, readPassphrase } from '../../../adapters/dump-stores/open-for-aws.ts';
import { createSecretReader } from '../../../adapters/secrets/secret-reader.ts';
import { createRestoreTasks } from '../../../adapters/tasks/restore-tasks.ts';
import type { RestoreTaskPlace } from '../../../domain/drill/drill-state.ts';
import type { Configuration, DrillPorts } from '../../../ports/drill-ports.ts';
import type { RestoreTasks } from '../../../ports/restore-tasks.ts';
import type { SecretReader } from '../../../ports/secret-reader.ts';
import { ecsClient, secretsManagerClient, ssmClient } from '../clients.ts';
import { readEnvironment } from '../environment.ts';

/** What reads dumps and the files beside them. */
export function sourcePorts(
  configuration: Configuration,
): Pick<DrillPorts, 'configuration' | 'openStore' | 'objects' | 'passphrase'> {
  return {
    configuration,
    openStore: createSourceOpener({ secretsManager: secretsManagerClient() }),
    objects: objectReader,
    passphrase: (database) => readPassphrase(configuration.database(database).source, secretsPort()),
  };
}

/** SecureStrings of SSM Parameter Store. */
export const secretsPort = (): SecretReader => createSecretReader({ client: ssmClient() });

/** ECS tasks of drills: what became of one, and how to stop it. */
export const restoreTasksPort = (): RestoreTasks =>
  createRestoreTasks({ ecs: ecsClient(), cluster: readEnvironment(['restoreCluster']).restoreCluster });

/** Chooses the smallest deployed task size that takes the dump; the largest takes everything. */
export function restorePlacePort(): (dumpBytes: number) => RestoreTaskPlace {
  const { restoreTasks, restoreNetwork } = readEnvironment(['restoreTasks', 'restoreNetwork']);
  return (dumpBytes) => {
    // The schema asks for one size at least.
    const size = restoreTasks.find(({ upToDumpBytes }) => dumpBytes <= upToDumpBytes) ?? restoreTasks.at(-1)!;
    const { taskDefinition, vcpu, memoryGib } = size;
    return { taskDefinition, ...restoreNetwork, vcpu, memoryGib };
  };
}

/** Task definitions of the databases' hooks, as the stack made them. */
export function hookPort(): DrillPorts['hookTask'] {
  const { hookTasks } = readEnvironment(['hookTasks']);
  return (database, hook) =>
    Object.hasOwn(hookTasks, database) ? (hookTasks[database]?.[hook] ?? null) : null;
}
