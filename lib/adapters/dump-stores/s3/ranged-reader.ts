import { isTransientS3Error } from './s3-errors.ts';

/** One answer to a request for a range. */
export interface RangeAnswer {
  body: AsyncIterable<Uint8Array>;
  /** Size of the whole object; null when the store ignored the range and sends the whole object. */
  totalBytes: number | null;
  /** Pin for the next ranges. */
  etag: string | null;
}

export interface RangedSource {
  /**
   * Asks for bytes `first` to `last`, both included. Null: the range begins behind the end of the object.
   * `etag` refuses any other object.
   */
  fetchRange(
    first: number,
    last: number,
    etag: string | null,
    signal: AbortSignal,
  ): Promise<RangeAnswer | null>;
  /** Waits before a retry. */
  sleep(seconds: number): Promise<void>;
}

export interface RangedReadOptions {
  startByte: number;
  /** Included; null: to the end. */
  endByte: number | null;
  etag: string | null;
  partBytes: number;
  concurrency: number;
}

/**
 * 2 MiB, six at once. AWS advises ranges of 8 to 16 MB and one connection per 85 to 90 MB/s wanted (S3 User Guide, "Use
 * byte-range fetches"); but buffers of that size are freed late: reading 1 GiB peaked at 206 MiB of resident memory with
 * four parts of 8 MiB, over our whole budget of 200, and at some 121 MiB with these, of which Node and the SDK are 65. At
 * 30 ms to the first byte six of these make some 240 MB/s, more than a restore takes. 50 GB cost 25,000 requests, one
 * US cent.
 */
export const defaultParts = { partBytes: 2 * 1024 * 1024, concurrency: 6 };

/** Tries for one part, the first included: with waits of 0.5, 1, 2 and 4 s a reset or a short outage is bridged. */
const triesPerPart = 5;
/** No byte for this long is a dead connection. */
const stallSeconds = 30;

/**
 * Reads an object as one ordered stream of bytes by several ranged requests at once. The first request tells the size,
 * so that a small object costs one request. A part that breaks off is asked for again from the byte it reached.
 */
export async function* readInParts(
  source: RangedSource,
  options: RangedReadOptions,
  outerSignal: AbortSignal | undefined,
): AsyncGenerator<Buffer, void, undefined> {
  const { startByte, endByte, partBytes, concurrency } = options;
  const stop = new AbortController();
  const signal = outerSignal === undefined ? stop.signal : AbortSignal.any([outerSignal, stop.signal]);
  const inFlight: Promise<Buffer>[] = [];
  try {
    const firstLast = Math.min(startByte + partBytes - 1, endByte ?? Number.MAX_SAFE_INTEGER);
    // Not retried here: the client has tried four times, and a store that is down shall be named soon.
    const first = await source.fetchRange(startByte, firstLast, options.etag, signal);
    if (first === null) return;
    if (first.totalBytes === null) {
      yield* wholeObject(first, startByte, endByte);
      return;
    }
    const etag = options.etag ?? first.etag;
    const end = Math.min(first.totalBytes - 1, endByte ?? Number.MAX_SAFE_INTEGER);
    let next = Math.min(firstLast, end) + 1;
    inFlight.push(
      observed(readPart(source, { first: startByte, last: next - 1, etag, begun: first }, signal)),
    );
    while (inFlight.length > 0) {
      while (inFlight.length < concurrency && next <= end) {
        const last = Math.min(next + partBytes - 1, end);
        inFlight.push(observed(readPart(source, { first: next, last, etag, begun: null }, signal)));
        next = last + 1;
      }
      const part = await inFlight.shift();
      if (part !== undefined) yield part;
    }
  } finally {
    // Also when the reader stops half-way: nothing may go on downloading.
    stop.abort();
  }
}

/** A range of the object, both ends included, in bytes. */
interface Part {
  first: number;
  last: number;
  etag: string | null;
  /** An answer that has begun already. */
  begun: RangeAnswer | null;
}

/** Fills one buffer with a part, going on after a break where it stopped. */
async function readPart(
  source: RangedSource,
  { first, last, etag, begun }: Part,
  signal: AbortSignal,
): Promise<Buffer> {
  const part = Buffer.allocUnsafe(last - first + 1);
  let filled = 0;
  let answer = begun;
  await retrying(source, signal, async () => {
    const current = answer ?? (await source.fetchRange(first + filled, last, etag, signal));
    answer = null;
    if (current === null) throw new Error('the object ended early');
    if (current.totalBytes === null) throw new Error('the store stopped answering ranges');
    for await (const chunk of withStallLimit(current.body, signal)) {
      if (filled + chunk.length > part.length) throw new Error('the store sent more bytes than asked for');
      part.set(chunk, filled);
      filled += chunk.length;
    }
    if (filled < part.length) throw new Error('the body ended early');
  });
  return part;
}

async function retrying<Result>(
  source: RangedSource,
  signal: AbortSignal,
  attempt: () => Promise<Result>,
): Promise<Result> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      signal.throwIfAborted();
      if (tries >= triesPerPart || !isTransientS3Error(error)) throw error;
      await source.sleep(0.25 * 2 ** tries);
    }
  }
}

/** A store that knows no ranges sends everything: it is passed on as it comes, in one connection. */
async function* wholeObject(
  answer: RangeAnswer,
  startByte: number,
  endByte: number | null,
): AsyncGenerator<Buffer> {
  let position = 0;
  for await (const chunk of answer.body) {
    const from = Math.max(0, startByte - position);
    const to = endByte === null ? chunk.length : Math.min(chunk.length, endByte + 1 - position);
    position += chunk.length;
    if (from < to) yield Buffer.from(chunk.subarray(from, to));
    if (endByte !== null && position > endByte) return;
  }
}

async function* withStallLimit(
  body: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const chunks = body[Symbol.asyncIterator]();
  let timer: NodeJS.Timeout | undefined;
  try {
    for (;;) {
      const stalled = new Promise<never>((_, reject) => {
        timer = setTimeout(
          () => reject(new Error(`the body stalled for ${stallSeconds} s`)),
          stallSeconds * 1000,
        );
      });
      const next = await Promise.race([chunks.next(), stalled]);
      clearTimeout(timer);
      signal.throwIfAborted();
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    clearTimeout(timer);
    // Not awaited: a stalled body would never answer.
    chunks.return?.().then(undefined, () => undefined);
  }
}

/** Keeps a part that fails before its turn from being an unhandled rejection; its turn throws the error. */
function observed(part: Promise<Buffer>): Promise<Buffer> {
  part.catch(() => undefined);
  return part;
}
