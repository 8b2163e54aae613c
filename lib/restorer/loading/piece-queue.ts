/**
 * Hands buffers from the reader to a session one at a time: `push` waits until the buffer before was taken, so memory
 * stays bounded whatever the size of a table or a value.
 */
export class PieceQueue {
  private piece: Buffer | null = null;
  private ended = false;
  private dropped = false;
  private wakeReader: (() => void) | null = null;
  private wakeWriter: (() => void) | null = null;

  async push(piece: Buffer): Promise<void> {
    while (this.piece !== null && !this.dropped) {
      await new Promise<void>((resolve) => {
        this.wakeReader = resolve;
      });
    }
    if (this.dropped) return;
    this.piece = piece;
    this.wakeWriter?.();
  }

  end(): void {
    this.ended = true;
    this.wakeWriter?.();
  }

  /** Nobody will take pieces any more: what comes is thrown away. */
  drop(): void {
    this.dropped = true;
    this.piece = null;
    this.wakeReader?.();
  }

  async *pieces(): AsyncGenerator<Buffer> {
    for (;;) {
      if (this.piece !== null) {
        const piece = this.piece;
        this.piece = null;
        this.wakeReader?.();
        yield piece;
      } else if (this.ended) return;
      else {
        await new Promise<void>((resolve) => {
          this.wakeWriter = resolve;
        });
      }
    }
  }
}
