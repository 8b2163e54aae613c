import { lastShift } from './level-shift.ts';
import { isTrend, median, type Point, theilSenSlope } from './robust.ts';

/** A size on a day, in days since 1970. */
export interface SizeOnDay {
  day: number;
  size: number;
}

/** How the size of a database goes on. */
export interface SizeTrend {
  /** The size on a day, never below 0. */
  on(day: number): number;
  growth: 'none' | 'by amount' | 'by share';
}

/** The level is that of so many newest sizes: one odd dump moves it little, and a size that changed is followed at once. */
const newest = 3;
/** Fewer sizes do not tell growth by share from growth by amount. */
const sharesFrom = 6;
/** Growth by share is believed only where it fits so much better: it runs away soonest. */
const shareFit = 0.8;

/**
 * The trend through past sizes, since they last jumped: a straight line, or one of growth by a share of itself where that
 * fits the past much better; level where the order of the sizes may be chance.
 *
 * @param sizes above 0, in the order of time
 */
export function sizeTrend(sizes: readonly SizeOnDay[]): SizeTrend {
  const since = sizes.slice(lastShift(sizes.map(({ size }) => size)));
  const byAmount = since.map(({ day, size }): Point => ({ x: day, y: size }));
  const byShare = since.map(({ day, size }): Point => ({ x: day, y: Math.log(size) }));
  if (!isTrend(byAmount))
    return { growth: 'none', on: () => median(since.slice(-newest).map(({ size }) => size)) };
  const line = lineThrough(byAmount);
  const curve = lineThrough(byShare);
  const isOff = (guess: (day: number) => number) =>
    median(since.map(({ day, size }) => Math.abs(guess(day) - size)));
  const grown = (day: number) => Math.exp(curve.fitted(day));
  if (since.length >= sharesFrom && isOff(grown) < shareFit * isOff(line.fitted))
    return { growth: 'by share', on: (day) => Math.exp(curve.on(day)) };
  return { growth: 'by amount', on: (day) => Math.max(0, line.on(day)) };
}

function lineThrough(points: Point[]) {
  const slope = theilSenSlope(points);
  const above = points.map(({ x, y }) => y - slope * x);
  const [middle, level] = [median(above), median(above.slice(-newest))];
  return { fitted: (x: number) => middle + slope * x, on: (x: number) => level + slope * x };
}
