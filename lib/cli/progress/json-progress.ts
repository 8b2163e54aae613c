import { visibleJson } from '../../domain/text/visible-text.ts';
import type { DrillProgress, ProgressStream } from './drill-progress.ts';
import type { ProgressEvent } from './progress-events.ts';

type Untimed<Event> = Event extends unknown ? Omit<Event, 'at'> : never;

/** One line of `--progress json`. */
export const progressLine = (event: Untimed<ProgressEvent>, at: Date): string =>
  `${visibleJson({ at: at.toISOString(), ...event })}\n`;

/** For a program that watches: one JSON object per line, as docs/cli.md describes it. */
export function createJsonProgress(
  stream: ProgressStream,
  now: () => Date = () => new Date(),
): DrillProgress {
  let open = true;
  const tell = (event: Untimed<ProgressEvent>): void => {
    if (open) stream.write(progressLine(event, now()));
  };
  return {
    stepBegan: (step, detail) => tell({ event: 'step-began', step, detail: detail ?? null }),
    stepProgress: (step, text, restore) => tell({ event: 'progress', step, text, restore: restore ?? null }),
    stepEnded: (step, { seconds, detail, failed }) =>
      tell({ event: 'step-ended', step, seconds, failed: failed === true, detail: detail ?? null }),
    note: (text) => tell({ event: 'note', text }),
    close() {
      open = false;
    },
  };
}
