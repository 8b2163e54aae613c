import type { Clock } from '../../../ports/clock.ts';
import { NotDelivered } from '../../../ports/not-delivered.ts';

/** One request to a target. */
export interface Delivery {
  url: URL;
  headers?: Record<string, string>;
  /** Sent by POST. */
  body: string;
}

/** Sends it, once or several times. Throws NotDelivered. */
export type Deliver = (delivery: Delivery) => Promise<void>;

export interface DeliveryLimits {
  /** For one answer. */
  attemptSeconds: number;
  /** For all attempts and the pauses between them. */
  totalSeconds: number;
  /** Seconds between one attempt and the next; there is one attempt more. */
  pausesSeconds: readonly number[];
}

/** Half of what a state of the machine has at least (60 s), so that telling never becomes its time limit. */
export const patientLimits: DeliveryLimits = {
  attemptSeconds: 8,
  totalSeconds: 25,
  pausesSeconds: [1, 3, 9],
};

/** For what a drill waits for before it begins. */
export const briefLimits: DeliveryLimits = { attemptSeconds: 5, totalSeconds: 5, pausesSeconds: [] };

/** What is left to a drill that was interrupted: somebody waits for the process to end. */
const interruptedSeconds = 2;

/**
 * Delivery by HTTPS with a time limit, repeated on what may pass: no answer, 408, 429 and 5xx. A redirect is not followed,
 * because it would carry a secret to whom nobody named.
 *
 * @param options.signal aborted: the drill was interrupted, and deliveries have 2 s left
 */
export function createDelivery(options: {
  clock: Pick<Clock, 'sleep'>;
  signal: AbortSignal;
  limits: DeliveryLimits;
}): Deliver {
  const { clock, limits } = options;
  return async (delivery) => {
    const end = deadline(limits.totalSeconds, options.signal);
    const pauses = [...limits.pausesSeconds];
    try {
      for (let attempts = 1; ; attempts += 1) {
        const outcome = await attempt(delivery, limits.attemptSeconds, end.signal);
        if (outcome.kind === 'taken') return;
        const pause = pauses.shift();
        if (outcome.kind === 'refused' || pause === undefined || end.signal.aborted)
          throw new NotDelivered(saidOf(outcome.says, attempts));
        await clock
          .sleep(Math.max(pause, Math.min(outcome.afterSeconds, limits.attemptSeconds)), end.signal)
          .catch(() => undefined);
        if (end.signal.aborted) throw new NotDelivered(saidOf(outcome.says, attempts));
      }
    } finally {
      end.release();
    }
  };
}

const saidOf = (says: string, attempts: number): string =>
  attempts === 1 ? says : `${says}, the last of ${attempts} attempts`;

type Outcome =
  | { kind: 'taken' }
  /** Nothing would change by asking again. */
  | { kind: 'refused'; says: string }
  | { kind: 'not now'; says: string; afterSeconds: number };

async function attempt(delivery: Delivery, seconds: number, end: AbortSignal): Promise<Outcome> {
  const limit = AbortSignal.timeout(seconds * 1000);
  try {
    const response = await fetch(delivery.url, {
      method: 'POST',
      headers: { 'user-agent': 'restore-drill', ...delivery.headers },
      body: delivery.body,
      redirect: 'manual',
      signal: AbortSignal.any([limit, end]),
    });
    const word = await wordOf(response);
    return judged(response, word);
  } catch (error) {
    const late = limit.aborted || end.aborted;
    return {
      kind: 'not now',
      says: late ? 'no answer in time' : `no answer (${codeOf(error)})`,
      afterSeconds: 0,
    };
  }
}

function judged({ status, headers }: Response, word: string): Outcome {
  if (status >= 200 && status < 300) return { kind: 'taken' };
  if (status >= 300 && status < 400)
    return { kind: 'refused', says: `it answered HTTP ${status}, a redirect, which is not followed` };
  const says = `it answered HTTP ${status}${word}`;
  if (status !== 408 && status !== 429 && status < 500) return { kind: 'refused', says };
  const after = Number(headers.get('retry-after') ?? 0);
  return { kind: 'not now', says, afterSeconds: Number.isFinite(after) ? after : 0 };
}

/** Slack says in one word what it does not like (`invalid_blocks`, `no_service`). Any other text might quote what was sent. */
async function wordOf(response: Response): Promise<string> {
  if (response.ok || !(response.headers.get('content-type') ?? '').startsWith('text/')) {
    await response.body?.cancel();
    return '';
  }
  const reader = response.body?.getReader();
  const first = await reader?.read();
  await reader?.cancel();
  const text = new TextDecoder().decode(first?.value?.slice(0, 100) ?? new Uint8Array());
  return /^[a-z]+(_[a-z]+)+$/.test(text) ? ` (${text})` : '';
}

/** `ECONNREFUSED`, `DEPTH_ZERO_SELF_SIGNED_CERT`: the message of an error of the network names hosts. */
function codeOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  const code =
    typeof cause === 'object' && cause !== null && 'code' in cause
      ? String(cause.code)
      : 'the connection failed';
  return /^[A-Z][A-Z0-9_]+$/.test(code) ? code : 'the connection failed';
}

/** Aborts when the time is up, or 2 s after the drill was interrupted. */
function deadline(totalSeconds: number, interrupted: AbortSignal): { signal: AbortSignal; release(): void } {
  const controller = new AbortController();
  const abortAfter = (seconds: number) => setTimeout(() => controller.abort(), seconds * 1000);
  const timers = [abortAfter(interrupted.aborted ? interruptedSeconds : totalSeconds)];
  const hurry = () => void timers.push(abortAfter(interruptedSeconds));
  interrupted.addEventListener('abort', hurry, { once: true });
  return {
    signal: controller.signal,
    release() {
      for (const timer of timers) clearTimeout(timer);
      interrupted.removeEventListener('abort', hurry);
    },
  };
}
