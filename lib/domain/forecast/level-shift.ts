import { median } from './robust.ts';

/** So many values on either side of a shift are compared: two of three decide, so that one odd drill is no shift. */
const side = 3;
/** A shift is at least so much of the level: 20 %. */
const leastShift = Math.log(1.2);
/** And so many times what neighbours usually differ by. */
const timesUsual = 3;

/**
 * Where a series last jumped to another level and stayed there: the place of the first value after the jump; 0: it never
 * did. Growth is none: neighbours are compared with neighbours.
 *
 * @param values in the order of time; where one is not above 0, shares say nothing and no jump is found
 */
export function lastShift(values: readonly number[]): number {
  if (values.some((value) => value <= 0)) return 0;
  const logs = values.map((value) => Math.log(value));
  const usual = median(logs.slice(1).map((value, place) => Math.abs(value - logs[place]!)));
  for (let place = logs.length - side; place >= side; place -= 1) {
    const before = logs.slice(place - side, place);
    const after = logs.slice(place, place + side);
    const jump = median(after) - median(before);
    const apart =
      jump > 0 ? Math.min(...after) - Math.max(...before) : Math.min(...before) - Math.max(...after);
    const own = Math.abs(logs[place]! - logs[place - 1]!);
    if (apart > 0 && own > leastShift && Math.abs(jump) > Math.max(leastShift, timesUsual * usual))
      return place;
  }
  return 0;
}
