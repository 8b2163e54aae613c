import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { instanceHourUsd } from '../../../../lib/domain/sandbox/rds/cost.ts';
import { restoreSeconds, sizeInstance } from '../../../../lib/domain/sandbox/rds/instance-sizing.ts';
import { storageBytesFor } from '../../../../lib/domain/sandbox/storage-estimate.ts';

const gibibyte = 1024 ** 3;

const sizeFor = (dumpGib: number, changes: Partial<Parameters<typeof sizeInstance>[0]> = {}) =>
  sizeInstance({
    storageBytes: storageBytesFor({ sizeBytes: dumpGib * gibibyte, compressed: true }),
    region: 'us-east-1',
    instanceClass: null,
    storageGib: null,
    ...changes,
  });

describe('the instance for a dump', () => {
  test.each([
    [0.001, 'db.t4g.medium', 20],
    [1, 'db.t4g.medium', 20],
    [5, 'db.m7g.large', 61],
    [20, 'db.m7g.xlarge', 241],
    // 361 GiB would do, but only the striped size lets these processors finish within the target.
    [30, 'db.m7g.2xlarge', 400],
    [50, 'db.m7g.2xlarge', 601],
    [500, 'db.m7g.4xlarge', 6001],
  ])('of %f GiB is %s with %i GiB', (dumpGib, instanceClass, storageGib) => {
    expect(sizeFor(dumpGib)).toMatchObject({
      instanceClasses: expect.arrayContaining([instanceClass]),
      storageGib,
    });
    expect(sizeFor(dumpGib).instanceClasses[0]).toBe(instanceClass);
  });

  test('has alternatives of other families and the same size', () => {
    expect(sizeFor(20).instanceClasses).toEqual([
      'db.m7g.xlarge',
      'db.m6g.xlarge',
      'db.m8g.xlarge',
      'db.r7g.xlarge',
    ]);
  });

  test('is the configured one, without alternatives', () => {
    expect(sizeFor(500, { instanceClass: 'db.t4g.micro', storageGib: 99.5 })).toMatchObject({
      instanceClasses: ['db.t4g.micro'],
      storageGib: 100,
    });
  });

  test('has the disk that RDS makes at least', () => {
    expect(sizeFor(0, { storageGib: 1 }).storageGib).toBe(20);
  });

  test('has the disk that was configured, though a larger one would be faster', () => {
    expect(sizeFor(30, { storageGib: 361 }).storageGib).toBe(361);
  });

  test('always holds the data, is never smaller for a larger dump, and says how long it takes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4000 }), (dumpGib) => {
        const needed = storageBytesFor({ sizeBytes: dumpGib * gibibyte, compressed: true });
        const size = sizeFor(dumpGib);
        const larger = sizeFor(dumpGib + 1);

        expect(size.storageGib * gibibyte).toBeGreaterThanOrEqual(needed);
        expect(size.storageGib).toBeGreaterThanOrEqual(20);
        expect(size.expectedRestoreSeconds).toBe(
          Math.ceil(restoreSeconds(needed / 2, size.instanceClasses[0]!, size.storageGib)),
        );
        expect(instanceHourUsd(larger.instanceClasses[0]!, 'us-east-1')).toBeGreaterThanOrEqual(
          instanceHourUsd(size.instanceClasses[0]!, 'us-east-1'),
        );
      }),
    );
  });
});

describe('the time of a restore', () => {
  test('is decided by the disk below 400 GiB, and by the processors above', () => {
    const data = 100 * gibibyte;

    expect(restoreSeconds(data, 'db.m7g.4xlarge', 399)).toBeGreaterThan(
      2 * restoreSeconds(data, 'db.m7g.4xlarge', 400),
    );
    expect(restoreSeconds(data, 'db.m7g.large', 399)).toBe(restoreSeconds(data, 'db.m7g.large', 400));
  });
});
