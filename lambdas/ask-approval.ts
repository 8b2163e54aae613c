import { lambdaDoor } from '../lib/aws/lambda-door.ts';
import { announcementsPort } from '../lib/aws/ports/announcements-port.ts';
import { systemClock } from '../lib/local/system-clock.ts';
import { stateNames } from '../lib/machine/state-names.ts';
import { askApprovalStep } from '../lib/steps/ask-approval.ts';

/** *Ask for approval*: keeps the task token where the answer finds it, and tells people. */
export const handler = lambdaDoor(stateNames.askApproval, (payload) =>
  askApprovalStep(payload, { announcements: announcementsPort(), clock: systemClock }),
);
