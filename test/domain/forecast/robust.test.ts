import { describe, expect, test } from 'vitest';
import { lastShift } from '../../../lib/domain/forecast/level-shift.ts';
import { fourInFive, isTrend, theilSenSlope } from '../../../lib/domain/forecast/robust.ts';

const inOrder = (...values: number[]) => values.map((y, x) => ({ x, y }));

describe('the slope through points', () => {
  test('is that of most of them, whatever one does', () => {
    expect(theilSenSlope(inOrder(1, 2, 3, 400, 5, 6))).toBe(1);
    expect(theilSenSlope([...inOrder(1, 2, 3)].reverse())).toBe(1);
  });

  test('is none of points at one place, of one and of none', () => {
    expect(
      theilSenSlope([
        { x: 1, y: 1 },
        { x: 1, y: 9 },
      ]),
    ).toBe(0);
    expect(theilSenSlope(inOrder(7))).toBe(0);
    expect(theilSenSlope([])).toBe(0);
  });
});

describe('an order of values', () => {
  test.each([
    { values: [1, 2, 3, 4], trend: true, because: 'all four are in order' },
    { values: [4, 3, 2, 1], trend: true, because: 'so they are downwards' },
    { values: [1, 2, 4, 3], trend: false, because: 'of four one is not' },
    { values: [1, 2, 3], trend: false, because: 'three are in order by chance one time in three' },
    { values: [5, 5, 5, 5, 5, 5], trend: false, because: 'nothing moves' },
    { values: [1, 2, 3, 40, 5, 6, 7], trend: true, because: 'one outlier changes nothing' },
    { values: [3, 1, 4, 1, 5, 9, 2, 6, 5, 3], trend: false, because: 'it may be chance' },
  ])('$values: $because', ({ values, trend }) => {
    expect(isTrend(inOrder(...values))).toBe(trend);
  });
});

test('four of five distances lie within the rank that leaves room for one more', () => {
  expect(fourInFive([5, 1, 3, 2])).toBe(5);
  expect(fourInFive([1, 2, 3, 4, 5, 6, 7, 8, 9])).toBe(8);
  expect(fourInFive([])).toBe(0);
});

describe('a jump to another level', () => {
  test.each([
    { values: [10, 10.1, 9.9, 10, 14, 14.2, 13.9], place: 4, because: 'three stay there' },
    { values: [10, 10.1, 9.9, 10, 6, 6.1, 5.9], place: 4, because: 'also downwards' },
    { values: [10, 10.1, 9.9, 10, 14, 14.2], place: 0, because: 'two may be chance' },
    { values: [10, 10.1, 9.9, 30, 10, 10.1, 9.9], place: 0, because: 'one slow drill is none' },
    { values: [10, 11.5, 13.2, 15.2, 17.5, 20.1, 23.1], place: 0, because: 'growth is none' },
    { values: [10, 14, 9, 13, 10, 15, 11, 14], place: 0, because: 'noise is none' },
    { values: [10, 10, 10, 10, 10, 10, 10], place: 0, because: 'nothing moves' },
    { values: [0, 0, 0, 5, 5, 5], place: 0, because: 'there are no shares of nothing' },
    { values: [5, 5, 5, 9, 9, 9, 9, 20, 20, 20], place: 7, because: 'the last of two counts' },
  ])('$values at $place: $because', ({ values, place }) => {
    expect(lastShift(values)).toBe(place);
  });
});
