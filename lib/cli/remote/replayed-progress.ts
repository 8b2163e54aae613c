import type { DrillProgress, StepEnd } from '../progress/drill-progress.ts';
import type { RestoreFigures } from '../progress/progress-events.ts';

/**
 * Progress of a drill that runs elsewhere: steps take the time that the history says, not the time since this
 * terminal heard of them.
 */
export class ReplayedProgress implements DrillProgress {
  readonly #shown: DrillProgress;
  readonly #now: () => Date;
  /** When each running step began, by name. */
  readonly #beganAt = new Map<string, Date>();
  /** Moment of the event in hand; null: what is told happens now. */
  at: Date | null = null;

  constructor(shown: DrillProgress, now: () => Date) {
    this.#shown = shown;
    this.#now = now;
  }

  stepBegan(name: string, detail?: string): void {
    const at = this.at ?? this.#now();
    this.#beganAt.set(name, at);
    this.#shown.stepBegan(name, detail, Math.max(0, secondsFrom(at, this.#now())));
  }

  stepProgress(name: string, text: string, figures?: RestoreFigures): void {
    this.#shown.stepProgress(name, text, figures);
  }

  stepEnded(name: string, end: StepEnd): void {
    const began = this.#beganAt.get(name);
    this.#beganAt.delete(name);
    const seconds = began === undefined ? end.seconds : secondsFrom(began, this.at ?? this.#now());
    this.#shown.stepEnded(name, { ...end, seconds: Math.max(0, seconds) });
  }

  note(text: string): void {
    this.#shown.note(text);
  }

  close(): void {
    this.#shown.close();
  }
}

const secondsFrom = (from: Date, to: Date): number => (to.getTime() - from.getTime()) / 1000;
