import { describe, expect, test } from 'vitest';
import { parseTimestamp } from '../../../../lib/domain/checks/asking/timestamp.ts';

describe('timestamps', () => {
  test.each([
    ['2026-11-18 01:02:03.456789+00', '2026-11-18T01:02:03.456Z'],
    ['2026-11-18 01:00:00+05:30', '2026-11-17T19:30:00.000Z'],
    ['2026-11-18 01:00:00-03', '2026-11-18T04:00:00.000Z'],
    ['2026-11-18 01:00:00', '2026-11-18T01:00:00.000Z'],
    ['2026-11-18', '2026-11-18T00:00:00.000Z'],
    ['0001-01-01 BC', '0000-01-01T00:00:00.000Z'],
    ['10000-01-01 00:00:00', '+010000-01-01T00:00:00.000Z'],
    ['infinity', null],
    ['-infinity', null],
    ['294276-12-31 23:59:59.999999', null],
  ])('%s is %s', (text, iso) => {
    expect(parseTimestamp(text)?.iso).toBe(iso);
  });

  test.each(['', 'yesterday', '18.11.2026', '1763427600'])('%s is none', (text) => {
    expect(parseTimestamp(text)).toBeNull();
  });
});
