import { drillMachine } from '../lib/machine/definition.ts';
import { stateNames as s } from '../lib/machine/state-names.ts';

/** How long a drill takes where the machine waits by looking. */
export interface WalkedDrill {
  provisionSeconds: number;
  teardownSeconds: number;
  checks: number;
}

export interface WalkCount {
  transitions: number;
  events: number;
}

interface WalkedState {
  Type: string;
  Resource?: string;
  Seconds?: number;
  Next?: string;
  Default?: string;
  Choices?: { Next: string }[];
}

/** Events that Step Functions writes per state (its developer guide, "Viewing execution details"). */
const eventsOf = ({ Type, Resource = '' }: WalkedState): number => {
  if (Type !== 'Task') return 2;
  // Entered, scheduled, started, succeeded, exited; a callback or a job is also submitted.
  return /\.(waitForTaskToken|sync)$/.test(Resource) ? 6 : 5;
};

/**
 * Walks the deployed definition along a proven drill and counts what Step Functions bills and keeps. Choices are taken by
 * name and must exist in the definition, so that a changed machine fails here instead of being counted wrongly.
 */
export function walkDrill(drill: WalkedDrill): WalkCount {
  const { StartAt, States } = drillMachine() as unknown as {
    StartAt: string;
    States: Record<string, WalkedState>;
  };
  const looks = new Map([
    [
      s.sandboxReady,
      { left: looksFor(States[s.waitForSandbox], drill.provisionSeconds), again: s.waitForSandbox },
    ],
    // One look is made before the first answer.
    [
      s.sandboxGone,
      { left: looksFor(States[s.waitForTeardown], drill.teardownSeconds) - 1, again: s.waitForTeardown },
    ],
  ] as [string, { left: number; again: string }][]);
  const onward: Record<string, string> = {
    [s.requestAccepted]: s.selectDump,
    [s.dumpFound]: s.thawDump,
    [s.dumpReadable]: s.planSandbox,
    [s.planPossible]: s.provisionSandbox,
    [s.sandboxReady]: s.prepareRestore,
    [s.volumeWanted]: s.restoreDump,
    [s.migrationWanted]: s.planChecks,
    [s.longChecksPlanned]: s.runChecks,
    [s.smokeTestWanted]: s.judge,
    [s.olderDumpWorthTrying]: s.keepRestored,
    [s.keepRestored]: s.tearDownSandbox,
    [s.sandboxGone]: s.sealRecord,
    [s.proven]: s.succeed,
  };
  const count: WalkCount = { transitions: 0, events: 2 };
  let name: string | undefined = StartAt;
  while (name !== undefined) {
    const state: WalkedState | undefined = States[name];
    if (state === undefined) throw new Error(`no state ${name}`);
    count.transitions += 1;
    count.events += eventsOf(state);
    if (state.Type === 'Map') {
      count.transitions += drill.checks;
      // Started and succeeded once; each iteration too, around one Lambda.
      count.events += 2 + drill.checks * (2 + 5);
    }
    name = state.Type === 'Choice' ? chosen(name, state, looks, onward) : state.Next;
  }
  return count;
}

const looksFor = (wait: WalkedState | undefined, seconds: number): number =>
  Math.ceil(seconds / (wait?.Seconds ?? 1));

function chosen(
  name: string,
  state: WalkedState,
  looks: Map<string, { left: number; again: string }>,
  onward: Record<string, string>,
): string {
  const loop = looks.get(name);
  const target = loop !== undefined && loop.left > 0 ? loop.again : onward[name];
  if (loop !== undefined) loop.left -= 1;
  const possible = [state.Default, ...(state.Choices ?? []).map(({ Next }) => Next)];
  if (target === undefined || !possible.includes(target)) {
    throw new Error(`the machine has a choice that bench/aws-walk.ts does not know: ${name}`);
  }
  return target;
}
