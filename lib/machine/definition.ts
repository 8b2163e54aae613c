/**
 * The state machine of a drill, written once: this is what is deployed, and what the local run interprets.
 *
 * Shape of `$`: one small JSON document, the DrillState (domain/drill-state.ts). Every Lambda takes it and gives back
 * the next one, so a state's output replaces `$`; a caught error is added as `$.failure` and read by Judge. What is
 * large (accounts, check results) lies in the evidence store, because a payload may not exceed 256 KiB
 * (aws-facts section 3). JSONPath, because that is what both AWS and the local interpreter execute.
 *
 * `${…}` placeholders are filled at deploy time (ARNs) and by the local run.
 */
import { stateNames as s } from './state-names.ts';

/** Placeholders of the definition; each must be given to `fillPlaceholders`. */
export const lambdaPlaceholders = {
  normaliseRequest: '${NormaliseRequestFunction}',
  selectDump: '${SelectDumpFunction}',
  thawDump: '${ThawDumpFunction}',
  planSandbox: '${PlanSandboxFunction}',
  provisionSandbox: '${ProvisionSandboxFunction}',
  lookAtSandbox: '${LookAtSandboxFunction}',
  prepareRestore: '${PrepareRestoreFunction}',
  planChecks: '${PlanChecksFunction}',
  runCheck: '${RunCheckFunction}',
  judge: '${JudgeFunction}',
  tryOlderDump: '${TryOlderDumpFunction}',
  tearDownSandbox: '${TearDownSandboxFunction}',
  confirmGone: '${ConfirmGoneFunction}',
  sealRecord: '${SealRecordFunction}',
} as const;

export type LambdaStep = keyof typeof lambdaPlaceholders;

/**
 * Names under which Lambda itself reports that it is out of capacity or hiccuped before our code ran; nothing of ours
 * is ever retried by the machine, because a step knows better what is safe to repeat.
 */
const throttled = {
  ErrorEquals: [
    'Lambda.ServiceException',
    'Lambda.AWSLambdaException',
    'Lambda.SdkClientException',
    'Lambda.TooManyRequestsException',
  ],
  IntervalSeconds: 2,
  MaxAttempts: 5,
  BackoffRate: 2,
  MaxDelaySeconds: 60,
  JitterStrategy: 'FULL',
};

type State = Record<string, unknown>;

/** A Lambda that takes `$` and gives back the next `$`. Any error goes to Judge, or where `onError` says. */
function step(name: LambdaStep, timeoutSeconds: number, next: string, onError: string = s.judge): State {
  return {
    Type: 'Task',
    Resource: 'arn:aws:states:::lambda:invoke',
    Parameters: { FunctionName: lambdaPlaceholders[name], 'Payload.$': '$' },
    OutputPath: '$.Payload',
    TimeoutSeconds: timeoutSeconds,
    Retry: [throttled],
    Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.failure', Next: onError }],
    Next: next,
  };
}

function choose(rules: State[], otherwise: string): State {
  return { Type: 'Choice', Choices: rules, Default: otherwise };
}

const when = (variable: string, value: string, next: string): State => ({
  Variable: variable,
  StringEquals: value,
  Next: next,
});

/** Seconds a restore may take before the machine gives up on it; the plan may only lower it. */
export const restoreTimeoutSeconds = 24 * 3600;
/** The task reports at least every minute; five missed reports mean that it is gone. */
export const restoreHeartbeatSeconds = 300;

/**
 * Fargate task with a task token. It gets two pointers only (overrides are limited to 8,192 characters) and reads the
 * rest from the evidence store.
 */
