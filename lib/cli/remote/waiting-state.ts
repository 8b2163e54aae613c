import type { SFNClient } from '@aws-sdk/client-sfn';
import type { DrillState } from '../../domain/drill/drill-state.ts';
import { parseDrillState } from '../../domain/drill/state-schema.ts';
import { stateNames } from '../../machine/state-names.ts';
import { historyBackwards } from './executions.ts';

/**
 * The state that the question was asked with: what there is to approve. Null when the history does not show it: not
 * asked yet, or too long a document.
 */
export async function stateToApprove(client: SFNClient, arn: string): Promise<DrillState | null> {
  for await (const { stateEnteredEventDetails: entered } of historyBackwards(client, arn)) {
    if (entered?.name !== stateNames.askApproval) continue;
    try {
      return parseDrillState(JSON.parse(entered.input ?? ''));
    } catch {
      return null;
    }
  }
  return null;
}
