import type { DrillProgress, ProgressStream } from './drill-progress.ts';
import { createPlainProgress } from './plain-progress.ts';
import { createTerminalProgress } from './terminal-progress.ts';

/** The live list on a terminal that can redraw; plain lines in a pipe, in CI, and on a dumb terminal. */
export function createProgress(stream: ProgressStream, env: NodeJS.ProcessEnv = process.env): DrillProgress {
  const ci = (env.CI ?? '') !== '' && env.CI !== 'false';
  const canRedraw = stream.isTTY === true && env.TERM !== 'dumb' && !ci;
  return canRedraw ? createTerminalProgress(stream, env) : createPlainProgress(stream);
}