const restoreState: State = {
  Type: 'Task',
  Resource: 'arn:aws:states:::ecs:runTask.waitForTaskToken',
  Parameters: {
    LaunchType: 'FARGATE',
    Cluster: '${RestoreCluster}',
    'TaskDefinition.$': '$.restoreTask.taskDefinition',
    PropagateTags: 'TASK_DEFINITION',
    NetworkConfiguration: {
      AwsvpcConfiguration: {
        'Subnets.$': '$.restoreTask.subnets',
        'SecurityGroups.$': '$.restoreTask.securityGroups',
        'AssignPublicIp.$': '$.restoreTask.assignPublicIp',
      },
    },
    Overrides: {
      ContainerOverrides: [
        {
          Name: 'restore',
          Environment: [
            { Name: 'DRILL_ID', 'Value.$': '$.drillId' },
            { Name: 'ATTEMPT', 'Value.$': "States.Format('{}', $.attempt)" },
            { Name: 'TASK_TOKEN', 'Value.$': '$$.Task.Token' },
          ],
        },
      ],
    },
  },
  ResultPath: '$.restored',
  TimeoutSeconds: restoreTimeoutSeconds,
  HeartbeatSeconds: restoreHeartbeatSeconds,
  Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.failure', Next: s.judge }],
  Next: s.planChecks,
};

/** Each check in its own invocation, four at a time: more would compete for the sandbox's own processors. */
const checksState: State = {
  Type: 'Map',
  ItemsPath: '$.checks',
  ItemSelector: {
    'drillId.$': '$.drillId',
    'attempt.$': '$.attempt',
    'database.$': '$.database',
    'address.$': '$.sandbox.address',
    'check.$': '$$.Map.Item.Value',
  },
  MaxConcurrency: 4,
  ItemProcessor: {
    ProcessorConfig: { Mode: 'INLINE' },
    StartAt: s.runCheck,
    States: {
      [s.runCheck]: {
        Type: 'Task',
        Resource: 'arn:aws:states:::lambda:invoke',
        Parameters: { FunctionName: lambdaPlaceholders.runCheck, 'Payload.$': '$' },
        OutputPath: '$.Payload',
        TimeoutSeconds: 900,
        Retry: [throttled],
        // A check that dies is not a passed one: without its result in the evidence store, Judge counts it as not run.
        Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.failure', Next: s.checkNotRun }],
        End: true,
      },
      [s.checkNotRun]: {
        Type: 'Pass',
        Parameters: { 'index.$': '$.check.index', status: 'could not run', 'failure.$': '$.failure' },
        End: true,
      },
    },
  },
  ResultPath: '$.checkOutcomes',
  Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.failure', Next: s.judge }],
  Next: s.judge,
};

