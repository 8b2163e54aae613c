import cliCursor from 'cli-cursor';
import cliTruncate from 'cli-truncate';
import { createLogUpdate } from 'log-update';
import { formatSeconds } from '../../domain/text/quantities.ts';
import { visibleText } from '../../domain/text/visible-text.ts';
import { type Colours, coloursFor, colourWanted } from '../render/colour.ts';
import type { DrillProgress, ProgressStream, StepEnd } from './drill-progress.ts';

const frameMilliseconds = 100;
const unicodeFrames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
/** The Linux console has no Braille in its font. */
const asciiFrames = ['-', '\\', '|', '/'];

interface RunningStep {
  name: string;
  beganAt: number;
  text: string;
}

/** Width that step names are padded to, so that times stand in one column. */
const nameWidth = 26;

/**
 * A live list: steps that ended stay as lines, those that run are redrawn below them with a spinner. Only the few
 * running lines are ever redrawn, so that a small window or a resize cannot garble what is done. The cursor is hidden
 * meanwhile and comes back on close and on every exit that a process can notice.
 */
export function createTerminalProgress(
  stream: ProgressStream,
  env: NodeJS.ProcessEnv = process.env,
  monotonicSeconds: () => number = () => performance.now() / 1000,
): DrillProgress {
  const colours = coloursFor(colourWanted(stream, env));
  const frames = env.TERM === 'linux' ? asciiFrames : unicodeFrames;
  const live = createLogUpdate(stream, { showCursor: true });
  // It comes back on exit and on signals too, through signal-exit, which leaves handlers of the program in charge.
  cliCursor.hide(stream);
  const running: RunningStep[] = [];
  let frame = 0;
  let open = true;

  // One column is left free: a full last column makes some terminals wrap early.
  const line = (text: string) => cliTruncate(text, Math.max(10, (stream.columns ?? 80) - 1));
  const draw = () => {
    if (!open || running.length === 0) return;
    const now = monotonicSeconds();
    const spinner = colours.cyan(frames[frame % frames.length] ?? '');
    live(running.map((step) => line(runningLine(step, now, spinner, colours))).join('\n'));
  };
  const keep = (text: string) => {
    if (!open) return;
    live.clear();
    stream.write(`${text}\n`);
    draw();
  };
  const timer = setInterval(() => {
    frame += 1;
    draw();
  }, frameMilliseconds).unref();

  return {
    stepBegan(name, detail = '', secondsAgo = 0) {
      if (!open) return;
      running.push({ name, beganAt: monotonicSeconds() - secondsAgo, text: visibleText(detail) });
      draw();
    },
    stepProgress(name, text) {
      const step = running.findLast((candidate) => candidate.name === name);
      if (step !== undefined) step.text = visibleText(text);
    },
    stepEnded(name, end) {
      const place = running.findLastIndex((candidate) => candidate.name === name);
      if (place !== -1) running.splice(place, 1);
      keep(line(endedLine(name, end, colours)));
    },
    note: (text) => keep(line(`  ${colours.dim(visibleText(text))}`)),
    close() {
      if (!open) return;
      open = false;
      clearInterval(timer);
      live.clear();
      live.done();
      cliCursor.show(stream);
    },
  };
}

function runningLine(step: RunningStep, now: number, spinner: string, colours: Colours): string {
  const elapsed = `${Math.floor(now - step.beganAt)} s`;
  const time = now - step.beganAt < 60 ? elapsed : formatSeconds(Math.floor(now - step.beganAt));
  const text = step.text === '' ? '' : `  ${colours.dim(step.text)}`;
  return `${spinner} ${visibleText(step.name).padEnd(nameWidth)} ${time.padStart(10)}${text}`;
}

function endedLine(name: string, { seconds, detail, failed }: StepEnd, colours: Colours): string {
  const symbol = failed === true ? colours.red('✖') : colours.green('✔');
  const text =
    detail === undefined
      ? ''
      : `  ${failed === true ? visibleText(detail) : colours.dim(visibleText(detail))}`;
  return `${symbol} ${visibleText(name).padEnd(nameWidth)} ${formatSeconds(seconds).padStart(10)}${text}`;
}
