import * as z from 'zod';
import type { StateKey } from '../../machine/state-names.ts';
import { stateNames } from '../../machine/state-names.ts';
import type { DrillProgress } from '../progress/drill-progress.ts';
import { causeText, type StateOutcome } from './history-events.ts';

/** What these lines show of a state; everything may be missing, because long documents are. */
const shownState = z
  .looseObject({
    stage: z.string(),
    approval: z.looseObject({ decision: z.string(), by: z.string() }).nullable(),
    handOver: z.looseObject({ endpoint: z.string(), complete: z.boolean() }).nullable(),
  })
  .partial();
type ShownState = z.infer<typeof shownState>;

/** One state that is one line. */
const ownLines = new Set<StateKey>([
  'runMigration',
  'runSmokeTest',
  'askApproval',
  'prepareHandOver',
  'handOver',
]);

/** Lines of the steps that only a drill in an account has: thawing, hooks, approval, promotion, hand-over. */
export class AccountLines {
  readonly #progress: DrillProgress;
  readonly #approveCommand: string;
  readonly #open = new Set<string>();
  #asked = false;

  constructor(progress: DrillProgress, approveCommand: string) {
    this.#progress = progress;
    this.#approveCommand = approveCommand;
  }

  entered(step: StateKey): void {
    if (ownLines.has(step) || step === 'promote') this.#begin(stateNames[step]);
    // A dump that is not archived needs no line: the first look says so at once.
    if (step === 'waitForThaw')
      this.#begin(stateNames.thawDump, 'the archive gives it out in 3 to 12 hours, as a rule');
    if (step === 'waitForSlot')
      this.#begin(stateNames.waitForSlot, 'as many drills run as may at once; a look every 5 minutes');
  }

  /** After the news of one look: a question is told of when it is still open. */
  settled(): void {
    if (!this.#open.has(stateNames.askApproval) || this.#asked) return;
    this.#asked = true;
    this.#progress.note(`a person must decide; answer with: ${this.#approveCommand}`);
  }

  exited(step: StateKey, outcome: StateOutcome): void {
    const state = 'error' in outcome ? {} : (shownState.safeParse(outcome.data).data ?? {});
    if (ownLines.has(step)) this.#end(stateNames[step], outcome, detailOf(step, state));
    if (step === 'thawDump' && state.stage !== 'dump thawing') this.#end(stateNames.thawDump, outcome);
    if (step === 'planSandbox' && state.stage !== 'waiting for a slot')
      this.#end(stateNames.waitForSlot, outcome);
    // Promotion is asked for, then looked at until it is done.
    if (step === 'promote' && 'error' in outcome) this.#end(stateNames.promote, outcome);
    if (step === 'lookAtPromotion' && state.stage !== 'promotion pending') {
      const failed = state.stage === 'promotion incomplete';
      this.#end(stateNames.promote, outcome, { failed });
    }
  }

  #begin(name: string, detail?: string): void {
    if (this.#open.has(name)) return;
    this.#open.add(name);
    this.#progress.stepBegan(name, detail);
  }

  #end(name: string, outcome: StateOutcome, end: { detail?: string; failed?: boolean } = {}): void {
    if (!this.#open.delete(name)) return;
    // Seconds are those of the history: ReplayedProgress puts them in.
    const shown =
      'error' in outcome
        ? { seconds: 0, failed: true, detail: failureText(name, outcome) }
        : { seconds: 0, ...end };
    this.#progress.stepEnded(name, shown);
  }
}

function failureText(name: string, { error, cause }: { error: string; cause: string }): string {
  if (name === stateNames.askApproval && error === 'States.Timeout') return 'nobody answered in time';
  return causeText(error, cause);
}

function detailOf(step: StateKey, { stage, approval, handOver }: ShownState) {
  if (step === 'askApproval' && approval !== undefined && approval !== null)
    return { detail: `${approval.decision} by ${approval.by}`, failed: approval.decision !== 'approved' };
  if (step === 'prepareHandOver' && stage !== undefined) return { failed: stage !== 'ready to promote' };
  if (step === 'handOver' && handOver !== undefined && handOver !== null)
    return { detail: handOver.endpoint, failed: !handOver.complete };
  return {};
}
