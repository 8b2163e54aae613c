import { evidenceOf } from '../contract/evidence.ts';
import type { PreparedDatabase } from '../domain/checks/check-evidence.ts';
import { phaseNames } from '../domain/drill/phase-names.ts';
import { isDrillError } from '../domain/findings/errors.ts';
import { finding } from '../domain/findings/findings.ts';
import type { SandboxAddress } from '../domain/sandbox/address.ts';
import type { DrillPorts } from '../ports/drill-ports.ts';
import { defineStep } from './step-definition.ts';

/** Waits before the sandbox is asked again: 100 s together, of the state's 600. */
const lostWaitsSeconds = [10, 30, 60];

/**
 * Undoes what the checks needed: row level security is forced again, and the master logs in with its secret. A database
 * where that is refused is not handed over, because its policies would not hold for its owner. The stage that it leaves
 * says that promotion may begin, so that from here on no abort tears down.
 */
export const prepareHandOverStep = defineStep({
  phase: phaseNames.promote,
  from: ['awaiting approval', 'approved'],
  to: ['ready to promote', 'declined'],
  run: async (state, ports: Pick<DrillPorts, 'checks' | 'evidence' | 'clock'>) => {
    const { address } = state.sandbox;
    const prepared = await ports.evidence.read(evidenceOf.prepared(state.attempt), state.drillId);
    const refused = await undo(address, prepared, ports);
    if (refused.length === 0) return { ...state, stage: 'ready to promote' };
    const tables = refused.slice(0, 10).map(({ database, table }) => `${database}:${table}`);
    const message = `row level security could not be forced again on ${refused.length} tables: ${tables.join(', ')}`;
    return {
      ...state,
      stage: 'declined',
      drillFindings: [...state.drillFindings, finding('HAND_OVER_REFUSED', message)],
    };
  },
});

/** Undoing is safe to repeat, and a connection that broke is no reason to throw an approved restore away. */
async function undo(
  address: SandboxAddress,
  prepared: PreparedDatabase[],
  ports: Pick<DrillPorts, 'checks' | 'clock'>,
): ReturnType<DrillPorts['checks']['undo']> {
  for (const waitSeconds of lostWaitsSeconds) {
    try {
      return await ports.checks.undo(address, prepared);
    } catch (error) {
      if (!isDrillError(error) || error.code !== 'SANDBOX_LOST') throw error;
      await ports.clock.sleep(waitSeconds);
    }
  }
  return ports.checks.undo(address, prepared);
}
