import './with-resolvers.ts';
import { StateMachine } from 'aws-local-stepfunctions';
import {
  drillMachine,
  fillPlaceholders,
  type LambdaStep,
  lambdaPlaceholders,
} from '../machine/definition.ts';
import { stateNames } from '../machine/state-names.ts';

/** What one state does on this machine: takes the state's effective input, gives its raw result. */
export type StateHandler = (input: unknown) => Promise<unknown>;

export interface Interpretation {
  /** Resolves with the output of Succeed; rejects with the error of Fail (its name is the Error). */
  result: Promise<unknown>;
  abort(): void;
}

/** Looks at a local sandbox are cheap: a tenth of a second instead of AWS's half a minute. */
const localWaitMilliseconds = 100;

/**
 * Executes the deployed definition with local handlers for its tasks. `lambdas` are keyed as in the definition;
 * `restore` stands for the Fargate task and gets the environment that the task would get.
 */
export function interpretDrill(options: {
  executionName: string;
  startedAt: string;
  input: unknown;
  lambdas: Record<LambdaStep, StateHandler>;
  restore: (environment: Record<string, string>) => Promise<unknown>;
}): Interpretation {
  // Validated by the tests, not at every start: it takes 0.7 s of processor time.
  const machine = new StateMachine(localDefinition() as ConstructorParameters<typeof StateMachine>[0], {
    validationOptions: { noValidate: true },
  });
  const handlers: Record<string, StateHandler> = {
    [stateNames.restoreDump]: (input) => options.restore(taskEnvironment(input)),
  };
  for (const step of Object.keys(lambdaPlaceholders) as LambdaStep[]) {
    handlers[stateNames[step]] = async (input) => ({
      Payload: await options.lambdas[step](payloadOf(input)),
    });
  }
  const run = machine.run(options.input as Parameters<StateMachine['run']>[0], {
    overrides: {
      taskResourceLocalHandlers: handlers as never,
      waitTimeOverrides: Object.fromEntries(
        [stateNames.waitForSandbox, stateNames.waitForTeardown, stateNames.waitForThaw].map((name) => [
          name,
          localWaitMilliseconds,
        ]),
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

/** The deployed definition with names that mean nothing outside this process. */
export function localDefinition(): object {
  const placeholders = Object.values(lambdaPlaceholders).map((placeholder) => placeholder.slice(2, -1));
  const values = Object.fromEntries(
    [...placeholders, 'RestoreCluster'].map((name) => [name, `local-${name}`]),
  );
  return fillPlaceholders(drillMachine(), values);
}

function payloadOf(input: unknown): unknown {
  return (input as { Payload: unknown }).Payload;
}

interface RunTaskInput {
  Overrides: { ContainerOverrides: { Environment: { Name: string; Value: string }[] }[] };
}

function taskEnvironment(input: unknown): Record<string, string> {
  const [container] = (input as RunTaskInput).Overrides.ContainerOverrides;
  return Object.fromEntries((container?.Environment ?? []).map(({ Name, Value }) => [Name, Value]));
}
