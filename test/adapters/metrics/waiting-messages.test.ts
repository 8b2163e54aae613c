import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { expect, test } from 'vitest';
import { createDeadLetterQueue } from '../../../lib/adapters/metrics/waiting-messages.ts';
import { scripted } from '../../support/aws/scripted-client.ts';

const now = new Date('2026-11-20T03:00:00.000Z');
const aQueue = (Datapoints: object[]) => {
  const client = scripted(new CloudWatchClient({ region: 'eu-west-1' }), () => ({ Datapoints }));
  return createDeadLetterQueue({
    client,
    queueName: 'restore-drill-dead-letters',
    clock: { now: () => now },
  });
};
const point = (minutesAgo: number, Maximum: number) => ({
  Timestamp: new Date(now.getTime() - minutesAgo * 60_000),
  Maximum,
});

test('the queue of what could not be started holds what its newest value says', async () => {
  expect(await aQueue([point(5, 2), point(55, 0), point(30, 1)]).waiting()).toBe(2);
  expect(await aQueue([point(5, 0), point(55, 3)]).waiting()).toBe(0);
  // A queue that nothing was ever sent to reports nothing.
  expect(await aQueue([]).waiting()).toBe(0);
});
