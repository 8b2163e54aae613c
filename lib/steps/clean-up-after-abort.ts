import type { DrillState } from '../domain/drill-state.ts';
import { finding } from '../domain/findings.ts';
import type { DrillPorts } from '../ports/drill-ports.ts';
import { sealRecordStep } from './seal-record.ts';
import { confirmGoneStep, tearDownSandboxStep } from './tear-down-sandbox.ts';

/**
 * An aborted or timed-out execution runs no Catch (aws-facts section 3). Called from outside the machine – by the rule
 * on the execution's status in AWS, by the signal handler locally – it removes the sandbox and seals what is known.
 * What was interrupted is never PROVEN, whatever had been judged before.
 */
export async function cleanUpAfterAbort(
  state: DrillState,
  reason: string,
  ports: Pick<DrillPorts, 'clock' | 'configuration' | 'evidence' | 'ledger' | 'sandboxes' | 'software'>,
): Promise<DrillState> {
  const interrupted: DrillState = {
    ...state,
    drillFindings: [...state.drillFindings, finding('INTERRUPTED', reason)],
  };
  let current = await tearDownSandboxStep(interrupted, ports).catch((error: unknown) =>
    teardownFailed(interrupted, error),
  );
  while (current.stage === 'sandbox leaving') {
    current = await confirmGoneStep(current, ports);
    if (current.stage === 'sandbox leaving') await ports.clock.sleep(0.2);
  }
  return sealRecordStep(current, ports);
}

function teardownFailed(state: DrillState, error: unknown): DrillState {
  const detail = error instanceof Error ? error.message : String(error);
  return {
    ...state,
    stage: 'sandbox gone',
    teardown: { askedAt: state.startedAt, confirmed: false, detail },
    drillFindings: [...state.drillFindings, finding('TEARDOWN_FAILED', detail)],
  };
}