/** Every state of a drill. Pure data; see docs/architecture.md for the picture. */
export function drillStates(): Record<string, State> {
  return {
    [s.normaliseRequest]: {
      ...step('normaliseRequest', 60, s.requestAccepted, s.failNotSealed),
      Parameters: {
        FunctionName: lambdaPlaceholders.normaliseRequest,
        Payload: {
          'input.$': '$',
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
    [s.requestAccepted]: choose([when('$.stage', 'refused', s.sealRecord)], s.selectDump),
    [s.selectDump]: step('selectDump', 300, s.dumpFound),
    [s.dumpFound]: choose([when('$.stage', 'dump selected', s.thawDump)], s.judge),
    [s.thawDump]: step('thawDump', 60, s.dumpReadable),
    [s.dumpReadable]: choose(
      [when('$.stage', 'dump thawing', s.waitForThaw), when('$.stage', 'dump readable', s.planSandbox)],
      s.judge,
    ),
    // Standard retrievals take 3 to 12 hours (aws-facts section 5): 15 minutes cost at most 50 looks.
    [s.waitForThaw]: { Type: 'Wait', Seconds: 900, Next: s.thawDump },
    [s.planSandbox]: step('planSandbox', 120, s.planPossible),
    [s.planPossible]: choose(
      [
        when('$.stage', 'sandbox planned', s.provisionSandbox),
        when('$.stage', 'sandbox at hand', s.prepareRestore),
      ],
      s.judge,
    ),
    [s.provisionSandbox]: step('provisionSandbox', 300, s.waitForSandbox),
    // 30 s a look: an hour of waiting is 120 looks, about 600 of the 25,000 history events.
    [s.waitForSandbox]: { Type: 'Wait', Seconds: 30, Next: s.lookAtSandbox },
    [s.lookAtSandbox]: step('lookAtSandbox', 120, s.sandboxReady),
    [s.sandboxReady]: choose(
      [
        when('$.stage', 'sandbox pending', s.waitForSandbox),
        when('$.stage', 'sandbox ready', s.prepareRestore),
      ],
      s.judge,
    ),
    [s.prepareRestore]: step('prepareRestore', 120, s.restoreDump),
    [s.restoreDump]: restoreState,
    [s.planChecks]: step('planChecks', 300, s.runChecks),
    [s.runChecks]: checksState,
    [s.judge]: step('judge', 300, s.olderDumpWorthTrying, s.tearDownSandbox),
    [s.olderDumpWorthTrying]: choose([when('$.stage', 'try older dump', s.tryOlderDump)], s.tearDownSandbox),
    [s.tryOlderDump]: step('tryOlderDump', 300, s.dumpFound),
    [s.tearDownSandbox]: step('tearDownSandbox', 300, s.waitForTeardown, s.teardownUnconfirmed),
    [s.waitForTeardown]: { Type: 'Wait', Seconds: 30, Next: s.confirmGone },
    [s.confirmGone]: step('confirmGone', 120, s.sandboxGone, s.teardownUnconfirmed),
    [s.sandboxGone]: choose([when('$.stage', 'sandbox leaving', s.waitForTeardown)], s.sealRecord),
    // Teardown never changes a verdict; that it failed is written into the record, and the sweeper goes on trying.
    [s.teardownUnconfirmed]: {
      Type: 'Pass',
      Result: 'failed',
      ResultPath: '$.teardownProblem',
      Next: s.sealRecord,
    },
    [s.sealRecord]: step('sealRecord', 300, s.proven, s.failNotSealed),
    [s.proven]: choose(
      [when('$.verdict', 'PROVEN', s.succeed), when('$.verdict', 'NOT_PROVEN', s.failNotProven)],
      s.failCouldNotVerify,
    ),
    [s.succeed]: { Type: 'Succeed' },
    [s.failNotProven]: { Type: 'Fail', Error: 'NOT_PROVEN', CausePath: '$.summary' },
    [s.failCouldNotVerify]: { Type: 'Fail', Error: 'COULD_NOT_VERIFY', CausePath: '$.summary' },
    [s.failNotSealed]: {
      Type: 'Fail',
      Error: 'RECORD_NOT_SEALED',
      Cause: 'The drill ended without a record. The sweeper removes what is left; see the last failed state.',
    },
  };
}

/** The whole definition with its placeholders. */
export function drillMachine(): {
  Comment: string;
  StartAt: string;
  TimeoutSeconds: number;
  States: Record<string, State>;
} {
  return {
    Comment: 'restore-drill: proves a PostgreSQL dump by restoring it',
    StartAt: s.normaliseRequest,
    // A day of restoring, half a day of thawing, and the rest. Ends without any Catch: the abort rule cleans up.
    TimeoutSeconds: 40 * 3600,
    States: drillStates(),
  };
}

/** Fills `${…}` placeholders. @throws Error naming the placeholders that were not given */
export function fillPlaceholders(definition: object, values: Record<string, string>): object {
  const missing = new Set<string>();
  const text = JSON.stringify(definition).replace(/\$\{(\w+)\}/g, (_whole, name: string) => {
    const value = values[name];
    if (value === undefined) missing.add(name);
    return JSON.stringify(value ?? '').slice(1, -1);
  });
  if (missing.size > 0) throw new Error(`placeholders without a value: ${[...missing].join(', ')}`);
  return JSON.parse(text) as object;
}
