import { paginateListSubscriptionsByTopic, type Subscription } from '@aws-sdk/client-sns';
import type { Account } from '../remote/account.ts';
import { accountError } from '../remote/account-error.ts';
import { type Diagnosis, diagnose, ok, problem } from './diagnosis.ts';

const what = 'notifications';

/**
 * Whether anybody hears of alarms and verdicts: a topic takes messages for nobody without a word, and an address that was
 * never confirmed gets none (docs/facts.md#subscriptions-that-were-not-confirmed).
 */
export function diagnoseSubscriptions(account: Account): Promise<Diagnosis[]> {
  const { clients, stack } = account;
  return diagnose(
    what,
    async () => {
      const found: Subscription[] = [];
      const pages = paginateListSubscriptionsByTopic(
        { client: await clients.sns() },
        { TopicArn: stack.topicArn },
      );
      for await (const { Subscriptions } of pages) found.push(...(Subscriptions ?? []));
      const waiting = found.filter(({ SubscriptionArn }) => SubscriptionArn === 'PendingConfirmation');
      const heard = found.filter(({ SubscriptionArn }) => SubscriptionArn?.startsWith('arn:') === true);
      if (waiting.length + heard.length === 0) return nobody(stack.topicArn);
      return [
        ...(heard.length === 0 ? [] : [ok(what, `go to ${heard.map(addressOf).join(', ')}`)]),
        ...waiting.map((one) =>
          problem(
            what,
            `${addressOf(one)} gets none before it is confirmed: follow the link in the mail of AWS; when that is gone, subscribe the address to the topic again`,
          ),
        ),
      ];
    },
    (error) => accountError(error, clients.failed),
  );
}

const addressOf = ({ Protocol = 'somebody', Endpoint = 'unknown' }: Subscription): string =>
  `${Protocol} ${Endpoint}`;

const nobody = (topicArn: string): Diagnosis =>
  problem(
    what,
    `nobody is subscribed to ${topicArn}, so nobody hears of an alarm; set aws.alarmEmail and deploy, or subscribe to it`,
  );
