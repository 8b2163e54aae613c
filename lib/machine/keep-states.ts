import { lambdaPlaceholders } from './placeholders.ts';
import { stateNames as s } from './state-names.ts';
import {
  all,
  atStage,
  choose,
  given,
  is,
  onFailure,
  present,
  type State,
  step,
  throttled,
  when,
} from './task-state.ts';

/** Lambda says this before any of our code ran: repeating it is safe even where the work itself must not repeat. */
const notInvoked = { ...throttled, ErrorEquals: ['Lambda.TooManyRequestsException'] };

/**
 * A real restore after Judge. Up to "Ready to promote?" whatever goes wrong leads to teardown; from "Promote" on
 * nothing does: the restored database is the user's, complete or not.
 */
export const keepStates: Record<string, State> = {
  [s.keepRestored]: choose(
    [atStage('awaiting approval', s.approvalNeeded), atStage('approved', s.approvalNeeded)],
    s.tearDownSandbox,
  ),
  // drills.yaml may waive the question; then the answer is there already.
  [s.approvalNeeded]: choose([when(given('$.approval'), s.approved)], s.askApproval),
  [s.askApproval]: {
    Type: 'Task',
    Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
    Parameters: {
      FunctionName: lambdaPlaceholders.askApproval,
      Payload: { 'state.$': '$', 'taskToken.$': '$$.Task.Token' },
    },
    ResultPath: '$.approval',
    TimeoutSecondsPath: '$.approvalTimeoutSeconds',
    Retry: [throttled],
    Catch: [
      { ErrorEquals: ['States.Timeout'], ResultPath: '$.unanswered', Next: s.nobodyAnswered },
      onFailure(s.tearDownSandbox),
    ],
    Next: s.approved,
  },
  [s.nobodyAnswered]: {
    Type: 'Pass',
    Result: { decision: 'declined', by: 'nobody in time' },
    ResultPath: '$.approval',
    Next: s.tearDownSandbox,
  },
  [s.approved]: choose(
    [when(all(present('$.approval.decision'), is('$.approval.decision', 'approved')), s.prepareHandOver)],
    s.tearDownSandbox,
  ),
  [s.prepareHandOver]: {
    ...step('prepareHandOver', 600, s.readyToPromote, s.tearDownSandbox),
    Retry: [notInvoked],
  },
  [s.readyToPromote]: choose([atStage('ready to promote', s.promote)], s.tearDownSandbox),
  [s.promote]: step('promote', 300, s.waitForPromotion, s.handOver),
  // A standby takes minutes to hours to be made: 60 s a look, six hours at most, are 360 looks.
  [s.waitForPromotion]: { Type: 'Wait', Seconds: 60, Next: s.lookAtPromotion },
  [s.lookAtPromotion]: step('lookAtPromotion', 120, s.promoted, s.handOver),
  [s.promoted]: choose([atStage('promotion pending', s.waitForPromotion)], s.handOver),
  [s.handOver]: step('handOver', 120, s.sealRecord, s.sealRecord),
};
