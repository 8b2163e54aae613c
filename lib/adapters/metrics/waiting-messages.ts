import { type CloudWatchClient, GetMetricStatisticsCommand } from '@aws-sdk/client-cloudwatch';
import type { Clock } from '../../ports/clock.ts';
import type { DeadLetterQueue } from '../../ports/watching.ts';

/** A queue that holds something reports every minute, and begins to within 15 when it was asleep. */
const lookedBackMs = 3600 * 1000;

/** How many messages a queue holds, from its own metric: no right to the messages is needed. */
export function createDeadLetterQueue(options: {
  client: CloudWatchClient;
  queueName: string;
  clock: Pick<Clock, 'now'>;
}): DeadLetterQueue {
  const { client, queueName, clock } = options;
  return {
    async waiting() {
      const now = clock.now();
      const { Datapoints = [] } = await client.send(
        new GetMetricStatisticsCommand({
          Namespace: 'AWS/SQS',
          MetricName: 'ApproximateNumberOfMessagesVisible',
          Dimensions: [{ Name: 'QueueName', Value: queueName }],
          StartTime: new Date(now.getTime() - lookedBackMs),
          EndTime: now,
          Period: 300,
          Statistics: ['Maximum'],
        }),
      );
      const newest = Datapoints.toSorted(
        (a, b) => (a.Timestamp?.getTime() ?? 0) - (b.Timestamp?.getTime() ?? 0),
      ).at(-1);
      return newest?.Maximum ?? 0;
    },
  };
}
