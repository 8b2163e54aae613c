import { evidenceOf } from '../contract/evidence.ts';
import { runsInTask } from '../domain/checks/lanes.ts';
import type { SandboxAddress } from '../domain/sandbox/address.ts';
import type { DrillPorts } from '../ports/drill-ports.ts';
import { readAccount } from './plan-checks.ts';
import { readRestoreRequest } from './restore-request.ts';
import { runPlannedCheck } from './run-check.ts';

/** As many at a time as the Map runs: more would compete for the sandbox's own processors. */
const concurrency = 4;

/**
 * Every check of the long lane, in the restore task: those that may outlast a Lambda, and those with a password. Each
 * result is kept as it comes, so that what ended counts even when the task dies.
 *
 * @throws DrillError SANDBOX_LOST; Judge then counts as not run what has no result
 */
export async function runLongChecksStep(
  pointer: { drillId: string; attempt: number },
  ports: Pick<DrillPorts, 'checks' | 'evidence' | 'clock'>,
): Promise<{ ran: number }> {
  const { state } = await readRestoreRequest(pointer, ports);
  const { address } = state.sandbox;
  const account = await readAccount(pointer.drillId, pointer.attempt, ports);
  const { planned } = await ports.evidence.read(evidenceOf.checkPlan(pointer.attempt), pointer.drillId);
  const long = planned.flatMap((check, index) => (runsInTask(check, account) ? [index] : []));
  await runPlannedChecks({ ...pointer, address }, long, ports);
  return { ran: long.length };
}

/** Carries out planned checks in lanes, each result kept as it comes. @throws DrillError SANDBOX_LOST */
export async function runPlannedChecks(
  attempt: { drillId: string; attempt: number; address: SandboxAddress },
  indices: readonly number[],
  ports: Pick<DrillPorts, 'checks' | 'evidence' | 'clock'>,
): Promise<void> {
  const waiting = [...indices];
  const lane = async (): Promise<void> => {
    for (let index = waiting.shift(); index !== undefined; index = waiting.shift())
      await runPlannedCheck({ ...attempt, check: { index } }, ports);
  };
  await Promise.all(Array.from({ length: concurrency }, lane));
}
