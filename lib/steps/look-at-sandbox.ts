import { withoutCapacity } from '../domain/drill/next-placement.ts';
import { phaseNames } from '../domain/drill/phase-names.ts';
import { finding } from '../domain/findings/findings.ts';
import { secondsBetween } from '../domain/time/spans.ts';
import type { DrillPorts } from '../ports/drill-ports.ts';
import { defineStep } from './step-definition.ts';

/**
 * How long a sandbox may take to come up. RDS says up to 20 minutes; 36 were seen when a zone had no capacity
 * (docs/facts.md#time-to-create-an-instance).
 */
const provisionLimitSeconds = 45 * 60;

/** One look at the sandbox: ready, not yet, or never. Dead ends are ended here and not waited out. */
export const lookAtSandboxStep = defineStep({
  phase: phaseNames.provision,
  from: ['sandbox pending'],
  to: ['sandbox pending', 'sandbox ready', 'sandbox without capacity', 'sandbox broken'],
  run: async (state, ports: Pick<DrillPorts, 'sandboxes' | 'clock'>) => {
    const { sandbox } = state;
    const look = await ports.sandboxes.look(sandbox.sandboxId);
    if (look.state === 'ready') {
      const { address, absentWalls } = look;
      const ready = { ...sandbox, address, ...(absentWalls === undefined ? {} : { absentWalls }) };
      return { ...state, stage: 'sandbox ready', sandbox: ready };
    }
    if (look.state === 'no capacity') return withoutCapacity(state, look.reason);
    const waitedSeconds = secondsBetween(sandbox.askedAt, ports.clock.now().toISOString());
    if (look.state === 'pending' && waitedSeconds < provisionLimitSeconds)
      return { ...state, stage: 'sandbox pending' };
    const reason =
      look.state === 'broken'
        ? look.reason
        : look.state === 'gone'
          ? 'it disappeared before it was ready'
          : `it was not ready after ${Math.round(waitedSeconds / 60)} minutes (${look.detail})`;
    const { code, hint } = look.state === 'broken' ? look : { code: undefined, hint: undefined };
    return {
      ...state,
      stage: 'sandbox broken',
      findings: [
        ...state.findings,
        finding(code ?? 'SANDBOX_UNAVAILABLE', `the sandbox did not come up: ${reason}`, hint),
      ],
    };
  },
});
