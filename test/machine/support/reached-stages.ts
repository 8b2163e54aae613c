import { knownAtStage, type Stage } from '../../../lib/domain/drill/stages.ts';
import { drillMachine, type LambdaStep } from '../../../lib/machine/definition.ts';
import { stateNames } from '../../../lib/machine/state-names.ts';
import { stateSteps } from '../../../lib/steps/drill-steps.ts';

/** A rule of a Choice, as far as the definition uses them. */
interface Rule {
  Variable?: string;
  StringEquals?: string;
  IsNull?: boolean;
  And?: Rule[];
  Not?: Rule;
  Next?: string;
}

interface WalkedState {
  Type: string;
  Next?: string;
  Default?: string;
  Choices?: (Rule & { Next: string })[];
  Catch?: { Next: string; ResultPath?: string }[];
}

const machine = drillMachine();
const states = machine.States as unknown as Record<string, WalkedState>;
/** Leaves these; it makes the state, so it is no step from state to state. */
const normalised: readonly Stage[] = ['accepted', 'refused'];

const stepOf = (name: string) => {
  const key = (Object.keys(stateSteps) as (keyof typeof stateSteps)[]).find(
    (step) => stateNames[step] === name,
  );
  return key === undefined ? null : stateSteps[key];
};

/** Whether a rule holds at a stage: by the stage itself, and by what is known there; null: it may or may not. */
function holdsAt(rule: Rule, stage: Stage): boolean | null {
  if (rule.And !== undefined) {
    const each = rule.And.map((part) => holdsAt(part, stage));
    return each.includes(false) ? false : each.includes(null) ? null : true;
  }
  if (rule.Not !== undefined) {
    const holds = holdsAt(rule.Not, stage);
    return holds === null ? null : !holds;
  }
  if (rule.Variable === '$.stage') return rule.StringEquals === stage;
  const known = (knownAtStage[stage] as readonly string[]).map((fact) => `$.${fact}`);
  if (rule.IsNull === true && known.includes(rule.Variable ?? '')) return false;
  return null;
}

/** Where a Choice leads at a stage: to one state, or to several when more than the stage decides. */
function chosen({ Choices = [], Default }: WalkedState, stage: Stage): string[] {
  const ways: string[] = [];
  for (const rule of Choices) {
    const holds = holdsAt(rule, stage);
    if (holds === false) continue;
    ways.push(rule.Next);
    if (holds) return ways;
  }
  return Default === undefined ? ways : [...ways, Default];
}

/**
 * Walks every path of the definition, and gives the stages at which each state is entered. A step leaves the stages
 * that it says; an error, a task and a Pass leave the stage as it was.
 */
export function reachedStages(): Map<string, Set<Stage>> {
  const reached = new Map<string, Set<Stage>>();
  const open: { name: string; stage: Stage }[] = [];
  const enter = (name: string | undefined, stage: Stage): void => {
    if (name === undefined) return;
    const seen = reached.get(name) ?? new Set();
    reached.set(name, seen);
    if (seen.has(stage)) return;
    seen.add(stage);
    open.push({ name, stage });
  };
  for (const stage of normalised) enter(states[machine.StartAt]!.Next, stage);
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const { name, stage } = at;
    const state = states[name]!;
    if (state.Type === 'Choice') for (const way of chosen(state, stage)) enter(way, stage);
    for (const { Next } of state.Catch ?? []) enter(Next, stage);
    for (const left of stepOf(name)?.to ?? [stage]) enter(state.Next, left);
  }
  return reached;
}

/** Stages at which the machine comes to a Lambda. */
export const stagesAt = (step: LambdaStep): Stage[] =>
  [...(reachedStages().get(stateNames[step]) ?? [])].sort();
