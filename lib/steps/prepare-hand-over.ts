import { evidenceOf } from '../contract/evidence.ts';
import type { PreparedDatabase } from '../domain/checks/check-evidence.ts';
import { phaseNames } from '../domain/drill/phase-names.ts';
import { isDrillError } from '../domain/findings/errors.ts';
import type { SandboxAddress } from '../domain/sandbox/address.ts';
import type { DrillPorts } from '../ports/drill-ports.ts';
import { noteKept } from './kept-restores.ts';
import { defineStep } from './step-definition.ts';
import { notForcedAgain } from './unprepared-hand-over.ts';

/** Waits before the sandbox is asked again: 100 s together, of the state's 600. */
const lostWaitsSeconds = [10, 30, 60];

/**
 * Undoes what the checks needed: row level security is forced again, and the master logs in with its secret. Where that
 * is refused the database is kept all the same, because a person wants it; what is to be done by hand is said.
 */
export const prepareHandOverStep = defineStep({
  phase: phaseNames.promote,
  from: ['awaiting approval', 'approved'],
  to: ['ready to promote'],
  run: async (state, ports: Pick<DrillPorts, 'checks' | 'evidence' | 'clock'>) => {
    await noteKept(state, ports.clock.now().toISOString(), ports);
    const { address } = state.sandbox;
    const prepared = await ports.evidence.read(evidenceOf.prepared(state.attempt), state.drillId);
    const refused = await undo(address, prepared, ports);
    const findings = refused.length === 0 ? [] : [notForcedAgain(refused)];
    return { ...state, stage: 'ready to promote', drillFindings: [...state.drillFindings, ...findings] };
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
