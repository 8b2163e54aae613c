/**
 * The state machine of a drill, written once: this is what is deployed, and what the local run interprets.
 *
 * Shape of `$`: one small JSON document, the DrillState (domain/drill-state.ts). Every Lambda takes it and gives back
 * the next one, so a state's output replaces `$`; a caught error is added as `$.failure` and read by Judge. What is
 * large (accounts, check results) lies in the evidence store, because a payload may not exceed 256 KiB
 * (docs/facts.md#sizes-in-step-functions). JSONPath, because that is what both AWS and the local interpreter execute.
 *
 * `${…}` placeholders are filled at deploy time (ARNs) and by the local run. Tasks of the restore and the checks:
 * restore-states.ts; a real restore after Judge: keep-states.ts.
 */

import { machineEdition } from '../domain/drill/machine-edition.ts';
import { keepStates } from './keep-states.ts';
import { lambdaPlaceholders } from './placeholders.ts';
import { restoreAndCheckStates } from './restore-states.ts';
import { stateNames as s } from './state-names.ts';
import { all, atStage, choose, given, is, present, type State, step, when } from './task-state.ts';

export { fillPlaceholders, type LambdaStep, lambdaPlaceholders } from './placeholders.ts';
export { restoreHeartbeatSeconds, restoreTimeoutSeconds } from './restore-states.ts';

/**
 * Longest execution, and so the longest life of a lock and of the lease of a real restore: half a day of thawing, a
 * day of restoring and long checks, a day of waiting for a person, and the rest.
 */
export const machineTimeoutSeconds = 72 * 3600;

/** Every state of a drill. Pure data; see docs/architecture.md for the picture. */
function drillStates(): Record<string, State> {
  return {
    ...selectStates,
    ...sandboxStates,
    ...restoreAndCheckStates,
    [s.judge]: step('judge', 300, s.olderDumpWorthTrying, s.tearDownSandbox),
    [s.olderDumpWorthTrying]: choose([atStage('try older dump', s.tryOlderDump)], s.keepRestored),
    // Not to Judge: it would find the same dumps left and send the drill here again, for ever.
    [s.tryOlderDump]: step('tryOlderDump', 300, s.dumpFound, s.tearDownSandbox),
    ...keepStates,
    ...endStates,
  };
}

const selectStates: Record<string, State> = {
  [s.normaliseRequest]: {
    ...step('normaliseRequest', 60, s.requestAccepted, s.failNotSealed),
    Parameters: {
      FunctionName: lambdaPlaceholders.normaliseRequest,
      Payload: {
        'input.$': '$',
        machine: machineEdition,
        execution: {
          'id.$': '$$.Execution.Id',
          'name.$': '$$.Execution.Name',
          'startedAt.$': '$$.Execution.StartTime',
        },
      },
    },
    // The input may be any JSON, even a string, into which no `failure` could be written: replace it.
    Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$', Next: s.failNotSealed }],
  },
  [s.requestAccepted]: choose([atStage('refused', s.sealRecord)], s.selectDump),
  // An archive of uploads beside the dump is unpacked to its end: some 50 GB in this time.
  [s.selectDump]: step('selectDump', 900, s.dumpFound),
  [s.dumpFound]: choose([atStage('dump selected', s.thawDump)], s.judge),
  [s.thawDump]: step('thawDump', 60, s.dumpReadable),
  [s.dumpReadable]: choose(
    [atStage('dump thawing', s.waitForThaw), atStage('dump readable', s.planSandbox)],
    s.judge,
  ),
  // Standard retrievals take 3 to 12 hours (docs/facts.md#archived-objects): 15 minutes cost at most 50 looks.
  [s.waitForThaw]: { Type: 'Wait', Seconds: 900, Next: s.thawDump },
};

