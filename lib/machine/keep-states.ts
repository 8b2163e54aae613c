import { nobodyInTime } from '../domain/record/provenance.ts';
import { lambdaPlaceholders } from './placeholders.ts';
import { stateNames as s } from './state-names.ts';
import {
  all,
  atStage,
  choose,
  invocationRetries,
  is,
  onFailure,
  present,
  type State,
  step,
  when,
} from './task-state.ts';

/**
 * A real restore after Judge. Until a person has approved, whatever goes wrong leads to teardown; from then on nothing
 * does: hours of recovery that somebody wants are kept, complete or not, and what remains to be done is said.
 */
export const keepStates: Record<string, State> = {
  [s.keepRestored]: choose(
    // drills.yaml may waive the question; then the answer is there already.
    [atStage('awaiting approval', s.askApproval), atStage('approved', s.prepareHandOver)],
    s.tearDownSandbox,
  ),
  [s.askApproval]: {
    Type: 'Task',
    Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
    Parameters: {
      FunctionName: lambdaPlaceholders.askApproval,
      Payload: { 'state.$': '$', 'taskToken.$': '$$.Task.Token' },
    },
    ResultPath: '$.approval',
    TimeoutSecondsPath: '$.approvalTimeoutSeconds',
    Retry: invocationRetries,
    Catch: [
      { ErrorEquals: ['States.Timeout'], ResultPath: '$.unanswered', Next: s.nobodyAnswered },
      onFailure(s.tearDownSandbox),
    ],
    Next: s.approved,
  },
  [s.nobodyAnswered]: {
    Type: 'Pass',
    Result: { decision: 'declined', by: nobodyInTime },
    ResultPath: '$.approval',
    Next: s.tearDownSandbox,
  },
  [s.approved]: choose(
    [when(all(present('$.approval.decision'), is('$.approval.decision', 'approved')), s.prepareHandOver)],
    s.tearDownSandbox,
  ),
  // Not prepared is no reason to lose it: "Promote" keeps it and says what was left undone.
  [s.prepareHandOver]: step('prepareHandOver', 600, s.promote, s.promote),
  [s.promote]: step('promote', 300, s.waitForPromotion, s.handOver),
  // A standby takes minutes to hours to be made: 60 s a look, six hours at most, are 360 looks.
  [s.waitForPromotion]: { Type: 'Wait', Seconds: 60, Next: s.lookAtPromotion },
  [s.lookAtPromotion]: step('lookAtPromotion', 120, s.promoted, s.handOver),
  [s.promoted]: choose([atStage('promotion pending', s.waitForPromotion)], s.handOver),
  [s.handOver]: step('handOver', 120, s.sealRecord, s.sealRecord),
};
