import { constants as osConstants } from 'node:os';
import { interruptedExitCode } from './exit.ts';

/** Ctrl-C and its like, as a signal that is aborted by the first of them. */
interface Interruption {
  signal: AbortSignal;
  release(): void;
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** What the first signal is answered with at once, and the second. */
const stopping = {
  first: 'stopping… the sandbox is removed and the record sealed',
  second: 'still stopping… once more ends at once, without a record',
};

/** An interrupted drill removes its sandbox and seals its record in less time; until then a second signal changes nothing. */
const graceSeconds = 3;

/**
 * What a signal asks for. The first one stops the drill in order. A second one soon after is impatience, or the same Ctrl-C told
 * twice (by the terminal to the whole group and by a parent, a HUP after an INT): ending then would lose the record. The
 * third, or any after the time that stopping needs, ends the process at once.
 *
 * @param earlier signals before this one @param secondsSinceFirst since the first of them
 */
export function answerToSignal(earlier: number, secondsSinceFirst: number): 'stop' | 'say so' | 'end' {
  if (earlier === 0) return 'stop';
  return earlier === 1 && secondsSinceFirst < graceSeconds ? 'say so' : 'end';
}

/**
 * For a command that has nothing to bring in order. Anywhere else the system ends a process that does not listen; process 1 of a
 * container, which it spares, would not hear Ctrl-C and `docker stop`.
 */
export function hearSignals(): void {
  if (process.pid !== 1) return;
  for (const name of signals)
    process.on(name, () => {
      if (stoppable === 0) process.exit(process.exitCode ?? 128 + osConstants.signals[name]);
    });
}

/** How many are being listened for by `stopOnInterrupt`. */
let stoppable = 0;

/** @param say tells the person at the terminal one line */
export function stopOnInterrupt(say: (line: string) => void): Interruption {
  const controller = new AbortController();
  let count = 0;
  let firstAt = 0;
  const interrupt = (): void => {
    const now = performance.now();
    const answer = answerToSignal(count, (now - firstAt) / 1000);
    if (count === 0) firstAt = now;
    count += 1;
    if (answer === 'stop') {
      say(stopping.first);
      controller.abort();
    } else if (answer === 'say so') say(stopping.second);
    else process.exit(interruptedExitCode);
  };
  for (const name of signals) process.on(name, interrupt);
  stoppable += 1;
  return {
    signal: controller.signal,
    release: () => {
      stoppable -= 1;
      for (const name of signals) process.off(name, interrupt);
    },
  };
}
