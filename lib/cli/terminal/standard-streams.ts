import { once } from 'node:events';

/** The two streams that commands write to; `process` has them. */
export interface StandardStreams {
  stdout: NodeJS.WritableStream & { readonly writableLength: number };
  stderr: NodeJS.WritableStream;
}

export interface StreamWatch {
  /** Waits until stdout has taken everything. Gives the system's code (`EPIPE`, `ENOSPC` …) when it did not, else null. */
  lostOutput(): Promise<string | null>;
}

/**
 * Makes sure that a pipe that was closed or a disk that is full never ends a drill: without a listener Node ends the process
 * with exit code 1, which would say NOT_PROVEN, and leaves the drill unsealed. What stderr cannot take is lost; what stdout
 * cannot take is remembered, because it is what was asked for.
 */
export function watchStandardStreams({ stdout, stderr }: StandardStreams): StreamWatch {
  let lost: string | null = null;
  const remember = (error: NodeJS.ErrnoException): void => {
    lost ??= error.code ?? error.name;
  };
  stdout.on('error', remember);
  stderr.on('error', () => {});
  return {
    async lostOutput() {
      // Only when something waits: a full disk refuses even nothing. Its failure comes by the listener above as well.
      if (stdout.writable && stdout.writableLength > 0) {
        const taken = new Promise<void>((resolve) => stdout.write('', () => resolve()));
        await Promise.race([taken, once(stdout, 'close')]).catch(() => {});
      }
      await new Promise((resolve) => setImmediate(resolve));
      return lost;
    },
  };
}
