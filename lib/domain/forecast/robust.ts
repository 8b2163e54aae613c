import { median as d3Median } from 'd3-array';

/** The middle of some values; 0 of none. */
export const median = (values: readonly number[]): number => d3Median(values) ?? 0;

/** A value at a place and how far along it lies. */
export interface Point {
  x: number;
  y: number;
}

/**
 * Slope of the line through some points, by Theil and Sen: the median of the slopes between all pairs. Up to 29 of 100 points
 * may lie anywhere without moving it far. 0 where all stand at one place.
 */
export function theilSenSlope(points: readonly Point[]): number {
  const slopes: number[] = [];
  for (const [place, a] of points.entries())
    for (let other = place + 1; other < points.length; other += 1) {
      const b = points[other]!;
      if (a.x !== b.x) slopes.push((b.y - a.y) / (b.x - a.x));
    }
  return median(slopes);
}

/**
 * Whether values rise or fall with their place more than chance would let them: Kendall's test, two-sided at 10 %. Four
 * points must all be in order, of ten about seven pairs in ten.
 */
export function isTrend(points: readonly Point[]): boolean {
  const count = points.length;
  let score = 0;
  for (const [place, a] of points.entries())
    for (let other = place + 1; other < count; other += 1) {
      const b = points[other]!;
      score += Math.sign(b.x - a.x) * Math.sign(b.y - a.y);
    }
  // Of four points only 2 of 24 orders score 6. From five on the normal approximation, with its correction of one.
  if (count < 5) return count === 4 && Math.abs(score) === 6;
  const deviation = Math.sqrt((count * (count - 1) * (2 * count + 5)) / 18);
  return (Math.abs(score) - 1) / deviation > 1.645;
}

/**
 * The smallest of some distances that a further one exceeds in no more than 1 of 5 cases: the rank ceil(0.8 (n + 1)) of
 * n, as split conformal prediction takes it. Of fewer than nine it is the largest. 0 of none.
 */
export function fourInFive(distances: readonly number[]): number {
  const sorted = [...distances].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length, Math.ceil(0.8 * (sorted.length + 1))) - 1] ?? 0;
}
