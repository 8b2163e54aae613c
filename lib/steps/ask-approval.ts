import * as z from 'zod';
import { parseDrillState } from '../domain/drill/drill-state.ts';
import type { DrillPorts } from '../ports/drill-ports.ts';

/** What the machine hands over: the state, and the token that the answer must carry. */
const question = z.object({ state: z.unknown(), taskToken: z.string().min(1) });

/** Asks a person. The answer comes by the token; what this gives back is not looked at. */
export async function askApprovalStep(
  payload: unknown,
  ports: Pick<DrillPorts, 'announcements' | 'clock'>,
): Promise<{ expiresAt: string }> {
  const { state: document, taskToken } = question.parse(payload);
  const state = parseDrillState(document);
  const expiresAt = new Date(ports.clock.now().getTime() + state.approvalTimeoutSeconds * 1000).toISOString();
  await ports.announcements.approvalNeeded({ state, taskToken, expiresAt });
  return { expiresAt };
}
