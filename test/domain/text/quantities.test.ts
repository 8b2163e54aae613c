import { describe, expect, test } from 'vitest';
import {
  formatBytes,
  formatCountOf,
  formatMoment,
  formatSeconds,
} from '../../../lib/domain/text/quantities.ts';

describe('quantities as a person reads them', () => {
  test.each([
    [0, '0 s'],
    [4.24, '4.2 s'],
    [59.9, '1 min'],
    [150, '2 min 30 s'],
    [3900, '1 h 5 min'],
    [90_000, '1 d 1 h'],
    [-12, '-12 s'],
    [Number.NaN, 'unknown'],
  ])('%d s is %s', (seconds, text) => {
    expect(formatSeconds(seconds)).toBe(text);
  });

  test.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [999_960, '1.0 MB'],
    [12_345_678, '12.3 MB'],
    [2.5e15, '2.5 PB'],
  ])('%d bytes are %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  test('a count agrees with its noun', () => {
    expect([0, 1, 1200].map((count) => formatCountOf(count, 'row'))).toEqual([
      '0 rows',
      '1 row',
      '1,200 rows',
    ]);
  });

  test('a moment is told in UTC, and what is none is given back', () => {
    expect(formatMoment('2026-03-01T04:00:07.900+01:00')).toBe('2026-03-01 03:00:07 UTC');
    expect(formatMoment('yesterday')).toBe('yesterday');
  });
});
