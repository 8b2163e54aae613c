import { median, theilSenSlope } from './robust.ts';

/** Seconds, or dollars, of a part by the amount it works on; null: whatever the amount. */
export type PartModel = (amount: number | null) => number;

/** So many newest drills say how fast it goes. */
const newest = 8;
/** Amounts that differ by less than this factor do not tell what is worth a start and what a byte. */
const spread = 1.3;

/**
 * How long a part takes: a start and so much per amount. Where the amounts are too alike to tell the two apart, all of it
 * counts as work: growth is then rather over- than underrated.
 */
export function partModel(measured: readonly { value: number; amount: number | null }[]): PartModel {
  const known = measured.flatMap(({ value, amount }) =>
    amount === null || amount <= 0 ? [] : [{ x: amount, y: value }],
  );
  const level = median(measured.slice(-newest).map(({ value }) => value));
  if (known.length === 0 || known.length < measured.length / 2) return () => level;
  const all = median(known.map(({ x, y }) => y / x));
  const amounts = known.map(({ x }) => x);
  const differ = Math.max(...amounts) / Math.min(...amounts) >= spread;
  // No start takes less than no time.
  const slope = differ ? Math.min(all, Math.max(0, theilSenSlope(known))) : all;
  const start = Math.max(0, median(known.slice(-newest).map(({ x, y }) => y - slope * x)));
  return (amount) => (amount === null ? level : start + slope * amount);
}
