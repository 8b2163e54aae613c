import { finding } from '../domain/findings.ts';
import type { PreparedDatabase } from '../ports/drill-ports.ts';
import { evidenceNames, type StepWith } from './step.ts';

/**
 * Undoes what the checks needed: row level security is forced again, and the master logs in with its secret. A database
 * where that is refused is not handed over, because its policies would not hold for its owner. The stage that it leaves
 * says that promotion may begin, so that from here on no abort tears down.
 */
export const prepareHandOverStep: StepWith<'checks' | 'evidence'> = async (state, ports) => {
  const address = state.sandbox?.address;
  if (address == null) throw new Error('there is no sandbox to hand over');
  const prepared = (await ports.evidence.getJson(
    state.drillId,
    evidenceNames.prepared(state.attempt),
  )) as PreparedDatabase[];
  const refused = await ports.checks.undo(address, prepared);
  if (refused.length === 0) return { ...state, stage: 'ready to promote' };
  const tables = refused.slice(0, 10).map(({ database, table }) => `${database}:${table}`);
  const message = `row level security could not be forced again on ${refused.length} tables: ${tables.join(', ')}`;
  return {
    ...state,
    stage: 'declined',
    drillFindings: [...state.drillFindings, finding('HAND_OVER_REFUSED', message)],
  };
};
