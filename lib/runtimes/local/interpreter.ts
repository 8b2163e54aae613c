import './with-resolvers.ts';
import { StateMachine } from 'aws-local-stepfunctions';
import { restoreTaskEnvironment as env } from '../../contract/environment.ts';
import { hookContainerNames, restoreContainerName } from '../../contract/names.ts';
import { isDrillError } from '../../domain/findings/errors.ts';
import {
  type DrillMachine,
  drillMachine,
  fillPlaceholders,
  type LambdaStep,
  lambdaPlaceholders,
} from '../../machine/definition.ts';
import { stateNames } from '../../machine/state-names.ts';
import type { State } from '../../machine/task-state.ts';

/** What one state does on this machine: takes the state's effective input, gives its raw result. */
export type StateHandler = (input: unknown) => Promise<unknown>;

export interface Interpretation {
  /** Resolves with the output of Succeed; rejects with the error of Fail (its name is the Error). */
  result: Promise<unknown>;
  abort(): void;
}

const waits = [
  stateNames.waitForSandbox,
  stateNames.waitForTeardown,
  stateNames.waitForThaw,
  stateNames.waitForSlot,
  stateNames.waitForPromotion,
];

/** Looks at a local sandbox are cheap: a tenth of a second instead of AWS's half a minute. */
const localWaitMilliseconds = 100;

/** The environment that the machine gives to a container. */
export type ContainerEnvironment = Record<string, string>;

/** What stands in for the tasks of the definition. */
export interface DrillHandlers {
  /** Keyed as in the definition. */
  lambdas: Record<LambdaStep, StateHandler>;
  /** The restore task: COMMAND in its environment says what it is to do. */
  task: (environment: ContainerEnvironment) => Promise<unknown>;
  /** A container of the user's; gives back the task as ECS describes it. */
  hook: (environment: ContainerEnvironment) => Promise<unknown>;
  /** The answer of a person to a token that `askApproval` got. */
  answer: (taskToken: string) => Promise<unknown>;
}

/** Executes the deployed definition with local handlers for its tasks. */
export function interpretDrill(options: {
  executionName: string;
  startedAt: string;
  input: unknown;
  handlers: DrillHandlers;
  /** Another than today's, e.g. of an execution that began before a deployment. */
  machine?: DrillMachine;
}): Interpretation {
  const { lambdas, task, hook, answer } = options.handlers;
  // Validated by the tests, not at every start: it takes 0.7 s of processor time.
  const machine = new StateMachine(
    localDefinition(options.machine) as ConstructorParameters<typeof StateMachine>[0],
    {
      validationOptions: { noValidate: true },
    },
  );
  const handlers: Record<string, StateHandler> = {
    [stateNames.readDump]: (input) => task(environmentOf(input, restoreContainerName)),
    [stateNames.restoreDump]: (input) => task(environmentOf(input, restoreContainerName)),
    [stateNames.runLongChecks]: (input) => task(environmentOf(input, restoreContainerName)),
    [stateNames.runMigration]: (input) => hook(environmentOf(input, hookContainerNames.hook)),
    [stateNames.runSmokeTest]: (input) => hook(environmentOf(input, hookContainerNames.hook)),
  };
  for (const step of Object.keys(lambdaPlaceholders) as LambdaStep[]) {
    handlers[stateNames[step]] = async (input) => ({ Payload: await lambdas[step](payloadOf(input)) });
  }
  // The Lambda only asks; the state's result is the answer that comes by the token.
  handlers[stateNames.askApproval] = async (input) => {
    await lambdas.askApproval(payloadOf(input));
    return answer((payloadOf(input) as { taskToken: string }).taskToken);
  };
  // So does the one that starts a task with a volume: the task answers.
  handlers[stateNames.restoreOnVolume] = async (input) => {
    const payload = payloadOf(input) as { drillId: string; attempt: number };
    await lambdas.restoreOnVolume(payload);
    return task({
      [env.command]: 'restore',
      [env.drillId]: payload.drillId,
      [env.attempt]: String(payload.attempt),
    });
  };
  const spoken = Object.fromEntries(
    Object.entries(handlers).map(([name, handler]) => [name, withHint(handler)]),
  );
  const run = machine.run(options.input as Parameters<StateMachine['run']>[0], {
    overrides: {
      taskResourceLocalHandlers: spoken as never,
      waitTimeOverrides: Object.fromEntries(waits.map((name) => [name, localWaitMilliseconds])),
      retryIntervalOverrides: Object.fromEntries(
        Object.keys(handlers).map((name) => [name, localWaitMilliseconds]),
      ),
    },
    context: {
      Execution: {
        Id: `local:${options.executionName}`,
        Name: options.executionName,
        StartTime: options.startedAt,
        Input: options.input as never,
      },
      Task: { Token: 'local' },
    },
  });
  return { result: run.result, abort: () => run.abort() };
}

/** The interpreter keeps an error's name and message: what Judge reads of ours is what a deployed task would send. */
const withHint =
  (handler: StateHandler): StateHandler =>
  (input) =>
    handler(input).catch((error: unknown) => {
      if (!isDrillError(error)) throw error;
      const { name, message, hint } = error;
      throw Object.assign(new Error(JSON.stringify({ errorType: name, errorMessage: message, hint })), {
        name,
      });
    });

/**
 * The deployed definition with names that mean nothing outside this process. Where a container runs is not said: the
 * handlers stand in for it. The interpreter looks for TimeoutSecondsPath in what Parameters made, where Step Functions
 * looks in the state's input (its documentation's own example has both), so those tasks get a plain limit here; nothing
 * on one machine waits for them.
 */
export function localDefinition(machine: DrillMachine = drillMachine()): object {
  const values = Object.fromEntries(
    Object.values(lambdaPlaceholders).map((placeholder) => [
      placeholder.slice(2, -1),
      `local-${placeholder.slice(2, -1)}`,
    ]),
  );
  const states = Object.entries(machine.States).map(([name, state]) => [name, limited(placeless(state))]);
  return fillPlaceholders({ ...machine, States: Object.fromEntries(states) }, values);
}

/** A task of ECS with what it is to do, and without where: no document of a local drill names a place. */
function placeless(state: State): State {
  if (!String(state.Resource).startsWith('arn:aws:states:::ecs:')) return state;
  const { Overrides } = state.Parameters as { Overrides: unknown };
  return { ...state, Parameters: { Overrides } };
}

const limited = ({ TimeoutSecondsPath, ...state }: State): State =>
  TimeoutSecondsPath === undefined ? state : { ...state, TimeoutSeconds: dayInSeconds };

const dayInSeconds = 24 * 3600;

function payloadOf(input: unknown): unknown {
  return (input as { Payload: unknown }).Payload;
}

interface RunTaskInput {
  Overrides: { ContainerOverrides: { Name: string; Environment: { Name: string; Value: string }[] }[] };
}

function environmentOf(input: unknown, container: string): ContainerEnvironment {
  const { ContainerOverrides } = (input as RunTaskInput).Overrides;
  const asked = ContainerOverrides.find(({ Name }) => Name === container);
  return Object.fromEntries((asked?.Environment ?? []).map(({ Name, Value }) => [Name, Value]));
}
