import { describe, expect, test } from 'vitest';
import { recoveredStorageBytes } from '../../../lib/domain/sandbox/storage-estimate.ts';

const gibibyte = 1024 ** 3;
const sized = (baseGib: number, walGib: number, spooledGib = 0): number =>
  recoveredStorageBytes({
    baseBytes: baseGib * gibibyte,
    walBytes: walGib * gibibyte,
    spooledWalBytes: spooledGib * gibibyte,
  }) / gibibyte;

describe('the disk of a recovered base backup', () => {
  test('holds what it unpacks to, and a tenth to work with', () => {
    expect(sized(100, 0)).toBeCloseTo(110.5, 5);
  });

  test('grows by what replay may add, and by the WAL that lies there until a restartpoint', () => {
    expect(sized(100, 4) - sized(100, 0)).toBeCloseTo(4 * 1.1 + 4, 5);
    expect(sized(100, 60) - sized(100, 0)).toBeCloseTo(60 * 1.1 + 6, 5);
  });

  test('holds every segment of tarballs, which are unpacked before anything is replayed', () => {
    expect(sized(100, 0, 20) - sized(100, 0)).toBeCloseTo(20, 5);
  });
});
