import { createCheckRunner } from '../../../adapters/postgres/check-runner.ts';
import { createRolePasswordSetter } from '../../../adapters/postgres/role-passwords.ts';
import { createSandboxCleaner } from '../../../adapters/postgres/sandbox-cleaner.ts';
import { notTestedByChecks } from '../../../domain/checks/not-tested.ts';
import { planChecks } from '../../../domain/checks/registry.ts';
import type { RestoredSummary } from '../../../domain/drill/drill-state.ts';
import type { ProgressSink } from '../../../ports/drill-ports.ts';
import type { EvidenceStore } from '../../../ports/evidence-store.ts';
import type { HookTasks } from '../../../ports/hook-tasks.ts';
import type { SecretReader } from '../../../ports/secret-reader.ts';
import { createRestorer } from '../../../recovery/logical/create-restorer.ts';
import { createRecoverer } from '../../../recovery/physical/create-recoverer.ts';
import { planAttempt } from '../../../steps/plan-checks.ts';
import { restorePrepared } from '../../../steps/restore-dump.ts';
import type { PreparedRestore } from '../../../steps/restore-request.ts';
import { runPlannedChecks } from '../../../steps/run-long-checks.ts';
import { systemClock } from '../../system-clock.ts';
import { capabilities } from '../capabilities.ts';
import { configurationOf } from '../configuration.ts';
import { sourcePorts } from '../ports/sources.ts';
import { hooksBesideServer } from './hooks-beside-server.ts';
import { withServerInside } from './server-inside.ts';
import { taskAddress } from './task-address.ts';

interface WithinPorts {
  evidence: EvidenceStore;
  secrets: SecretReader;
  progress: ProgressSink;
  /** Asked where there are hooks. */
  hookTasks(): HookTasks;
  signal: AbortSignal;
}

/**
 * A whole attempt with a server inside this task: makes it, restores into it, plans and carries out every check, runs the
 * hooks beside it, and removes it. What came of it is evidence; the state's output is the summary.
 *
 * @throws DrillError SANDBOX_UNAVAILABLE when the server does not come up, and what restorePrepared throws
 */
export async function drillWithin(
  request: PreparedRestore,
  { evidence, secrets, progress, hookTasks, signal }: WithinPorts,
): Promise<RestoredSummary> {
  const { plan, drillId, attempt } = request.state;
  const hooked = request.state.hooks.migrate !== null || request.state.hooks.smokeTest !== null;
  return withServerInside({ ...plan, hooks: hooked }, signal, async ({ host, address, absentWalls }) => {
    const state = { ...request.state, sandbox: { ...request.state.sandbox, address } };
    const checks = createCheckRunner(host, { parameter: (name) => secrets.parameter(name) });
    const ports = {
      ...sourcePorts(configurationOf(state.database, request.databaseConfig)),
      ...{ clock: systemClock, evidence, checks, progress, signal },
    };
    const restored = await restorePrepared(
      { ...request, state },
      {
        ...ports,
        recoverers: { physical: createRecoverer(host), logical: createRestorer(host) },
        cleaner: createSandboxCleaner(host),
        rolePasswords: { secrets, setter: createRolePasswordSetter(host) },
      },
    );
    const hooks = hooksBesideServer({
      ...{ drillId, attempt, hooks: restored.hooks, place: state.restoreTask, server: address, signal },
      ...{ tasks: hookTasks, login: () => host.ownerLogin(address) },
      ownAddress: () => taskAddress(process.env),
    });
    await hooks.run('migrate');
    const planned = await planAttempt(state, {
      ...ports,
      capabilities,
      planChecks: (context) => ({ planned: planChecks(context), notTested: notTestedByChecks(context) }),
      ledger: { lastProven: async () => request.lastProven ?? null },
    });
    const indices = planned.map(({ index }) => index);
    await runPlannedChecks({ drillId, attempt, address }, indices, ports);
    await hooks.run('smokeTest');
    const ended = hooks.ended();
    return {
      ...restored,
      // They ran: the machine is to start none.
      hooks: { migrate: null, smokeTest: null },
      within: {
        ...{ serverVersion: address.serverVersion, absentWalls },
        ...(ended === null ? {} : { hooks: ended }),
      },
    };
  });
}
