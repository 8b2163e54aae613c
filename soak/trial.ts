import type { Random } from '../test/corpus/mutants/random.ts';

/** What a trial works with. */
export interface Surroundings {
  /** The built program that its drills run. */
  commandLine: string;
  /** Tells how far it is; goes to stderr. */
  say(text: string): void;
}

/** One thing that was wrong. */
export interface Failure {
  /** What was tried and what came of it. Holds no row of a dump. */
  what: string;
  /** Case by which it is repeated: `--only TRIAL --seed THIS --count 1`. */
  seed: number;
}

/** What a trial saw: figures for the table, and what was wrong. */
export interface Seen {
  /** Name and value, in the order of the table. */
  figures: [name: string, value: string][];
  failures: Failure[];
  /** Why nothing of it was tried. */
  skipped?: string;
}

/** Cases that a trial tries: the case of a seed is the same on every run. */
export class Cases {
  /** How many at most. */
  readonly count: number;
  /** Seed of the first; each next one has the next. */
  readonly seed: number;
  /** How many were begun. */
  tried = 0;
  readonly #endsAt: number;

  /** @param minutes after which none is begun any more */
  constructor(count: number, seed: number, minutes = Number.POSITIVE_INFINITY) {
    this.count = count;
    this.seed = seed;
    this.#endsAt = performance.now() + minutes * 60_000;
  }

  /** The next seed; null when all were tried, or their time is over. */
  next(): number | null {
    if (this.tried === this.count || performance.now() > this.#endsAt) return null;
    this.tried += 1;
    return this.seed + this.tried - 1;
  }

  /** Seeds, one after the other. */
  *seeds(): Generator<number> {
    for (let seed = this.next(); seed !== null; seed = this.next()) yield seed;
  }
}

/** One kind of trouble that the product is put through. */
export interface Trial {
  /** As `--only` takes it. */
  name: string;
  /** What is done, as the table says it. */
  what: string;
  /** Cases of a whole soak. */
  fullCount: number;
  /** Runs only where it is asked for by name. */
  optIn?: boolean;
  run(cases: Cases, surroundings: Surroundings): Promise<Seen>;
}

/** How often each of these was seen, the most frequent first: `PROVEN 3, NOT_PROVEN 1`. */
export function tally(seen: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const each of seen) counts.set(each, (counts.get(each) ?? 0) + 1);
  const sorted = [...counts].sort(([, a], [, b]) => b - a);
  return sorted.map(([each, count]) => `${each} ${count}`).join(', ') || 'none';
}

/** Draws from a list as often as its number says. */
export function drawn<T>(random: Random, from: readonly (readonly [what: T, weight: number])[]): T {
  return random.pick(from.flatMap(([what, weight]) => Array<T>(weight).fill(what)));
}
