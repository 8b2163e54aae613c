import { drillMachine, lambdaPlaceholders } from '../../machine/definition.ts';

/** The door behind the links of an approval. */
export const answerDoor = 'answer-approval';

/** Functions that are no state of the machine: they watch over it, and answer people. */
export const guardDoors = ['clean-up-after-abort', 'sweep', 'watch', answerDoor] as const;

/** Functions that seal records. */
export const sealingDoors = ['seal-record', 'clean-up-after-abort', 'normalise-request'] as const;

/** `selectDump` → `select-dump`: the file in lambdas/. */
export const doorOfStep = (step: string): string =>
  step.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`);

/** `select-dump` → `SelectDump`: the construct's id. */
export const constructIdOf = (door: string): string =>
  door.replace(/(^|-)([a-z])/g, (_whole, _dash, letter: string) => letter.toUpperCase());

/** `${SelectDumpFunction}` → `select-dump`. */
const doorOfPlaceholder = (placeholder: string): string =>
  doorOfStep(placeholder.replace(/^\$\{|Function\}$/g, '').replace(/^[A-Z]/, (first) => first.toLowerCase()));

/** Every function that is deployed: one per state that calls a Lambda, and the guards. */
export const doors: readonly string[] = [
  ...Object.values(lambdaPlaceholders).map(doorOfPlaceholder),
  ...guardDoors,
];

/** The doors of a deployment: without links nobody could call the one that takes their answers. */
export const doorsOf = (approvalLinks: boolean): readonly string[] =>
  approvalLinks ? doors : doors.filter((door) => door !== answerDoor);

interface StateShape {
  Resource?: string;
  Parameters?: { FunctionName?: string };
  TimeoutSeconds?: number;
  ItemProcessor?: { States: Record<string, StateShape> };
  Branches?: { States: Record<string, StateShape> }[];
}

const callback = '.waitForTaskToken';

/**
 * How long the machine waits for each door, in seconds; doors that only hand a task token on are not in it, because
 * their state waits for a person and not for the function.
 */
export function stateTimeouts(): Map<string, number> {
  const timeouts = new Map<string, number>();
  const visit = (states: Record<string, StateShape>): void => {
    for (const state of Object.values(states)) {
      const placeholder = state.Parameters?.FunctionName;
      if (placeholder !== undefined && state.TimeoutSeconds !== undefined) {
        const door = doorOfPlaceholder(placeholder);
        if (!state.Resource?.endsWith(callback)) {
          timeouts.set(door, Math.max(state.TimeoutSeconds, timeouts.get(door) ?? 0));
        }
      }
      for (const inner of [state.ItemProcessor, ...(state.Branches ?? [])]) {
        if (inner !== undefined) visit(inner.States);
      }
    }
  };
  visit(drillMachine().States as Record<string, StateShape>);
  return timeouts;
}
