import { stateNames } from '../lib/machine/state-names.ts';
import { lambdaDoor } from '../lib/runtimes/aws/lambda-door.ts';
import { evidencePort } from '../lib/runtimes/aws/ports/evidence-and-ledger.ts';
import { approvalsPort, tellingPorts } from '../lib/runtimes/aws/ports/people.ts';
import { systemClock } from '../lib/runtimes/system-clock.ts';
import { askApprovalStep } from '../lib/steps/ask-approval.ts';

/** *Ask for approval*: keeps the task token where the answer finds it, and tells people. */
export const handler = lambdaDoor(stateNames.askApproval, (payload) =>
  askApprovalStep(payload, {
    ...tellingPorts(),
    approvals: approvalsPort(),
    evidence: evidencePort(),
    clock: systemClock,
  }),
);
