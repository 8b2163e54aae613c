import { stateNames } from '../lib/machine/state-names.ts';
import { lambdaDoor } from '../lib/runtimes/aws/lambda-door.ts';
import { announcementsPort } from '../lib/runtimes/aws/ports/announcements-port.ts';
import { systemClock } from '../lib/runtimes/system-clock.ts';
import { askApprovalStep } from '../lib/steps/ask-approval.ts';

/** *Ask for approval*: keeps the task token where the answer finds it, and tells people. */
export const handler = lambdaDoor(stateNames.askApproval, (payload) =>
  askApprovalStep(payload, { announcements: announcementsPort(), clock: systemClock }),
);
