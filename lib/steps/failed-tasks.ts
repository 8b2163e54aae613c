import type { DrillState } from '../domain/drill/drill-state.ts';
import { failureFinding } from '../domain/drill/failure.ts';
import { type Finding, finding } from '../domain/findings/findings.ts';
import type { DrillPorts } from '../ports/drill-ports.ts';

/**
 * What ended the attempt early, as findings. A restore task that fell silent leaves only a missed heartbeat: ECS is asked
 * what became of it, while it still knows (about an hour).
 */
export async function failuresOf(
  state: DrillState,
  ports: Pick<DrillPorts, 'restoreTasks'>,
): Promise<Finding[]> {
  const { failure, longCheckFailure } = state;
  const findings: Finding[] = [];
  if (failure !== undefined) {
    const silent = failure.Error === 'States.HeartbeatTimeout';
    findings.push((silent ? await diagnosed(state.drillId, ports) : null) ?? failureFinding(failure));
  }
  if (longCheckFailure !== undefined) {
    const { code, message } = failureFinding(longCheckFailure);
    findings.push(
      finding('CHECK_COULD_NOT_RUN', `the long checks did not come to their end: ${code}: ${message}`),
    );
  }
  return findings;
}

async function diagnosed(drillId: string, ports: Pick<DrillPorts, 'restoreTasks'>): Promise<Finding | null> {
  if (ports.restoreTasks === null) return null;
  // A verdict must not fail because its cause could not be looked up: then the missed heartbeat is all that is said.
  const diagnosis = await ports.restoreTasks.diagnose(drillId).catch(() => null);
  if (diagnosis === null) return null;
  return diagnosis.started
    ? finding('RESTORE_TASK_LOST', `the restore task fell silent: ${diagnosis.reason}`)
    : finding('RESTORE_TASK_NOT_STARTED', `the restore task never ran: ${diagnosis.reason}`);
}
