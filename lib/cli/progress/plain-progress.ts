import { formatSeconds } from '../../domain/text/quantities.ts';
import { visibleText } from '../../domain/text/visible-text.ts';
import type { DrillProgress, ProgressStream } from './drill-progress.ts';

/** Progress of one step is written at most this often: a log of a two-hour restore stays under 1,500 lines. */
const secondsBetweenLines = 5;

/** Plain lines, for a pipe or a log: one when a step begins, one when it ends, and its progress now and then. */
export function createPlainProgress(
  stream: ProgressStream,
  monotonicSeconds: () => number = () => performance.now() / 1000,
): DrillProgress {
  /** Name of each running step and when it last wrote a line. */
  const lastLine = new Map<string, number>();
  let open = true;
  const write = (text: string) => {
    if (open) stream.write(`${visibleText(text)}\n`);
  };
  return {
    stepBegan(name, detail) {
      lastLine.set(name, monotonicSeconds());
      write(detail === undefined ? name : `${name}: ${detail}`);
    },
    stepProgress(name, text) {
      const now = monotonicSeconds();
      const last = lastLine.get(name);
      if (last !== undefined && now - last < secondsBetweenLines) return;
      lastLine.set(name, now);
      write(`${name}: ${text}`);
    },
    stepEnded(name, { seconds, detail, failed }) {
      lastLine.delete(name);
      const outcome = `${failed === true ? 'failed after' : 'done in'} ${formatSeconds(seconds)}`;
      write(`${name}: ${outcome}${detail === undefined ? '' : `, ${detail}`}`);
    },
    note: write,
    close() {
      open = false;
    },
  };
}
