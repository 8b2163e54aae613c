import { type DrillMachine, type LambdaStep, lambdaPlaceholders } from '../../../lib/machine/definition.ts';
import type { DrillPorts } from '../../../lib/ports/drill-ports.ts';
import {
  type ContainerEnvironment,
  interpretDrill,
  type StateHandler,
} from '../../../lib/runtimes/local/interpreter.ts';
import { drillSteps } from '../../../lib/steps/drill-steps.ts';
import { readDumpStep } from '../../../lib/steps/read-dump.ts';
import { restoreDumpStep } from '../../../lib/steps/restore-dump.ts';
import { runLongChecksStep } from '../../../lib/steps/run-long-checks.ts';

/** Everything that the machine hands out, and so everything in which a failure can be injected. */
export type Handler =
  | LambdaStep
  | 'readDump'
  | 'restoreDump'
  | 'runLongChecks'
  | 'migrate'
  | 'smokeTest'
  | 'answer';
export const handlers: Handler[] = [
  ...(Object.keys(lambdaPlaceholders) as LambdaStep[]),
  ...(['restoreDump', 'runLongChecks', 'migrate', 'smokeTest', 'answer'] as const),
];

/** A hook's task as Step Functions describes it when its container ended with code 0. */
export const aSuccessfulTask = {
  StopCode: 'EssentialContainerExited',
  StoppedReason: 'Essential container in task exited',
  StartedAt: 1_763_700_000_000,
  StoppedAt: 1_763_700_004_000,
  Containers: [
    { Name: 'credentials', ExitCode: 137 },
    { Name: 'hook', ExitCode: 0 },
  ],
};

export interface Execution {
  /** `succeeded`, or the Error of the Fail state. */
  end: string;
  cause: string;
  /** Handlers in the order in which they began. */
  ran: Handler[];
  /** Every document that went in or came out, as text. */
  payloads: string[];
}

/**
 * Executes the definition with the deployed steps against `ports`, and tells how it ended. `instead` replaces handlers:
 * what a test wants to fail, or to answer otherwise. `machine`: another definition than today's.
 */
export async function execute(
  ports: DrillPorts,
  input: unknown,
  instead: Partial<Record<Handler, StateHandler>> = {},
  machine?: DrillMachine,
): Promise<Execution> {
  const ran: Handler[] = [];
  const payloads: string[] = [];
  const seen =
    (name: Handler, handler: StateHandler): StateHandler =>
    async (given) => {
      ran.push(name);
      payloads.push(JSON.stringify(given));
      const output = await (instead[name] ?? handler)(given);
      payloads.push(JSON.stringify(output) ?? '');
      return output;
    };
  const pointer = (environment: unknown) => {
    const { DRILL_ID, ATTEMPT } = environment as ContainerEnvironment;
    return { drillId: DRILL_ID ?? '', attempt: Number(ATTEMPT) };
  };
  const steps = drillSteps(ports, 'ada');
  const restore = seen('restoreDump', (given) => restoreDumpStep(pointer(given), ports));
  const readDump = seen('readDump', (given) => readDumpStep(pointer(given), ports));
  const longChecks = seen('runLongChecks', (given) => runLongChecksStep(pointer(given), ports));
  const hooks = {
    migrate: seen('migrate', async () => aSuccessfulTask),
    smokeTest: seen('smokeTest', async () => aSuccessfulTask),
  };
  const answer = seen('answer', async () => ({ decision: 'approved', by: 'grace' }));
  const { result } = interpretDrill({
    executionName: 'drill-1',
    startedAt: ports.clock.now().toISOString(),
    input,
    ...(machine === undefined ? {} : { machine }),
    handlers: {
      lambdas: Object.fromEntries(
        Object.entries(steps).map(([name, step]) => [name, seen(name as LambdaStep, step)]),
      ) as Record<LambdaStep, StateHandler>,
      task: (environment) => {
        if (environment.COMMAND === 'read') return readDump(environment);
        return (environment.COMMAND === 'checks' ? longChecks : restore)(environment);
      },
      hook: (environment) => hooks[environment.HOOK === 'migrate' ? 'migrate' : 'smokeTest'](environment),
      answer: (token) => answer(token),
    },
  });
  const ended = await result.then(
    () => ({ end: 'succeeded', cause: '' }),
    // The interpreter wraps the error of a Fail state.
    ({ cause }: { cause: Error }) => ({ end: cause.name, cause: cause.message }),
  );
  return { ...ended, ran, payloads };
}
