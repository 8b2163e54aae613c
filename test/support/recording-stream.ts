import { Writable } from 'node:stream';

/** A stream that keeps what is written; a terminal when columns are given. */
export class RecordingStream extends Writable {
  readonly writes: string[] = [];
  readonly isTTY: boolean;
  columns: number;
  rows = 24;

  constructor(columns?: number) {
    super({ decodeStrings: false });
    this.isTTY = columns !== undefined;
    this.columns = columns ?? 80;
  }

  override _write(chunk: unknown, _encoding: BufferEncoding, done: () => void): void {
    this.writes.push(String(chunk));
    done();
  }

  get text(): string {
    return this.writes.join('');
  }
}
