import { restoreTaskEnvironment as env } from '../contract/environment.ts';
import { hookContainerNames, restoreContainerName } from '../contract/names.ts';
import { askAgainForTask, fargateTask, noTaskStarted } from './fargate-task.ts';
import { lambdaPlaceholders } from './placeholders.ts';
import { stateNames as s } from './state-names.ts';
import {
  all,
  attemptText,
  choose,
  functionNotStarted,
  given,
  invocationRetries,
  onFailure,
  present,
  type State,
  step,
  when,
} from './task-state.ts';

/** Seconds a restore may take before the machine gives up on it; the plan may only lower it. */
export const restoreTimeoutSeconds = 24 * 3600;
/** The task reports at least every minute; five missed reports mean that it is gone. */
export const restoreHeartbeatSeconds = 300;

/** Two pointers and the token: overrides are limited to 8,192 characters, so the task reads the rest from evidence. */
const pointers = (command: string): State[] => [
  { Name: env.command, Value: command },
  { Name: env.drillId, 'Value.$': '$.drillId' },
  { Name: env.attempt, 'Value.$': attemptText },
];

/** Our container, which answers by task token and reports by heartbeats. */
function restoreTask(command: string): State {
  const token = { Name: env.taskToken, 'Value.$': '$$.Task.Token' };
  return {
    ...fargateTask('waitForTaskToken', '$.restoreTask.taskDefinition', [
      { Name: restoreContainerName, Environment: [...pointers(command), token] },
    ]),
    TimeoutSeconds: restoreTimeoutSeconds,
    HeartbeatSeconds: restoreHeartbeatSeconds,
  };
}

/**
 * The same with a volume for its server. `ecs:runTask` passes none on (docs/facts.md#volumes-of-tasks), so a function starts the
 * task, waits until it runs and hands the token on. A function that may have run is not invoked again: two restores into one
 * sandbox would be worse than a drill that must be started again.
 */
const restoreTaskOnVolume: State = {
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
  Parameters: {
    FunctionName: lambdaPlaceholders.restoreOnVolume,
    Payload: {
      'drillId.$': '$.drillId',
      'attempt.$': '$.attempt',
      'place.$': '$.restoreTask',
      'leaseExpiresAt.$': '$.plan.leaseExpiresAt',
      'taskToken.$': '$$.Task.Token',
    },
  },
  Retry: [functionNotStarted, askAgainForTask],
  TimeoutSeconds: restoreTimeoutSeconds,
  HeartbeatSeconds: restoreHeartbeatSeconds,
};

/** For our container beside a hook, which has no right on the evidence: the hook beside it has the same role. */
const sandboxAddress: State[] = [
  { Name: env.sandboxHost, 'Value.$': '$.sandbox.address.host' },
  { Name: env.sandboxPort, 'Value.$': "States.Format('{}', $.sandbox.address.port)" },
  { Name: env.sandboxRole, 'Value.$': '$.sandbox.address.masterRole' },
];

/** The user's container against the sandbox. However it ends is kept: Judge makes a check of it. */
function hookTask(hook: 'migrate' | 'smokeTest', next: string): State {
  return {
    ...fargateTask('sync', `$.restored.hooks.${hook}.taskDefinition`, [
      { Name: hookContainerNames.credentials, Environment: [...pointers('credentials'), ...sandboxAddress] },
      { Name: hookContainerNames.hook, 'Environment.$': `$.restored.hooks.${hook}.environment` },
    ]),
    TimeoutSecondsPath: `$.restored.hooks.${hook}.timeoutSeconds`,
    ResultPath: `$.hookOutcomes.${hook}`,
    Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: `$.hookOutcomes.${hook}`, Next: next }],
    Next: next,
  };
}

/** The restore says which hooks are to run: only it knows the databases, and whether they are whole. */
const hookWanted = (hook: 'migrate' | 'smokeTest'): State =>
  all(given('$.restored'), given(`$.restored.hooks.${hook}`));

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
        Retry: invocationRetries,
        // A check that dies is not a passed one: without its result in the evidence store, Judge counts it as not run.
        Catch: [onFailure(s.checkNotRun)],
        End: true,
      },
      [s.checkNotRun]: {
        Type: 'Pass',
        Parameters: { 'index.$': '$.check.index', status: 'could not run', 'failure.$': '$.failure.Error' },
        End: true,
      },
    },
  },
  // Judge reads the results from evidence; a list of them here would grow with the number of databases.
  ResultPath: null,
  Catch: [onFailure(s.judge)],
  Next: s.smokeTestWanted,
};

const afterRestore: State = {
  ResultPath: '$.restored',
  Catch: [{ ErrorEquals: noTaskStarted, ResultPath: '$.failure', Next: s.otherTaskSize }, onFailure(s.judge)],
  Next: s.migrationWanted,
};

/** The reading of a dump in doubt; and from a sandbox at hand to everything that Judge needs to know. */
export const restoreAndCheckStates: Record<string, State> = {
  // Before a sandbox is made: a broken dump then costs none.
  [s.readDump]: {
    ...restoreTask('read'),
    ResultPath: '$.reading',
    Catch: [
      // To read first is thrift: what keeps it from being tried must not keep the drill from being tried.
      { ErrorEquals: noTaskStarted, ResultPath: '$.notRead', Next: s.provisionSandbox },
      onFailure(s.judge),
    ],
    Next: s.dumpWhole,
  },
  [s.dumpWhole]: choose(
    [
      when(
        all(present('$.reading.whole'), { Variable: '$.reading.whole', BooleanEquals: true }),
        s.provisionSandbox,
      ),
    ],
    s.judge,
  ),
  [s.prepareRestore]: step('prepareRestore', 120, s.volumeWanted),
  [s.volumeWanted]: choose([when(present('$.restoreTask.volume'), s.restoreOnVolume)], s.restoreDump),
  [s.restoreDump]: { ...restoreTask('restore'), ...afterRestore },
  [s.restoreOnVolume]: { ...restoreTaskOnVolume, ...afterRestore },
  // Nothing was started: Fargate may have room for a task of another size.
  [s.otherTaskSize]: choose([when(present('$.restoreTask.others[0]'), s.prepareRestore)], s.judge),
  [s.migrationWanted]: choose([when(hookWanted('migrate'), s.runMigration)], s.planChecks),
  [s.runMigration]: hookTask('migrate', s.planChecks),
  [s.planChecks]: step('planChecks', 300, s.longChecksPlanned),
  [s.longChecksPlanned]: choose([when(present('$.longChecks[0]'), s.runLongChecks)], s.runChecks),
  // What the task did not answer counts as not run; the other checks still have something to say.
  [s.runLongChecks]: {
    ...restoreTask('checks'),
    ResultPath: null,
    Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.longCheckFailure', Next: s.runChecks }],
    Next: s.runChecks,
  },
  [s.runChecks]: checksState,
  [s.smokeTestWanted]: choose([when(hookWanted('smokeTest'), s.runSmokeTest)], s.judge),
  [s.runSmokeTest]: hookTask('smokeTest', s.judge),
};
