import { interruptedExitCode } from './exit.ts';

/** Ctrl-C and its like, as a signal that is aborted by the first of them. */
interface Interruption {
  signal: AbortSignal;
  release(): void;
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

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
    if (answer === 'stop') controller.abort();
    else if (answer === 'say so') say('stopping… (once more ends at once, without a record)');
    else process.exit(interruptedExitCode);
  };
  for (const name of signals) process.on(name, interrupt);
  return {
    signal: controller.signal,
    release: () => {
      for (const name of signals) process.off(name, interrupt);
    },
  };
}
