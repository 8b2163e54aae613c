import {
  SendTaskFailureCommand,
  SendTaskHeartbeatCommand,
  SendTaskSuccessCommand,
  type SFNClient,
} from '@aws-sdk/client-sfn';
import type { ReportedError } from '../reported-error.ts';

/** The token is no longer waited for: the state timed out, or its execution ended. Nothing that follows counts. */
const tokenGone = new Set(['TaskTimedOut', 'TaskDoesNotExist', 'InvalidToken']);

/** What the state machine did with a report. */
export type Receipt = 'taken' | 'nobody waits';

/** The state that waits for this task. The token stays in here: whoever has it can answer in our place. */
export interface WaitingState {
  /** @throws an error of the SDK when the service cannot be reached */
  heartbeat(): Promise<Receipt>;
  succeed(output: unknown): Promise<Receipt>;
  fail(error: ReportedError): Promise<Receipt>;
}

/** Errors and causes have limits (docs/facts.md#sizes-in-step-functions); reported-error.ts keeps below both. */
export function waitingState(client: SFNClient, taskToken: string): WaitingState {
  const sent = async (send: Promise<unknown>): Promise<Receipt> => {
    try {
      await send;
      return 'taken';
    } catch (error) {
      if (error instanceof Error && tokenGone.has(error.name)) return 'nobody waits';
      throw error;
    }
  };
  return {
    heartbeat: () => sent(client.send(new SendTaskHeartbeatCommand({ taskToken }))),
    succeed: (output) =>
      sent(client.send(new SendTaskSuccessCommand({ taskToken, output: JSON.stringify(output ?? {}) }))),
    // The shape is Lambda's, so that Judge reads both alike and the console shows the hint.
    fail: ({ name, message, hint }) =>
      sent(
        client.send(
          new SendTaskFailureCommand({
            taskToken,
            error: name,
            cause: JSON.stringify({ errorType: name, errorMessage: message, hint }),
          }),
        ),
      ),
  };
}
