import { describe, expect, test } from 'vitest';
import type { FutureDrill } from '../../../lib/domain/forecast/forecast.ts';
import { isWithinForecast, objectiveBreak } from '../../../lib/domain/forecast/objective-break.ts';

const future = (at: string, central: number, high = central * 1.1): FutureDrill => ({
  at,
  rtoSeconds: { central, low: central / 1.1, high },
  costUsd: null,
});
const days = (next: number, later: number, high?: number) => ({
  next: future('2026-01-01T00:00:00.000Z', next, high),
  in90Days: future('2026-03-02T00:00:00.000Z', later),
});

describe('an objective of an hour', () => {
  test('is likely to break on the day on which the forecast passes it, and possibly from its upper end on', () => {
    expect(objectiveBreak(days(3000, 4200), 3600)).toEqual({
      certainty: 'likely',
      at: '2026-01-31T00:00:00.000Z',
      earliestAt: '2026-01-14T15:16:21.818Z',
    });
  });

  test.each([
    { next: 3000, later: 3500, certainty: 'possible', because: 'it grows to within 5 %' },
    { next: 3000, later: 3400, certainty: undefined, because: 'it stays further away' },
    {
      next: 3500,
      later: 3500,
      certainty: undefined,
      because: 'what does not grow breaks nothing, however near',
    },
    { next: 3700, later: 3700, certainty: 'likely', because: 'it is passed already' },
  ])('$next s then $later s: $because', ({ next, later, certainty }) => {
    expect(objectiveBreak(days(next, later), 3600)?.certainty).toBe(certainty);
  });

  test('does not break for an interval that is wide', () => {
    expect(objectiveBreak(days(2000, 2000, 9000), 3600)).toBeNull();
  });

  test('breaks by the next drill alone where nothing is said of 90 days', () => {
    expect(objectiveBreak({ ...days(3700, 0), in90Days: null }, 3600)?.at).toBe('2026-01-01T00:00:00.000Z');
    expect(objectiveBreak({ ...days(3500, 0), in90Days: null }, 3600)).toBeNull();
    expect(objectiveBreak({ next: null, in90Days: null }, 3600)).toBeNull();
  });
});

test('people are told 90 days before, and no sooner', () => {
  const broken = {
    certainty: 'likely',
    at: '2026-04-01T00:00:00.000Z',
    earliestAt: '2026-04-01T00:00:00.000Z',
  } as const;
  expect(isWithinForecast(broken, '2026-01-01T00:00:00.000Z')).toBe(true);
  expect(isWithinForecast(broken, '2025-12-31T00:00:00.000Z')).toBe(false);
});
