import { describe, expect, test } from 'vitest';
import { nextTaskSize, taskSizesFor } from '../../../../lib/domain/sandbox/rds/tasks.ts';

const sizes = [10, 100, 1000].map((upToDumpBytes, index) => ({
  taskDefinition: ['small', 'medium', 'large'][index]!,
  upToDumpBytes,
  vcpu: 2 ** index,
  memoryGib: 2 ** index,
}));

describe('sizes of the restore task', () => {
  test.each([
    [10, ['small', 'medium', 'large']],
    [11, ['medium', 'large', 'small']],
    [1000, ['large', 'medium', 'small']],
    [9999, ['large', 'medium', 'small']],
  ])('for a dump of %i bytes are tried in the order %j', (dumpBytes, order) => {
    const { chosen, others } = taskSizesFor(sizes, dumpBytes);
    expect([chosen, ...others].map(({ taskDefinition }) => taskDefinition)).toEqual(order);
  });

  test('are taken one after another until none is left', () => {
    const { chosen, others } = taskSizesFor(sizes, 1);
    const network = { subnets: ['s'], securityGroups: ['g'], assignPublicIp: 'DISABLED' as const };
    let place = nextTaskSize({ ...network, ...chosen, others });
    const taken: string[] = [];
    for (; place !== null; place = nextTaskSize(place)) taken.push(`${place.taskDefinition} ${place.vcpu}`);
    expect(taken).toEqual(['medium 2', 'large 4']);
  });
});