const sandboxStates: Record<string, State> = {
  [s.planSandbox]: step('planSandbox', 120, s.planPossible),
  [s.planPossible]: choose(
    [
      atStage('sandbox planned', s.provisionSandbox),
      atStage('sandbox at hand', s.prepareRestore),
      atStage('dump to read', s.readDump),
      atStage('waiting for a slot', s.waitForSlot),
    ],
    s.judge,
  ),
  // As many drills run as may run at once. A day of waiting is 288 looks: 2,600 of the 25,000 history events.
  [s.waitForSlot]: { Type: 'Wait', Seconds: 300, Next: s.planSandbox },
  [s.provisionSandbox]: step('provisionSandbox', 300, s.sandboxReady),
  // 30 s a look: an hour of waiting is 120 looks, about 600 of the 25,000 history events.
  [s.waitForSandbox]: { Type: 'Wait', Seconds: 30, Next: s.lookAtSandbox },
  [s.lookAtSandbox]: step('lookAtSandbox', 120, s.sandboxReady),
  [s.sandboxReady]: choose(
    [
      atStage('sandbox pending', s.waitForSandbox),
      atStage('sandbox ready', s.prepareRestore),
      atStage('sandbox without capacity', s.provisionSandbox),
    ],
    s.judge,
  ),
};

const endStates: Record<string, State> = {
  [s.tearDownSandbox]: step('tearDownSandbox', 300, s.waitForTeardown, s.teardownUnconfirmed),
  // RDS needs 5 minutes and more, and nobody waits for it: 60 s a look.
  [s.waitForTeardown]: { Type: 'Wait', Seconds: 60, Next: s.confirmGone },
  [s.confirmGone]: step('confirmGone', 120, s.sandboxGone, s.teardownUnconfirmed),
  [s.sandboxGone]: choose([atStage('sandbox leaving', s.waitForTeardown)], s.sealRecord),
  // Teardown never changes a verdict; that it failed is written into the record, and the sweeper goes on trying.
  [s.teardownUnconfirmed]: {
    Type: 'Pass',
    Result: 'failed',
    ResultPath: '$.teardownProblem',
    Next: s.sealRecord,
  },
  [s.sealRecord]: step('sealRecord', 300, s.proven, s.failNotSealed),
  // A real restore succeeds when its database was handed over, and only then; a drill when it proved.
  [s.proven]: choose(
    [
      when(all(given('$.handOver'), { Variable: '$.handOver.complete', BooleanEquals: true }), s.handedOver),
      when(given('$.handOver'), s.failHandOverIncomplete),
      when(
        all(given('$.approval'), present('$.approval.decision'), is('$.approval.decision', 'declined')),
        s.failDeclined,
      ),
      when(all(is('$.verdict', 'PROVEN'), is('$.request.mode', 'drill')), s.succeed),
      when(is('$.verdict', 'PROVEN'), s.failNotHandedOver),
      when(is('$.verdict', 'NOT_PROVEN'), s.failNotProven),
    ],
    s.failCouldNotVerify,
  ),
  [s.succeed]: { Type: 'Succeed' },
  [s.handedOver]: { Type: 'Succeed' },
  [s.failNotProven]: { Type: 'Fail', Error: 'NOT_PROVEN', CausePath: '$.summary' },
  [s.failCouldNotVerify]: { Type: 'Fail', Error: 'COULD_NOT_VERIFY', CausePath: '$.summary' },
  [s.failDeclined]: { Type: 'Fail', Error: 'RESTORE_DECLINED', CausePath: '$.summary' },
  [s.failNotHandedOver]: { Type: 'Fail', Error: 'NOT_HANDED_OVER', CausePath: '$.summary' },
  [s.failHandOverIncomplete]: { Type: 'Fail', Error: 'PROMOTION_FAILED', CausePath: '$.summary' },
  [s.failNotSealed]: {
    Type: 'Fail',
    Error: 'RECORD_NOT_SEALED',
    Cause: 'The drill ended without a record. The sweeper removes what is left; see the last failed state.',
  },
};

export interface DrillMachine {
  Comment: string;
  StartAt: string;
  TimeoutSeconds: number;
  States: Record<string, State>;
}

/** The whole definition with its placeholders. */
export function drillMachine(): DrillMachine {
  return {
    Comment: 'restore-drill: proves a PostgreSQL dump by restoring it',
    StartAt: s.normaliseRequest,
    // Ends without any Catch: the abort rule cleans up.
    TimeoutSeconds: machineTimeoutSeconds,
    States: drillStates(),
  };
}
