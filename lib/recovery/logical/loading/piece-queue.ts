/**
 * Hands pieces from the reader to a session one at a time: `push` waits until there is room, so memory stays bounded whatever
 * the size of a table or a value.
 */
export class PieceQueue<Piece = Buffer> {
  readonly #capacity: number;
  readonly #weigh: (piece: Piece) => number;
  readonly #waiting: Piece[] = [];
  #weight = 0;
  #ended = false;
  #dropped = false;
  #wakeReader: (() => void) | null = null;
  #wakeWriter: (() => void) | null = null;

  /** @param capacity weight of the pieces that may wait, to within one piece @param weigh every piece weighs 1 without it */
  constructor(capacity = 1, weigh: (piece: Piece) => number = () => 1) {
    this.#capacity = capacity;
    this.#weigh = weigh;
  }

  async push(piece: Piece): Promise<void> {
    while (this.#weight >= this.#capacity && !this.#dropped) {
      await new Promise<void>((resolve) => {
        this.#wakeReader = resolve;
      });
    }
    if (this.#dropped) return;
    this.#waiting.push(piece);
    this.#weight += this.#weigh(piece);
    this.#wakeWriter?.();
  }

  end(): void {
    this.#ended = true;
    this.#wakeWriter?.();
  }

  /** Nobody will take pieces any more: what comes is thrown away. */
  drop(): void {
    this.#dropped = true;
    this.#waiting.length = 0;
    this.#wakeReader?.();
  }

  /** @param guard waits beside the end of the restore, after which no piece comes any more @throws what ended the restore */
  async *pieces(guard: (wait: Promise<void>) => Promise<void>): AsyncGenerator<Piece> {
    for (;;) {
      const piece = this.#waiting.shift();
      if (piece !== undefined) {
        this.#weight -= this.#weigh(piece);
        this.#wakeReader?.();
        yield piece;
      } else if (this.#ended) return;
      else {
        await guard(
          new Promise<void>((resolve) => {
            this.#wakeWriter = resolve;
          }),
        );
      }
    }
  }
}
