import { describe, expect, test } from 'vitest';
import {
  actualCostUsd,
  type DrillCostFacts,
  estimateCostUsd,
  instanceHourUsd,
  storageHourUsd,
  taskCostUsd,
  vcpusOf,
} from '../../../../lib/domain/sandbox/rds/cost.ts';

const hour = 3600;

/** An hour of a db.m7g.large with 20 GiB, and half an hour of the smallest task. */
function costOf(
  changes: Partial<DrillCostFacts> = {},
  instanceClass = 'db.m7g.large',
  storageGib = 20,
): number {
  return actualCostUsd({
    plan: {
      engineVersion: '15.17',
      placements: [{ instanceClass, availabilityZone: null }],
      storageGib,
      parameterGroup: 'restore-drill-import-15',
      production: null,
      estimatedCostUsd: 0,
    },
    taskVcpu: 1,
    taskMemoryGib: 2,
    sandboxSeconds: hour,
    taskSeconds: hour / 2,
    region: 'us-east-1',
    ...changes,
  });
}

describe('the price of an instance', () => {
  test.each([
    ['db.t4g.medium', 0.0645],
    ['db.t4g.micro', 0.016125],
    ['db.m7g.large', 0.176],
    ['db.m7g.xlarge', 0.352],
    ['db.m7g.2xlarge', 0.704],
    ['db.r7g.16xlarge', 8],
  ])('%s costs %f USD an hour in us-east-1', (instanceClass, usd) => {
    expect(instanceHourUsd(instanceClass, 'us-east-1')).toBeCloseTo(usd, 6);
  });

  test('of an unknown family or size errs towards too dear', () => {
    expect(instanceHourUsd('db.x9z.large', 'us-east-1')).toBeGreaterThanOrEqual(
      instanceHourUsd('db.r8g.large', 'us-east-1'),
    );
    expect(instanceHourUsd('db.m7g.metal', 'us-east-1')).toBeGreaterThan(1);
  });

  test('is never lower elsewhere than in us-east-1', () => {
    for (const region of ['eu-west-1', 'eu-central-1', 'sa-east-1', 'ap-south-2', 'us-gov-west-1', '']) {
      expect(instanceHourUsd('db.m7g.large', region)).toBeGreaterThan(
        instanceHourUsd('db.m7g.large', 'us-east-1'),
      );
    }
  });

  test('knows the processors of a class', () => {
    expect(
      ['db.t4g.micro', 'db.t4g.medium', 'db.m7g.large', 'db.m7g.xlarge', 'db.m7g.4xlarge'].map(vcpusOf),
    ).toEqual([2, 2, 2, 4, 16]);
  });
});

describe('what a drill cost', () => {
  test('is instance, storage, task and orchestration, by the time each was there', () => {
    const instance = 0.176;
    const storage = (20 * 0.115) / 730;
    const task = 0.5 * (0.03238 + 2 * 0.00356);

    expect(costOf()).toBeCloseTo(instance + storage + task + 0.006, 3);
  });

  test('is at least ten minutes of an instance and one of a task', () => {
    expect(costOf({ sandboxSeconds: 5 })).toBe(costOf({ sandboxSeconds: 600 }));
    expect(costOf({ taskSeconds: 1 })).toBe(costOf({ taskSeconds: 60 }));
    expect(costOf({ sandboxSeconds: 601 })).toBeGreaterThanOrEqual(costOf({ sandboxSeconds: 600 }));
  });

  test('is next to nothing when no sandbox was ever made', () => {
    expect(costOf({ sandboxSeconds: 0, taskSeconds: 0 })).toBe(0.006);
  });

  test('is that of the place that was used', () => {
    const placements = ['db.t4g.medium', 'db.m7g.4xlarge'].map((instanceClass) => ({
      instanceClass,
      availabilityZone: null,
    }));
    const plan = {
      engineVersion: '15.17',
      placements,
      storageGib: 20,
      parameterGroup: 'x',
      production: null,
      estimatedCostUsd: 0,
    };

    expect(costOf({ plan, placement: 1 })).toBeGreaterThan(10 * costOf({ plan, placement: 0 }));
  });

  test('counts the requests for a large dump', () => {
    expect(costOf({ dumpBytes: 500 * 1024 ** 3 }) - costOf()).toBeCloseTo(256_000 * 0.0000004, 3);
  });

  test('includes storage by the hour', () => {
    expect(storageHourUsd(400, 'us-east-1')).toBeCloseTo(0.063, 3);
  });
});

describe('what a drill will cost', () => {
  test('is estimated by the dearest place of the plan, with time for checks and deletion', () => {
    const facts = {
      taskVcpu: 1,
      taskMemoryGib: 2,
      expectedRestoreSeconds: hour,
      region: 'us-east-1',
      dumpBytes: 0,
    };
    const place = (instanceClass: string) => ({ instanceClass, availabilityZone: null });
    const estimate = (...classes: string[]) =>
      estimateCostUsd({ ...facts, plan: { placements: classes.map(place), storageGib: 20 } });

    expect(estimate('db.t4g.medium', 'db.m7g.large')).toBe(estimate('db.m7g.large'));
    expect(estimate('db.m7g.large')).toBe(costOf({ sandboxSeconds: hour + 1200, taskSeconds: hour }));
  });
});

describe('the price of a volume', () => {
  const ofVolume = (volumeGib: number, region = 'us-east-1') =>
    taskCostUsd({
      ...{ vcpu: 4, memoryGib: 16, diskGib: 0, volumeGib, seconds: hour, region, dumpBytes: 0 },
    });

  test('is that of its GiB, and of what it gives beyond 125 MiB/s', () => {
    // 1,000 GiB at 0.08 and 375 MiB/s at 0.04 a month of 730 hours.
    expect(ofVolume(1000) - ofVolume(0)).toBeCloseTo((1000 * 0.08 + 375 * 0.04) / 730, 3);
    expect(ofVolume(1000, 'eu-central-1')).toBeGreaterThan(ofVolume(1000));
  });

  test('is part of what an instance costs that is filled from it', () => {
    const beside = costOf({ taskDisk: { diskGib: 0, volumeGib: 2000 } });

    expect(beside - costOf()).toBeCloseTo((0.5 * (2000 * 0.08 + 375 * 0.04)) / 730, 3);
  });
});
