import type { RestoreFigures } from './progress-events.ts';

/**
 * Tells a watching person how the drill goes. Steps are named as the state machine names them and may repeat (a drill that
 * walks back restores twice) or overlap. All texts are made visible and cut to the screen here. Nothing is written after `close`.
 */
export interface DrillProgress {
  /** `secondsAgo`: it began before it was heard of, as in a drill that runs elsewhere. Default 0. */
  stepBegan(name: string, detail?: string, secondsAgo?: number): void;
  /** Replaces what the running step last said. `figures`: of a restore, for programs. */
  stepProgress(name: string, text: string, figures?: RestoreFigures): void;
  stepEnded(name: string, end: StepEnd): void;
  /** One line that stays, such as "fetching the PostgreSQL 16 server". */
  note(text: string): void;
  close(): void;
}

export interface StepEnd {
  seconds: number;
  detail?: string;
  failed?: boolean;
}

/** The stream progress is drawn on; process.stderr is one, so that stdout stays free for `--json`. */
export type ProgressStream = NodeJS.WritableStream & { isTTY?: boolean; columns?: number; rows?: number };
