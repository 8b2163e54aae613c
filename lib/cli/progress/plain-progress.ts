import { formatSeconds } from '../../domain/text/quantities.ts';
import { visibleText } from '../../domain/text/visible-text.ts';
import type { DrillProgress, ProgressStream } from './drill-progress.ts';

/**
 * A step that goes on is told of this often, whether it has news or not: many runners of jobs end one that is silent for minutes.
 * A log of a two-hour restore stays under 250 lines.
 */
const heartbeatSeconds = 30;
/** As often is looked whether it is time. */
const lookSeconds = 1;

interface RunningStep {
  beganAt: number;
  toldAt: number;
  /** What it last said of itself. */
  text: string;
}

/** Plain lines, for a pipe or a log: one when a step begins, one when it ends, and one every 30 s between. */
export function createPlainProgress(
  stream: ProgressStream,
  monotonicSeconds: () => number = () => performance.now() / 1000,
): DrillProgress {
  const running = new Map<string, RunningStep>();
  let open = true;
  const write = (text: string) => {
    if (open) stream.write(`${visibleText(text)}\n`);
  };
  const beat = (): void => {
    const now = monotonicSeconds();
    for (const [name, step] of running) {
      if (now - step.toldAt < heartbeatSeconds) continue;
      step.toldAt = now;
      const said = step.text === '' ? '' : `${step.text}, `;
      write(`${name}: ${said}for ${formatSeconds(Math.floor(now - step.beganAt))} so far`);
    }
  };
  const timer = setInterval(beat, lookSeconds * 1000).unref();
  return {
    stepBegan(name, detail, secondsAgo = 0) {
      const now = monotonicSeconds();
      running.set(name, { beganAt: now - secondsAgo, toldAt: now, text: '' });
      write(detail === undefined ? name : `${name}: ${detail}`);
    },
    stepProgress(name, text) {
      const step = running.get(name);
      if (step !== undefined) step.text = text;
    },
    stepEnded(name, { seconds, detail, failed }) {
      running.delete(name);
      const outcome = `${failed === true ? 'failed after' : 'done in'} ${formatSeconds(seconds)}`;
      write(`${name}: ${outcome}${detail === undefined ? '' : `, ${detail}`}`);
    },
    note: write,
    close() {
      open = false;
      clearInterval(timer);
    },
  };
}
