import * as z from 'zod';
import { evidenceOf } from '../contract/evidence.ts';
import type { DrillState } from '../domain/drill/drill-state.ts';
import { parseDrillState } from '../domain/drill/state-schema.ts';
import type { AttemptReport } from '../domain/record/attempt-report.ts';
import type { ApprovalQuestion, ApprovalWay } from '../ports/approvals.ts';
import type { DrillPorts } from '../ports/drill-ports.ts';
import { tellPeople } from './tell-people.ts';

type AskPorts = Pick<DrillPorts, 'approvals' | 'notifiers' | 'mishaps' | 'evidence' | 'clock'>;

/** What the machine hands over: the state, and the token that the answer must carry. */
const question = z.object({ state: z.unknown(), taskToken: z.string().min(1) });

/**
 * Asks a person. The answer comes by the token; what this gives back is not looked at. Neither a report that cannot be
 * read nor a question that cannot be kept ends the restore: people are told what there is.
 */
export async function askApprovalStep(payload: unknown, ports: AskPorts): Promise<{ expiresAt: string }> {
  const { state: document, taskToken } = question.parse(payload);
  const state = parseDrillState(document);
  const expiresAt = new Date(ports.clock.now().getTime() + state.approvalTimeoutSeconds * 1000).toISOString();
  const report = await readReport(state, ports);
  const way = await openQuestion({ state, report, taskToken, expiresAt }, ports);
  await tellPeople({ kind: 'approval needed', state, expiresAt, way, report }, ports);
  return { expiresAt };
}

async function readReport(
  { drillId, attempt }: DrillState,
  { evidence, mishaps }: AskPorts,
): Promise<AttemptReport | null> {
  try {
    return await evidence.find(evidenceOf.attempt(attempt), drillId);
  } catch (error) {
    mishaps.tell({ what: 'read the report of the attempt', drillId, error, unheard: false });
    return null;
  }
}

async function openQuestion(
  asked: ApprovalQuestion,
  { approvals, mishaps }: AskPorts,
): Promise<ApprovalWay | null> {
  if (approvals === null) return null;
  try {
    return await approvals.open(asked);
  } catch (error) {
    mishaps.tell({ what: 'keep the approval', drillId: asked.state.drillId, error, unheard: true });
    return null;
  }
}
