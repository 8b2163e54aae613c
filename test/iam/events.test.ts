import { expect, test } from 'vitest';
import { evaluate } from './support/evaluate.ts';
import { account, region } from './support/resolve-template.ts';
import { stackRoles } from './support/stack-roles.ts';

const { byDoor } = stackRoles();
const bus = (name: string) => `arn:aws:events:${region}:${account}:event-bus/${name}`;
const ours = { 'events:source': ['restore-drill'], 'events:detail-type': ['Drill Sealed'] };

const mayPut = async (resource: string, context: Record<string, string[]>): Promise<string[]> => {
  const doors: string[] = [];
  for (const [door, role] of byDoor)
    if ((await evaluate(role, { action: 'events:PutEvents', resource, context })).allowed) doors.push(door);
  return doors.sort();
};

test('events of sealed drills are put by what seals them, on the default bus, and no others', async () => {
  expect(await mayPut(bus('default'), ours)).toEqual([
    'clean-up-after-abort',
    'normalise-request',
    'seal-record',
  ]);
  expect(await mayPut(bus('payments'), ours)).toEqual([]);
  expect(
    await mayPut(bus('default'), { ...ours, 'events:source': ['restore-drill', 'acme.payments'] }),
  ).toEqual([]);
  expect(await mayPut(bus('default'), { ...ours, 'events:detail-type': ['Payment Made'] })).toEqual([]);
});
