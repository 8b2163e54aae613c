import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { heapGrowthPercent } from '../../../../lib/recovery/logical/loading/heap-headroom.ts';

const mebibyte = 1024 ** 2;

describe('room for the heap to grow while rows pass', () => {
  test.each([
    [5, 910],
    [10, 430],
    [48, 50],
    [64, 25],
    [1000, 25],
  ])('a heap of %i MiB may grow by %i %%', (heapMebibytes, percent) => {
    expect(heapGrowthPercent(heapMebibytes * mebibyte)).toBe(percent);
  });

  test('is a setting that this Node.js knows', () => {
    const start = (setting: string): number | null =>
      spawnSync(process.execPath, [`--${setting}=480`, '-e', '0']).status;
    expect(start('heap-growing-percent')).toBe(0);
    expect(start('heap-growing-percentage')).not.toBe(0);
  });
});
