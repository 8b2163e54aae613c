import { setTimeout as sleep } from 'node:timers/promises';
import { DrillError } from '../../../domain/findings/errors.ts';
import type { Session } from './connection.ts';
import { ConnectionLost } from './server-error.ts';

/**
 * How long to wait for a server that does not accept connections. Crash recovery of a small sandbox takes seconds; a
 * server that is really gone must be called lost soon, because people wait: 15 s, in steps of 0.25 s.
 */
export const reconnectForMs = 15_000;
const reconnectEveryMs = 250;

/** A place for one session: opened when first needed, opened anew when it was lost. */
export class Slot {
  readonly main: boolean;
  #session: Session | null = null;
  readonly #connect: () => Promise<Session>;
  readonly #signal: AbortSignal;

  constructor(main: boolean, connect: () => Promise<Session>, signal: AbortSignal) {
    this.main = main;
    this.#connect = connect;
    this.#signal = signal;
  }

  /** @throws DrillError SANDBOX_LOST when the server stays away, ServerError when it refuses us */
  async get(): Promise<Session> {
    if (this.#session !== null && !this.#session.lost) return this.#session;
    this.#session = await connectPatiently(this.#connect, this.#signal);
    return this.#session;
  }

  /** Drops the session; the next `get` opens another. */
  discard(): void {
    this.#session?.destroy();
    this.#session = null;
  }

  async close(): Promise<void> {
    await this.#session?.close();
    this.#session = null;
  }
}

/** Connects, and waits for a server that is restarting. @throws DrillError SANDBOX_LOST */
export async function connectPatiently(
  connect: () => Promise<Session>,
  signal: AbortSignal,
): Promise<Session> {
  const giveUpAt = Date.now() + reconnectForMs;
  for (;;) {
    signal.throwIfAborted();
    try {
      return await connect();
    } catch (error) {
      if (!(error instanceof ConnectionLost)) throw error;
      if (Date.now() >= giveUpAt) throw sandboxLost(error);
      await sleep(reconnectEveryMs, undefined, { signal });
    }
  }
}

export const sandboxLost = (cause: unknown): DrillError =>
  new DrillError('SANDBOX_LOST', 'the server of the sandbox does not answer any more', {
    hint: 'Start the drill again; if it happens again, look at the memory and disk of the machine.',
    fault: 'service',
    retryable: true,
    cause,
  });
