import { describe, expect, test } from 'vitest';
import type { Occasion } from '../../../lib/domain/config/index.ts';
import type { Verdict } from '../../../lib/domain/findings/verdict.ts';
import { type EarlierDrills, earlierDrills, isWanted } from '../../../lib/domain/record/occasions.ts';

const following = (previousVerdict: Verdict | null): EarlierDrills => ({
  previousVerdict,
  lastProvenAt: null,
});

describe('a target is told', () => {
  const failure: Occasion[] = ['failure'];
  const recovery: Occasion[] = ['recovery'];

  test.each<[string, Occasion[], Verdict, EarlierDrills | null, boolean]>([
    ['of every drill where it wants every one', ['every'], 'PROVEN', following('PROVEN'), true],
    [
      'of a drill that did not prove, where it wants failures',
      failure,
      'NOT_PROVEN',
      following('PROVEN'),
      true,
    ],
    ['of one that could not run as well', failure, 'COULD_NOT_VERIFY', following(null), true],
    ['of a failure after a failure too', failure, 'NOT_PROVEN', following('NOT_PROVEN'), true],
    ['of no good drill, where it wants failures', failure, 'PROVEN', following('NOT_PROVEN'), false],
    ['of the first good drill after a bad one', recovery, 'PROVEN', following('NOT_PROVEN'), true],
    [
      'of the first good drill after one that could not run',
      recovery,
      'PROVEN',
      following('COULD_NOT_VERIFY'),
      true,
    ],
    ['of no second good drill', recovery, 'PROVEN', following('PROVEN'), false],
    ['of no first drill at all as a recovery', recovery, 'PROVEN', following(null), false],
    ['of no failure as a recovery', recovery, 'NOT_PROVEN', following('NOT_PROVEN'), false],
    ['of a good drill when nobody knows what was before', recovery, 'PROVEN', null, true],
  ])('%s', (_, on, verdict, earlier, wanted) => {
    expect(isWanted(on, verdict, earlier)).toBe(wanted);
  });
});

describe('what was before a drill', () => {
  const drill = (drillId: string, startedAt: string, verdict: Verdict) => ({ drillId, startedAt, verdict });
  const third = drill('c', '2026-03-03T00:00:00.000Z', 'PROVEN');
  const history = [
    third,
    drill('d', '2026-03-04T00:00:00.000Z', 'COULD_NOT_VERIFY'),
    drill('a', '2026-03-01T00:00:00.000Z', 'PROVEN'),
    drill('b', '2026-03-02T00:00:00.000Z', 'NOT_PROVEN'),
  ];

  test('is the newest that began before it, whether its own record is there or not', () => {
    expect(earlierDrills(third, history, null).previousVerdict).toBe('NOT_PROVEN');
    expect(earlierDrills(third, history.slice(1), null).previousVerdict).toBe('NOT_PROVEN');
  });

  test('is nothing for the first one', () => {
    expect(earlierDrills(history[2]!, history, null)).toEqual({ previousVerdict: null, lastProvenAt: null });
  });
});
