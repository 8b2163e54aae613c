import type { SFNClient } from '@aws-sdk/client-sfn';
import { createApprovalAnswers } from '../../lib/adapters/approvals/approval-answers.ts';
import { createApprovals } from '../../lib/adapters/approvals/approvals.ts';
import type { ApprovalQuestion } from '../../lib/ports/approvals.ts';

export const approvalUrl = 'https://abc.lambda-url.eu-west-1.on.aws/';

/** Both sides of an approval over one table: who asks, and who answers by the query of a link. */
export function approvalDesk(
  options: Omit<Parameters<typeof createApprovals>[0], 'approvalUrl'> & { sfn: SFNClient },
) {
  const approvals = createApprovals({ ...options, approvalUrl });
  return {
    ...createApprovalAnswers(options),
    async open(question: ApprovalQuestion) {
      const way = await approvals.open(question);
      if (way === 'command line') throw new Error('approvals with an address have links');
      const { approve, decline } = way;
      return { approve: queryOf(approve), decline: queryOf(decline) };
    },
  };
}

/** The query that the function URL gets when somebody opens the link. */
function queryOf(link: string) {
  const url = new URL(link);
  if (!link.startsWith(`${approvalUrl}?`)) throw new Error(`not a link to ${approvalUrl}: ${url.origin}`);
  const { drill = '', decision = '', expires = '', signature = '' } = Object.fromEntries(url.searchParams);
  return { drill, decision, expires, signature };
}
