import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { visibleText } from '../../../domain/text/visible-text.ts';
import type { CommandEnd, CommandRun } from '../../../ports/backup-commands.ts';
import type { Launch } from './launch.ts';
import { writtenBytes } from './written-bytes.ts';

/** A list of ten thousand backups has less than a tenth of it; a tool that logs each of a million files prints more, and in vain. */
const mostPrintedBytes = 16 * 1024 ** 2;
/** Of what it says on standard error the end is kept. */
const keptBytes = 4096;
/** Of that so much is told. */
const toldCharacters = 400;
const shortestLookMs = 200;

export interface RunSurroundings {
  launch: Launch;
  environment: Record<string, string>;
  /** Replaced in what is told. */
  secrets: readonly string[];
  folder: string;
  onSpawn(pid: number): void;
}

/** Runs a command to its end, or ends it with its whole group of processes. @throws AbortError */
export async function runCommand(run: CommandRun, surroundings: RunSurroundings): Promise<CommandEnd> {
  const { launch, environment, folder, onSpawn } = surroundings;
  run.signal.throwIfAborted();
  const child = spawn(launch.command, launch.args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: folder,
    env: environment,
    // A group of its own, which is ended as a whole.
    detached: true,
    ...(launch.switchTo ?? {}),
  });
  const { pid } = child;
  if (pid !== undefined) onSpawn(pid);
  let stopped: CommandEnd | null = null;
  const stop = (end: CommandEnd | null): void => {
    stopped ??= end;
    if (pid !== undefined) killGroup(pid);
  };
  const printed: Buffer[] = [];
  let printedBytes = 0;
  let tail = Buffer.alloc(0);
  const count = (piece: Buffer): void => {
    printedBytes += piece.length;
    if (printedBytes > mostPrintedBytes) stop({ kind: 'printed too much', mostBytes: mostPrintedBytes });
  };
  child.stdout.on('data', (piece: Buffer) => {
    count(piece);
    if (printedBytes <= mostPrintedBytes) printed.push(piece);
  });
  child.stderr.on('data', (piece: Buffer) => {
    count(piece);
    tail = Buffer.concat([tail, piece]).subarray(-keptBytes);
  });
  const said = (): string => toldOf(tail, surroundings.secrets);
  const ended = new Promise<CommandEnd>((resolve) => {
    child.on('error', (error) => resolve({ kind: 'missing', reason: error.message }));
    child.on('exit', (exitCode, signal) => {
      // What it left running may hold its outputs open for ever.
      if (pid !== undefined) killGroup(pid);
      const end = (): void =>
        resolve(
          signal === null
            ? { kind: 'ended', exitCode: exitCode ?? 0, stdout: Buffer.concat(printed), said: said() }
            : { kind: 'killed', signal, said: said() },
        );
      child.once('close', end);
      setTimeout(end, 1000).unref();
    });
  });
  const timer = setTimeout(
    () => stop({ kind: 'timed out', seconds: run.timeoutSeconds, said: said() }),
    run.timeoutSeconds * 1000,
  );
  const abort = (): void => stop(null);
  run.signal.addEventListener('abort', abort, { once: true });
  const measuring = new AbortController();
  const measured = measure(run, folder, measuring.signal, stop);
  try {
    const end = await ended;
    run.signal.throwIfAborted();
    return stopped ?? end;
  } finally {
    clearTimeout(timer);
    run.signal.removeEventListener('abort', abort);
    measuring.abort();
    await measured;
  }
}

/** Looks how much was written, the more seldom the longer a look takes. */
async function measure(
  { mostWrittenBytes, onWritten }: CommandRun,
  folder: string,
  signal: AbortSignal,
  stop: (end: CommandEnd) => void,
): Promise<void> {
  if (mostWrittenBytes === null) return;
  for (let pauseMs = shortestLookMs; !signal.aborted; ) {
    await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    const startedAt = performance.now();
    const bytes = await writtenBytes(folder);
    pauseMs = Math.max(shortestLookMs, 10 * (performance.now() - startedAt));
    onWritten?.(bytes);
    if (bytes > mostWrittenBytes) stop({ kind: 'wrote too much', mostBytes: mostWrittenBytes });
  }
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}

/** The last line that holds anything, without secrets and without what is no text. */
function toldOf(tail: Buffer, secrets: readonly string[]): string {
  let text = tail.toString('utf8');
  for (const secret of secrets) text = text.replaceAll(secret, '***');
  const line = text
    .split('\n')
    .map((each) => each.trim())
    .findLast((each) => each !== '');
  const whole = visibleText((line ?? '').replaceAll('\u{fffd}', '?'));
  return whole.length > toldCharacters ? `${whole.slice(0, toldCharacters)}…` : whole;
}
