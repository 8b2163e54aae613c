/** How fast bytes go by, and how long the rest will take. */
export interface Pace {
  bytesPerSecond: number;
  /** Null where the total is not known. */
  secondsLeft: number | null;
}

/** What happened longer ago says nothing of the speed now: tables and index builds take turns. */
const windowSeconds = 15;
/** Of less than this nothing can be said. */
const leastSeconds = 2;

/** Reckons the pace of the last seconds from what was told of them. */
export class PaceMeter {
  #samples: { at: number; bytes: number }[] = [];
  #of = '';

  /** @param of what the bytes are of: with another begins another reckoning @param at in seconds @returns null while it is too early, and when all is read */
  measure(of: string, at: number, bytes: number, totalBytes: number | null): Pace | null {
    const last = this.#samples.at(-1);
    if (of !== this.#of || (last !== undefined && bytes < last.bytes)) this.#samples = [];
    this.#of = of;
    this.#samples.push({ at, bytes });
    while ((this.#samples[1]?.at ?? at) <= at - windowSeconds) this.#samples.shift();
    const first = this.#samples[0] ?? { at, bytes };
    const seconds = at - first.at;
    const bytesPerSecond = seconds === 0 ? 0 : (bytes - first.bytes) / seconds;
    const isRead = totalBytes !== null && bytes >= totalBytes;
    if (seconds < leastSeconds || bytesPerSecond <= 0 || isRead) return null;
    return {
      bytesPerSecond,
      secondsLeft: totalBytes === null ? null : (totalBytes - bytes) / bytesPerSecond,
    };
  }
}
