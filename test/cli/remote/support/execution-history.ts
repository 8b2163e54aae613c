import type { HistoryEvent } from '@aws-sdk/client-sfn';
import { drillMachine } from '../../../../lib/machine/definition.ts';
import { type StateKey, stateNames } from '../../../../lib/machine/state-names.ts';

interface StateDefinition {
  Type: string;
  Resource?: string;
  Next?: string;
  Default?: string;
  Choices?: { Next: string }[];
  Catch?: { Next: string }[];
  ItemProcessor?: { States: Record<string, StateDefinition> };
}

const machine = drillMachine();
const states = machine.States as unknown as Record<string, StateDefinition>;

type Fields = Partial<HistoryEvent>;

/**
 * Makes the events that GetExecutionHistory gives for a way through the real state machine. Choice states on the way
 * are put in; a way that the definition does not allow is refused, so that no test watches a drill that cannot be.
 */
export class ExecutionHistory {
  readonly events: HistoryEvent[] = [];
  #at: number;
  #last = 0;
  /** States that may come next, by the definition. */
  #exits: string[] = [machine.StartAt];

  constructor(startedAt = '2026-11-21T03:00:00.000Z') {
    this.#at = Date.parse(startedAt);
    this.#add('ExecutionStarted', { executionStartedEventDetails: { input: '{}' } });
  }

  /** Moment of the last event. */
  get now(): Date {
    return new Date(this.#at);
  }

  /** A task or a wait that goes well. `input` is what it is entered with, `output` what it leaves. */
  did(step: StateKey, options: { seconds?: number; input?: unknown; output?: unknown } = {}): this {
    const { seconds = 1, output = {}, input = {} } = options;
    this.entered(step, input);
    const definition = states[stateNames[step]];
    if (definition?.Type === 'Task')
      this.#task(seconds, 'TaskSucceeded', { taskSucceededEventDetails: taskOf(definition) });
    else this.#at += seconds * 1000;
    return this.exited(step, output);
  }

  /** A task that fails and is caught: its state exits all the same, with the failure in its output. */
  failed(step: StateKey, failure: { error: string; cause?: string; seconds?: number; type?: string }): this {
    const { error, cause = '', seconds = 1, type = 'TaskFailed' } = failure;
    this.entered(step);
    const details = { ...taskOf(states[stateNames[step]]), error, cause };
    this.#task(
      seconds,
      type,
      type === 'TaskTimedOut' ? { taskTimedOutEventDetails: details } : { taskFailedEventDetails: details },
    );
    this.exited(step, { failure: { Error: error, Cause: cause } });
    this.#exits = (states[stateNames[step]]?.Catch ?? []).map(({ Next }) => Next);
    return this;
  }

  /** A task that was throttled, tried again, and went well. */
  retried(step: StateKey, output: unknown = {}): this {
    this.entered(step);
    const details = taskOf(states[stateNames[step]]);
    const error = 'Lambda.TooManyRequestsException';
    this.#task(1, 'TaskFailed', { taskFailedEventDetails: { ...details, error, cause: 'Rate Exceeded' } });
    this.#task(1, 'TaskSucceeded', { taskSucceededEventDetails: details });
    return this.exited(step, output);
  }

