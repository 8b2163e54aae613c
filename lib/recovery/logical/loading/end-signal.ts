/**
 * The end of a restore as something to wait beside. Promise.race against one long-lived promise would keep a reaction
 * for every wait (a million waits in a large dump); here a wait leaves nothing behind.
 */
export class EndSignal {
  readonly #waiting = new Set<(reason: unknown) => void>();
  #ended: { reason: unknown } | null = null;

  get isEnded(): boolean {
    return this.#ended !== null;
  }

  /** Ends the restore; only the first reason counts. */
  end(reason: unknown): void {
    if (this.#ended !== null) return;
    this.#ended = { reason };
    for (const reject of this.#waiting) reject(reason);
    this.#waiting.clear();
  }

  /** The promise's own outcome, or the reason of the end, whichever comes first. */
  guard<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#ended !== null) {
        promise.catch(() => {});
        return reject(this.#ended.reason);
      }
      this.#waiting.add(reject);
      promise.then(resolve, reject).finally(() => this.#waiting.delete(reject));
    });
  }
}
