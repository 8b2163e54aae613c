import * as z from 'zod';
import { unheardField } from '../lib/contract/metric-names.ts';
import {
  brokenPage,
  methodPage,
  outcomePage,
  type PageResponse,
  questionPage,
  refusedPage,
} from '../lib/runtimes/aws/approval-page.ts';
import { doorLogger } from '../lib/runtimes/aws/door-logger.ts';
import { approvalAnswersPort } from '../lib/runtimes/aws/ports/people.ts';
import { reportedError } from '../lib/runtimes/reported-error.ts';

/** A request to a Lambda function URL (payload format 2.0), as far as it is read. */
const request = z.object({
  requestContext: z.object({ http: z.object({ method: z.string() }) }),
  queryStringParameters: z.record(z.string(), z.string()).default({}),
});

/** The signed links of a notification: looking shows the plan, posting answers, once. A failure gets a page: its field in the log has the alarm ring. */
export const handler = async (event: unknown): Promise<PageResponse> => {
  const log = doorLogger('Answer approval', {});
  try {
    const { requestContext, queryStringParameters } = request.parse(event);
    const { method } = requestContext.http;
    if (!['GET', 'HEAD', 'POST'].includes(method)) return methodPage();
    const approvals = approvalAnswersPort();
    const check = await approvals.verify(queryStringParameters);
    if (check.state !== 'valid') return refusedPage(check);
    const { decision, approval } = check;
    if (method !== 'POST') return questionPage(decision, approval);
    const outcome = await approvals.answer({ drillId: approval.drillId, decision, by: 'link' });
    log.info('an approval was answered', { drillId: approval.drillId, decision, outcome: outcome.state });
    return outcomePage(outcome);
  } catch (error) {
    log.failed(reportedError(error), { [unheardField]: 'yes' });
    return brokenPage();
  }
};
