import type { RestorePhase } from '../../../domain/recovery/restore-account.ts';

type PhaseName = RestorePhase['name'];
const order: PhaseName[] = ['reading', 'pre-data', 'data', 'post-data', 'finishing'];

/** Measures phases that overlap: each runs from its first to its last work. Times in seconds of a monotonic clock. */
export class PhaseClock {
  readonly #spans = new Map<PhaseName, { from: number; to: number }>();
  readonly #now: () => number;
  current: PhaseName = 'reading';

  constructor(now: () => number = () => performance.now() / 1000) {
    this.#now = now;
  }

  /** Work of this phase begins or goes on. */
  touch(name: PhaseName): void {
    const at = this.#now();
    const span = this.#spans.get(name);
    if (span === undefined) this.#spans.set(name, { from: at, to: at });
    else span.to = at;
    if (order.indexOf(name) > order.indexOf(this.current)) this.current = name;
  }

  phases(bytesRead: number, rowsLoaded: number): RestorePhase[] {
    return order.flatMap((name) => {
      const span = this.#spans.get(name);
      if (span === undefined) return [];
      const phase: RestorePhase = { name, seconds: span.to - span.from };
      if (name === 'reading') phase.bytes = bytesRead;
      if (name === 'data') phase.rows = rowsLoaded;
      return [phase];
    });
  }
}
