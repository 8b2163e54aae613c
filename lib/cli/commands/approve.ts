import type { ApprovalView } from '../../adapters/approvals/approval-outcomes.ts';
import { isAccessDenied } from '../../adapters/aws/aws-errors.ts';
import { DrillError } from '../../domain/findings/errors.ts';
import { visibleText } from '../../domain/text/visible-text.ts';
import { type Account, type AccountSurroundings, inAccount } from '../remote/account.ts';
import type { AccountOptions } from '../remote/account-options.ts';
import { executionArn } from '../remote/executions.ts';
import { callerArn } from '../remote/operator.ts';
import { stateToApprove } from '../remote/waiting-state.ts';
import { renderApproval } from '../render/approval.ts';
import { widthOf } from '../render/colour.ts';
import { type Ask, askOnTerminal } from '../terminal/ask.ts';

export interface ApproveOptions extends AccountOptions {
  /** Declines: what was restored is thrown away. */
  decline?: boolean;
  /** Answers without asking. */
  yes?: boolean;
}

type Decision = 'approved' | 'declined';

/**
 * `restore-drill approve`: answers a real restore that waits. 0 when the answer counts, 2 when it does not: the person
 * stepped back, somebody else answered otherwise, or nothing waits any more.
 *
 * @throws DrillError REQUEST_INVALID when nothing waits under this id, or nobody can be asked and --yes is missing
 */
export async function approve(
  drillId: string,
  options: ApproveOptions,
  surroundings?: AccountSurroundings,
  ask: Ask = askOnTerminal,
): Promise<number> {
  const decision: Decision = options.decline === true ? 'declined' : 'approved';
  return inAccount(
    options,
    async (account) => {
      const { createApprovalAnswers } = await import('../../adapters/approvals/approval-answers.ts');
      const approvals = createApprovalAnswers({
        client: await account.clients.dynamoDb(),
        tableName: account.stack.ledgerTable,
        sfn: await account.clients.states(),
        clock: account.clock,
      });
      const approval = await approvals.find(drillId);
      if (approval === null) throw nothingWaits(drillId, account);
      if (approval.answer !== null && approval.answer.decision !== decision)
        return answeredBefore(approval.answer);
      await show(approval, account);
      if (options.yes !== true && !(await confirmed(approval, decision, ask))) {
        process.stderr.write(`nothing was answered; the restore waits until ${approval.expiresAt}\n`);
        return 2;
      }
      const by = (await callerArn(await account.clients.sts())).slice(0, 200);
      const outcome = await approvals.answer({ drillId, decision, by });
      switch (outcome.state) {
        case 'answered':
          return accepted(drillId, decision, account);
        case 'already answered':
          return outcome.decision === decision ? alreadySo(outcome) : answeredBefore(outcome);
        case 'expired':
          return tooLate(`nobody had answered by ${outcome.expiresAt}`);
        case 'no longer waiting':
          return tooLate('the execution no longer waits');
        case 'unknown':
          throw nothingWaits(drillId, account);
      }
    },
    surroundings,
  );
}

async function show({ drillId, database, plan, expiresAt }: ApprovalView, account: Account): Promise<void> {
  const arn = executionArn(account.stack.stateMachineArn, drillId);
  const state = await stateToApprove(await account.clients.states(), arn).catch((error: unknown) => {
    // Whoever may answer need not be allowed to read histories: the plan of the notification is shown then.
    if (!isAccessDenied(error)) throw error;
    process.stderr.write('the history may not be read (states:GetExecutionHistory): no verdict is shown\n\n');
    return null;
  });
  process.stderr.write(
    renderApproval({ drillId, database, plan, expiresAt, state }, widthOf(process.stderr)),
  );
}

async function confirmed({ database }: ApprovalView, decision: Decision, ask: Ask): Promise<boolean> {
  const what = decision === 'approved' ? 'keep it' : 'throw it away';
  const answer = await ask(`Type ${visibleText(database)} to ${what}: `);
  if (answer !== null) return answer.trim() === database;
  throw new DrillError('REQUEST_INVALID', 'there is no terminal to ask on', {
    hint: 'Add --yes to answer without being asked.',
  });
}

function accepted(drillId: string, decision: Decision, { repeated }: Account): number {
  const next =
    decision === 'approved' ? 'it is promoted and handed over now' : 'what was restored is being removed';
  process.stderr.write(`${decision}: ${next}\n  watch it with: restore-drill watch ${drillId}${repeated}\n`);
  return 0;
}

function alreadySo({ decision, by }: { decision: Decision; by: string }): number {
  process.stderr.write(`it was ${decision} before, by ${visibleText(by)}\n`);
  return 0;
}

function answeredBefore(answer: { decision: Decision; by: string; answeredAt: string }): number {
  process.stderr.write(
    `too late: it was ${answer.decision} by ${visibleText(answer.by)} at ${answer.answeredAt}\n`,
  );
  return 2;
}

function tooLate(reason: string): number {
  process.stderr.write(`too late: ${reason}; what was restored is removed\n`);
  return 2;
}

function nothingWaits(drillId: string, { repeated }: Account): DrillError {
  return new DrillError('REQUEST_INVALID', `no restore "${visibleText(drillId)}" waits for approval`, {
    hint: `See how far it is with \`restore-drill watch ${drillId}${repeated}\`; only a real restore asks, after its checks.`,
  });
}
