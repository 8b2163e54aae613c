import { describe, expect, it } from 'vitest';
import { formatDuration, parseDuration } from '../../../lib/domain/time/durations.ts';

describe('a duration', () => {
  it.each([
    ['90s', 90],
    ['90m', 5400],
    ['5min', 300],
    ['4h', 14_400],
    ['26h', 93_600],
    ['1d', 86_400],
    ['2w', 1_209_600],
    ['1h30m', 5400],
    ['1.5h', 5400],
    ['0s', 0],
  ])('%s is %i seconds', (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds);
  });

  it.each([
    '',
    '4',
    '4x',
    'h',
    '-4h',
    '4 h',
    '30m1h',
    '4H',
    '1y',
    'P1D',
    '1e3s',
    '99999999999999999999w',
    '4h ',
  ])('"%s" is none', (text) => {
    expect(parseDuration(text)).toBeNull();
  });

  it.each([
    [0, '0s'],
    [42.9, '42s'],
    [5400, '1h 30m'],
    [86_400, '1d'],
    [277_200, '3d 5h'],
    [86_401, '1d'],
    [-90, '-1m 30s'],
  ])('of %d seconds reads %s', (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });
});
