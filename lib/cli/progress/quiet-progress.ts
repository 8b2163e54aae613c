import { visibleText } from '../../domain/text/visible-text.ts';
import type { DrillProgress, ProgressStream } from './drill-progress.ts';

/** Nothing of the steps; what a person must know all the same – how to reach a sandbox that is kept – stays. */
export function createQuietProgress(stream: ProgressStream): DrillProgress {
  return {
    stepBegan: () => {},
    stepProgress: () => {},
    stepEnded: () => {},
    note: (text) => void stream.write(`${visibleText(text)}\n`),
    close: () => {},
  };
}
