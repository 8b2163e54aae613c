import { describe, expect, test } from 'vitest';
import { type Forecast, forecastOf } from '../../../lib/domain/forecast/forecast.ts';
import type { DrillMeasurement } from '../../../lib/domain/forecast/measurement.ts';
import { aMeasurement, monthly } from './support/measurements.ts';

const forecast = (drills: DrillMeasurement[], from = drills.at(-1)?.day ?? 20_000): Forecast =>
  forecastOf(drills, [], from);
const central = ({ next, in90Days }: Forecast) => [next, in90Days].map((one) => one?.rtoSeconds.central);

describe('fewer than four drills', () => {
  test.each([
    { drills: monthly(), says: 'a forecast needs 4 comparable drills, and there are none' },
    { drills: monthly(1), says: 'a forecast needs 4 comparable drills, and there is 1' },
    { drills: monthly(1, 1.1, 1.2), says: 'a forecast needs 4 comparable drills, and there are 3' },
  ])('forecast nothing, and say so: $says', ({ drills, says }) => {
    expect(forecast(drills)).toMatchObject({ next: null, in90Days: null, not: says });
  });
});

describe('growth', () => {
  test('by amount goes on by amount: what works grows, provisioning stays', () => {
    const made = forecast(monthly(1, 1.1, 1.2, 1.3, 1.4));
    expect(made).toMatchObject({ drills: 5, not: null, leftOut: [] });
    expect(made.next?.at).toBe('2025-03-03T00:00:00.000Z');
    expect(made.in90Days?.at).toBe('2025-05-02T00:00:00.000Z');
    expect(made.next?.rtoSeconds.central).toBeCloseTo(120 + 600 * 1.5, 0);
    expect(made.in90Days?.rtoSeconds.central).toBeCloseTo(120 + 600 * 1.7, 0);
    expect(made.in90Days?.costUsd?.central).toBeCloseTo(0.17, 2);
  });

  test('by a share of itself goes on by that share', () => {
    const sizes = Array.from({ length: 10 }, (_unused, month) => 1.1 ** month);
    expect(forecast(monthly(...sizes)).in90Days?.rtoSeconds.central).toBeCloseTo(120 + 600 * 1.1 ** 12, -1);
  });

  test('downwards goes on downwards, and never below nothing', () => {
    expect(central(forecast(monthly(2, 1.8, 1.6, 1.4, 1.2)))).toEqual([720, 480]);
    const [, far] = central(forecast(monthly(2, 1.5, 1, 0.5)));
    expect(far).toBe(120);
  });

  test('that may be chance is none', () => {
    const [next, far] = central(forecast(monthly(1, 1.02, 1.01, 1.03, 1)));
    expect(far).toBe(next);
  });
});

describe('sizes and times that never change', () => {
  test('are forecast as they are, with the 2 % by which no clock is exact', () => {
    const { next, in90Days } = forecast(monthly(1, 1, 1, 1));
    expect(next?.rtoSeconds).toEqual({ central: 720, low: 705.882, high: 734.4 });
    expect(in90Days?.rtoSeconds).toEqual(next?.rtoSeconds);
  });
});

describe('one slow drill', () => {
  const slow = monthly(1, 1, 1, 1, 1, 1, 1, 1, 1, 1);
  slow[9] = aMeasurement({ ...slow[9]!, seconds: 2160 });

  test('does not move the forecast', () => {
    expect(central(forecast(slow))).toEqual([720, 720]);
  });

  test('widens the interval only while the drills are few', () => {
    expect(forecast(slow).next?.rtoSeconds.high).toBeLessThan(740);
    const [few] = [forecast(slow.slice(-4))];
    expect(few?.next?.rtoSeconds.high).toBeGreaterThan(2000);
  });
});

describe('an index that was added', () => {
  const slower = (day: number) => aMeasurement({ day: 20_000 + 30 * day, seconds: 1020 });
  const before = monthly(1, 1, 1, 1, 1, 1);

  test('leaves out the drills before it, with the day, once three drills have shown it', () => {
    const made = forecast([...before, slower(6), slower(7), slower(8), slower(9)]);
    expect(made.leftOut).toEqual([
      { drills: 6, reason: 'before 2025-04-02, when the time per byte changed at one blow' },
    ]);
    expect(central(made)).toEqual([1020, 1020]);
  });

  test('leaves too few at first, and says so', () => {
    expect(forecast([...before, slower(6), slower(7), slower(8)])).toMatchObject({
      drills: 3,
      next: null,
      not: 'a forecast needs 4 comparable drills, and there are 3',
    });
  });
});

test('a table that was dropped sets the size anew, and what is told of the time per byte stays', () => {
  const [, far] = central(forecast(monthly(2, 2.1, 2.2, 2.3, 1, 1.01, 1.02)));
  expect(far).toBeCloseTo(120 + 600 * 1.01, -1);
});

describe('drills of a few days', () => {
  test('forecast the next, and no growth over 90 days', () => {
    const made = forecast([0, 1, 2, 9].map((day) => aMeasurement({ day: 20_000 + day })));
    expect(made.next?.at).toBe('2024-10-14T00:00:00.000Z');
    expect(made).toMatchObject({
      in90Days: null,
      not: 'the drills span 9 days; growth over 90 days is told from 15 on',
    });
  });

  test('of one moment do so too', () => {
    const made = forecast(
      [1, 2, 3, 4].map((gigabytes) => aMeasurement({ day: 20_000, bytes: gigabytes * 1e9 })),
    );
    expect(made.next?.at).toBe('2024-10-04T00:00:00.000Z');
    expect(made.next?.rtoSeconds.central).toBe(720);
  });
});

test('irregular intervals are days and not places', () => {
  const irregular = [0, 7, 14, 90, 180].map((day) =>
    aMeasurement({ day: 20_000 + day, seconds: 120 + 600 * (1 + day / 100), bytes: (1 + day / 100) * 1e9 }),
  );
  expect(forecast(irregular).in90Days?.rtoSeconds.central).toBeCloseTo(120 + 600 * 3.7, 0);
});

test('sizes that nobody knows leave the middle of the times', () => {
  const unknown = [700, 720, 740, 730].map((seconds, month) =>
    aMeasurement({ day: 20_000 + 30 * month, seconds, bytes: null }),
  );
  expect(central(forecast(unknown))).toEqual([725, 725]);
});

test('a forecast counts from the newest drill also where that one measured nothing', () => {
  expect(forecast(monthly(1, 1, 1, 1), 20_200).in90Days?.at).toBe('2025-07-21T00:00:00.000Z');
});
