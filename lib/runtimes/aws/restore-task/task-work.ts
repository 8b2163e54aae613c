/** What the restore image does for each command, over the ports of AWS. */

import { createCheckRunner } from '../../../adapters/postgres/check-runner.ts';
import { createRolePasswordSetter } from '../../../adapters/postgres/role-passwords.ts';
import { createSandboxCleaner } from '../../../adapters/postgres/sandbox-cleaner.ts';
import { createRdsCheckRunner } from '../../../adapters/sandboxes/rds/login/rds-check-runner.ts';
import type { RdsSandboxAccess } from '../../../adapters/sandboxes/rds/login/sandbox-access.ts';
import type { ProgressSink } from '../../../ports/drill-ports.ts';
import type { EvidenceStore } from '../../../ports/evidence-store.ts';
import type { HookTasks } from '../../../ports/hook-tasks.ts';
import type { SecretReader } from '../../../ports/secret-reader.ts';
import { createRestorer } from '../../../recovery/logical/create-restorer.ts';
import { createDumpReader } from '../../../recovery/logical/dump-reading.ts';
import { readDumpStep } from '../../../steps/read-dump.ts';
import { restoreOptions, restorePrepared } from '../../../steps/restore-dump.ts';
import { readReadRequest, readRestoreRequest } from '../../../steps/restore-request.ts';
import { runLongChecksStep } from '../../../steps/run-long-checks.ts';
import { systemClock } from '../../system-clock.ts';
import { configurationOf } from '../configuration.ts';
import { sourcePorts } from '../ports/sources.ts';
import { createCarryingRecoverer } from './carrying-recoverer.ts';
import { drillWithin } from './drill-within.ts';

/** Which attempt of which drill. */
interface TaskPointer {
  drillId: string;
  attempt: number;
}

/** What the container has at hand; a test gives its own access and store of evidence. */
interface TaskPorts {
  evidence: EvidenceStore;
  access: RdsSandboxAccess;
  secrets: SecretReader;
}

/** Command `restore`: the state's output is the summary; the account is evidence. */
export async function restoreWork(
  pointer: TaskPointer,
  ports: TaskPorts & { progress: ProgressSink; hookTasks(): HookTasks; signal: AbortSignal },
): Promise<unknown> {
  const { evidence, access, secrets, progress, hookTasks, signal } = ports;
  const request = await readRestoreRequest(pointer, { evidence });
  const { state, databaseConfig } = request;
  if (state.plan.kind === 'task')
    return drillWithin(request, { evidence, secrets, progress, hookTasks, signal });
  const source = sourcePorts(configurationOf(state.database, databaseConfig));
  const cleaner = createSandboxCleaner(access);
  const options = restoreOptions(databaseConfig.restore, { passphrase: null });
  return restorePrepared(request, {
    ...source,
    clock: systemClock,
    recoverers: {
      physical: createCarryingRecoverer(state.plan, options, { access, cleaner }),
      logical: createRestorer(access),
    },
    cleaner,
    checks: checkRunner(access, secrets),
    rolePasswords: { secrets, setter: createRolePasswordSetter(access) },
    evidence,
    progress,
    signal,
  });
}

/** Command `read`: the dump once completely, without a server. */
export async function readWork(
  pointer: TaskPointer,
  { evidence, signal }: { evidence: EvidenceStore; signal: AbortSignal },
): Promise<unknown> {
  const { state, databaseConfig } = await readReadRequest(pointer, { evidence });
  return readDumpStep(pointer, {
    ...sourcePorts(configurationOf(state.database, databaseConfig)),
    clock: systemClock,
    dumpReader: createDumpReader(),
    evidence,
    signal,
  });
}

/** Command `checks`: those that may outlast a Lambda. Their results are evidence; nothing is given back. */
export async function checksWork(
  pointer: TaskPointer,
  { evidence, access, secrets }: TaskPorts,
): Promise<unknown> {
  await runLongChecksStep(pointer, { checks: checkRunner(access, secrets), evidence, clock: systemClock });
  return {};
}

/**
 * Login checks ask for passwords of SSM Parameter Store; the Lambdas that run checks cannot reach it, this task can.
 */
const checkRunner = (access: RdsSandboxAccess, secrets: SecretReader) =>
  createRdsCheckRunner(createCheckRunner(access, { parameter: (name) => secrets.parameter(name) }), access);
