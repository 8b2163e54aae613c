import type { SelectedDump } from '../backup/dump.ts';
import type { DumpCandidate } from '../backup/dump-selection.ts';
import { DrillError } from '../findings/errors.ts';
import type { Verdict } from '../findings/verdict.ts';
import type { SandboxAddress } from '../sandbox/address.ts';
import type { SandboxPlan } from '../sandbox/sandbox-plan.ts';
import type { DrillSandbox, DrillState, RestoredSummary, Teardown } from './drill-state.ts';
import type { ApprovalAnswer, HandOver } from './facts.ts';
import { knownAtStage, type Stage } from './stages.ts';

/** What a fact of stages.ts says of the state. */
interface Facts {
  dump: { dump: SelectedDump };
  'older dump': { olderDumps: [DumpCandidate, ...DumpCandidate[]] };
  plan: { plan: SandboxPlan };
  sandbox: { sandbox: DrillSandbox };
  address: { sandbox: DrillSandbox & { address: SandboxAddress } };
  restored: { restored: RestoredSummary };
  approval: { approval: ApprovalAnswer };
  promotion: { promotionAskedAt: string };
  'hand-over': { handOver: HandOver };
  teardown: { teardown: Teardown };
  verdict: { verdict: Verdict };
}

/** Something that a state holds or not. */
export type Fact = keyof Facts;

const holds: { [F in Fact]: (state: DrillState) => boolean } = {
  dump: ({ dump }) => dump !== null,
  'older dump': ({ olderDumps }) => olderDumps.length > 0,
  plan: ({ plan }) => plan !== null,
  sandbox: ({ sandbox }) => sandbox !== null,
  address: ({ sandbox }) => sandbox !== null && sandbox.address !== null,
  restored: ({ restored }) => restored !== null,
  approval: ({ approval }) => approval !== null,
  promotion: ({ promotionAskedAt }) => promotionAskedAt !== null,
  'hand-over': ({ handOver }) => handOver !== null,
  teardown: ({ teardown }) => teardown !== null,
  verdict: ({ verdict }) => verdict !== null,
};

type All<Union> = (Union extends unknown ? (one: Union) => void : never) extends (all: infer Each) => void
  ? Each
  : never;

/** A state of which these facts hold. */
export type Given<F extends Fact> = [F] extends [never] ? DrillState : DrillState & All<Facts[F]>;

/** A drill's state at one of these stages, with what is known there; at any of them: a state, and nothing is known. */
export type At<S extends Stage> = [Stage] extends [S]
  ? DrillState
  : S extends Stage
    ? Given<(typeof knownAtStage)[S][number]> & { stage: S }
    : never;

/**
 * Narrows a state to the stages that a step goes on from. `needs` is what must hold besides, because a state of the
 * machine between the stage and the step has added it.
 *
 * @throws DrillError STATE_UNREADABLE when it stands elsewhere, or lacks what is known at its stage
 */
export function standing<S extends Stage, F extends Fact = never>(
  state: DrillState,
  from: readonly S[],
  needs: readonly F[] = [],
): At<S> & Given<F> {
  const { stage } = state;
  if (!(from as readonly Stage[]).includes(stage))
    throw unreadable(`the drill stands at "${stage}"; it can go on from "${from.join('", "')}" only`);
  // At any stage a step asks for nothing that is known: what is missing there is missing for a reason.
  const known = from.length === Object.keys(knownAtStage).length ? [] : knownAtStage[stage];
  const missing = [...known, ...needs].filter((fact) => !holds[fact](state));
  if (missing.length > 0)
    throw unreadable(`the drill stands at "${stage}" without its ${missing.join(', ')}`);
  return state as At<S> & Given<F>;
}

/** The state at a stage that it has just reached. @throws DrillError STATE_UNREADABLE when it lacks what is known there */
export const reached = <S extends Stage>(state: DrillState & { stage: S }): At<S> =>
  standing(state, [state.stage]);

const unreadable = (message: string) =>
  new DrillError('STATE_UNREADABLE', message, {
    hint: 'Start the drill again, and report it with the input of the failed state: the machine leads no drill here.',
    fault: 'us',
  });
