import type { Account } from '../../remote/account.ts';
import { consoleUrl, describeExecution, startExecution } from '../../remote/executions.ts';
import { type Diagnosis, ok, problem } from '../diagnosis.ts';

/** Seconds until an execution that is refused at once must have ended: two functions, each with a cold start. */
const longestSeconds = 180;
const lookSeconds = 5;

/** A field that no request has: the first state refuses it, and nothing is locked or made. */
export const refusedRequest = { rehearsal: 'doctor --rehearse: this drill is refused on purpose' };

/**
 * Starts a drill that its first state refuses. It ends as a failed drill ends – in the state machine, the ledger, the
 * rule of EventBridge and the topic – and makes nothing. Whether its two messages arrived only their reader knows.
 */
export async function startRefusedDrill(account: Account): Promise<Diagnosis[]> {
  const { stack, clients, clock } = account;
  const what = 'messages';
  const states = await clients.states();
  const name = `rehearsal-${clock
    .now()
    .toISOString()
    .replace(/[^0-9TZ]/g, '')}`;
  const { arn } = await startExecution(states, stack.stateMachineArn, name, refusedRequest);
  for (let waited = 0; waited < longestSeconds; waited += lookSeconds) {
    await clock.sleep(lookSeconds);
    const { status } = await describeExecution(states, stack.stateMachineArn, name);
    if (status === 'RUNNING') continue;
    if (status !== 'FAILED')
      return [problem(what, `${name} should have been refused and ended ${status}: ${consoleUrl(arn)}`)];
    const detail = `${name} was refused as it should be; two messages about it must arrive within minutes, one of the drill and one of the rule`;
    const record = await (await account.ledger()).show(name);
    return [
      record !== null
        ? ok(what, detail)
        : problem(what, `${name} ended without a record in the ledger: ${consoleUrl(arn)}`),
    ];
  }
  return [problem(what, `${name} still runs after ${longestSeconds} seconds: ${consoleUrl(arn)}`)];
}
