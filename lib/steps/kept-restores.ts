import { evidenceOf } from '../contract/evidence.ts';
import type { DrillState } from '../domain/drill/drill-state.ts';
import { isKept } from '../domain/drill/hand-over.ts';
import type { GivenAnswers } from '../ports/approvals.ts';
import type { DrillPorts } from '../ports/drill-ports.ts';

/** What tells whether a restored database is kept. `answers`: null where nobody is asked. */
export interface KeptRestorePorts extends Pick<DrillPorts, 'evidence'> {
  answers: GivenAnswers | null;
}

/**
 * Whether a drill that ended early had come to a restored database that is kept. The last state that is known may be
 * older than what had begun: the approval's own record and the evidence of the promotion know better.
 *
 * @throws DrillError LEDGER_UNREADABLE, EVIDENCE_UNREADABLE rather than to guess
 */
export async function isKeptRestore(state: DrillState, ports: KeptRestorePorts): Promise<boolean> {
  if (state.request.mode !== 'restore') return false;
  if (isKept(state)) return true;
  const answer = (await ports.answers?.answerOf(state.drillId)) ?? null;
  if (answer?.decision === 'approved') return true;
  return (await ports.evidence.find(evidenceOf.promotion, state.drillId)) !== null;
}

/**
 * The same for a drill of which only its id is known, as the sweeper finds it in an instance's tags. A record that says
 * that the database was handed over decides; one of whom somebody else sealed it does not know.
 */
export async function isKeptDrill(
  drillId: string,
  ports: KeptRestorePorts & Pick<DrillPorts, 'ledger'>,
): Promise<boolean> {
  const record = await ports.ledger.show(drillId);
  if (record !== null && (record.handOver !== undefined || record.mode !== 'restore'))
    return record.handOver !== undefined;
  const state = await ports.evidence.find(evidenceOf.state, drillId);
  return state !== null && isKeptRestore(state, ports);
}

/**
 * Writes down that a restored database is kept from now on, for whoever cleans up after an abort, when the state that
 * says so is lost with the execution. The approval's record says the same, and later the tags of the instance: that this
 * cannot be written is no reason to keep nothing.
 */
export async function noteKept(
  { drillId, sandbox }: Pick<DrillState, 'drillId'> & { sandbox: { sandboxId: string } },
  at: string,
  { evidence }: Pick<DrillPorts, 'evidence'>,
): Promise<void> {
  const { sandboxId } = sandbox;
  await evidence.write(evidenceOf.promotion, drillId, { sandboxId, promotionAskedAt: at }).catch(() => {});
}
