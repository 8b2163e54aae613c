import { afterEach, expect, test, vi } from 'vitest';
import { environmentNames } from '../../../lib/contract/environment.ts';
import { restorePlacePort } from '../../../lib/runtimes/aws/ports/sandboxes-and-tasks.ts';

const gibibyte = 1024 ** 3;

afterEach(() => vi.unstubAllEnvs());

function places() {
  const size = (name: string, diskGib: number) => ({
    ...{ taskDefinition: `sandbox-${name}`, vcpu: 4, memoryGib: 16, diskGib },
  });
  const stubs = {
    restoreTasks: [
      { taskDefinition: 'restore-small', upToDumpBytes: gibibyte, vcpu: 1, memoryGib: 2 },
      { taskDefinition: 'restore-large', upToDumpBytes: 999 * gibibyte, vcpu: 4, memoryGib: 8 },
    ],
    sandboxTasks: [
      ...[size('medium', 100), size('large', 200)],
      { ...size('volume', 16_384), volumeRole: 'arn:aws:iam::123456789012:role/volumes' },
    ],
    restoreNetwork: { subnets: ['subnet-1'], securityGroups: ['sg-1'], assignPublicIp: 'ENABLED' },
  };
  for (const [key, value] of Object.entries(stubs))
    vi.stubEnv(environmentNames[key as keyof typeof stubs], JSON.stringify(value));
  return restorePlacePort();
}

test('a server that fits on the disk of a task gets the smallest, larger ones stand by, and none has a volume', () => {
  const place = places()({ dumpBytes: 1, serverBytes: 50 * gibibyte });

  expect(place).toMatchObject({ taskDefinition: 'sandbox-medium', subnets: ['subnet-1'] });
  expect(place.volume).toBeUndefined();
  expect(place.others?.map(({ taskDefinition }) => taskDefinition)).toEqual(['sandbox-large']);
});

test('a larger one gets a volume; what runs beside it takes a task that needs none', () => {
  const place = places()({ dumpBytes: 2 * gibibyte, serverBytes: 500 * gibibyte });

  expect(place.volume).toEqual({ taskDefinition: 'sandbox-volume', sizeGib: 511 });
  expect(place).toMatchObject({ taskDefinition: 'restore-large', vcpu: 4, memoryGib: 16 });
  expect(place.others).toBeUndefined();
});

test('a dump that is only streamed gets the task that its size asks for', () => {
  expect(places()({ dumpBytes: 5, serverBytes: null })).toMatchObject({ taskDefinition: 'restore-small' });
});