  /** The checks, all of them running side by side; `dead` ones are caught. */
  checks(count: number, { dead = 0, secondsEach = 2 } = {}): this {
    this.entered('runChecks');
    this.#add('MapStateStarted', { mapStateStartedEventDetails: { length: count } });
    const begun = this.#last;
    const lanes = Array.from({ length: count }, (_, index) => {
      const details = { name: stateNames.runChecks, index };
      this.#add('MapIterationStarted', { mapIterationStartedEventDetails: details }, begun);
      return this.#add('TaskStateEntered', {
        stateEnteredEventDetails: { name: stateNames.runCheck, input: JSON.stringify({ check: { index } }) },
      });
    });
    for (const [index, lane] of lanes.entries()) {
      const task = { resourceType: 'lambda', resource: 'invoke' };
      const scheduled = this.#add('TaskScheduled', {}, lane);
      this.#at += secondsEach * 1000;
      const failure = { ...task, error: 'States.Timeout', cause: '' };
      if (index < dead) this.#add('TaskFailed', { taskFailedEventDetails: failure }, scheduled);
      else this.#add('TaskSucceeded', { taskSucceededEventDetails: task }, scheduled);
      const output = JSON.stringify({ index, status: index < dead ? 'could not run' : 'passed' });
      this.#add('TaskStateExited', { stateExitedEventDetails: { name: stateNames.runCheck, output } });
      this.#add('MapIterationSucceeded', {
        mapIterationSucceededEventDetails: { name: stateNames.runChecks, index },
      });
    }
    this.#add('MapStateSucceeded', {});
    return this.exited('runChecks', {});
  }

  entered(step: StateKey, input: unknown = {}): this {
    const name = stateNames[step];
    this.#walkTo(name);
    this.#enter(name, input);
    return this;
  }

  exited(step: StateKey, output: unknown): this {
    this.#exit(stateNames[step], output);
    return this;
  }

  /** Output that Step Functions cut off because it was too long. */
  cutOff(step: StateKey): this {
    this.entered(step);
    const name = stateNames[step];
    this.#add(`${states[name]?.Type}StateExited`, {
      stateExitedEventDetails: { name, output: '{"drillId":"2026', outputDetails: { truncated: true } },
    });
    this.#exits = exitsOf(states[name]);
    return this;
  }

  /** Goes on to the Succeed or Fail state and ends. */
  ends(step: StateKey, failure?: { error: string; cause: string }): this {
    this.entered(step);
    if (states[stateNames[step]]?.Type === 'Succeed') {
      this.#exit(stateNames[step], {});
      this.#add('ExecutionSucceeded', { executionSucceededEventDetails: { output: '{}' } });
    } else this.#add('ExecutionFailed', { executionFailedEventDetails: failure ?? {} });
    return this;
  }

  aborted(): this {
    this.#add('ExecutionAborted', { executionAbortedEventDetails: {} });
    return this;
  }

  waits(seconds: number): this {
    this.#at += seconds * 1000;
    return this;
  }

  /** Choice states lie between a step and the next: finds the shortest way through them. */
  #walkTo(name: string): void {
    const ways: string[][] = this.#exits.map((exit) => [exit]);
    for (const way of ways) {
      const end = way.at(-1) ?? '';
      if (end === name) {
        for (const choice of way.slice(0, -1)) {
          this.#enter(choice, {});
          this.#exit(choice, {});
        }
        return;
      }
      if (states[end]?.Type === 'Choice')
        ways.push(
          ...exitsOf(states[end])
            .filter((exit) => !way.includes(exit))
            .map((exit) => [...way, exit]),
        );
    }
    throw new Error(`the machine does not go from ${this.#exits.join(' or ')} to ${name}`);
  }

  #enter(name: string, input: unknown): void {
    const type = states[name]?.Type;
    this.#add(`${type}StateEntered`, { stateEnteredEventDetails: { name, input: JSON.stringify(input) } });
  }

  #exit(name: string, output: unknown): void {
    const type = states[name]?.Type;
    this.#add(`${type}StateExited`, { stateExitedEventDetails: { name, output: JSON.stringify(output) } });
    this.#exits = exitsOf(states[name]);
  }

  #task(seconds: number, outcome: string, fields: Fields): void {
    this.#add('TaskScheduled', {});
    this.#add('TaskStarted', {});
    this.#at += seconds * 1000;
    this.#add(outcome, fields);
  }

  #add(type: string, fields: Fields, previousEventId = this.#last): number {
    const id = this.events.length + 1;
    this.events.push({
      timestamp: new Date(this.#at),
      type: type as NonNullable<HistoryEvent['type']>,
      id,
      previousEventId,
      ...fields,
    });
    this.#last = id;
    return id;
  }
}

function exitsOf(state: StateDefinition | undefined): string[] {
  if (state === undefined) return [];
  const named = [state.Next, state.Default, ...(state.Choices ?? []).map(({ Next }) => Next)];
  return named.filter((name) => name !== undefined);
}

function taskOf(state: StateDefinition | undefined): { resourceType: string; resource: string } {
  const [, , , , , resourceType = '', resource = ''] = (state?.Resource ?? '').split(/:+/);
  return { resourceType, resource };
}
