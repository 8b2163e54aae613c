import type { DrillProgress, ProgressStream } from './drill-progress.ts';
import { createJsonProgress } from './json-progress.ts';
import { createPlainProgress } from './plain-progress.ts';
import { createQuietProgress } from './quiet-progress.ts';

/** How a command was asked to tell how it goes. */
export interface ProgressOptions {
  progress?: 'auto' | 'plain' | 'json' | undefined;
  quiet?: boolean | undefined;
}

/** The live list on a terminal that can redraw; plain lines in a pipe, in CI, and on a dumb terminal. */
export async function createProgress(
  stream: ProgressStream,
  env: NodeJS.ProcessEnv = process.env,
  { progress = 'auto', quiet = false }: ProgressOptions = {},
): Promise<DrillProgress> {
  if (progress === 'json') return createJsonProgress(stream);
  if (quiet) return createQuietProgress(stream);
  const ci = (env.CI ?? '') !== '' && env.CI !== 'false';
  const canRedraw = progress === 'auto' && stream.isTTY === true && env.TERM !== 'dumb' && !ci;
  if (!canRedraw) return createPlainProgress(stream);
  // Loaded only for a terminal: what measures the width of text there takes 45 ms to load, one part in forty of a drill.
  const { createTerminalProgress } = await import('./terminal-progress.ts');
  return createTerminalProgress(stream, env);
}
