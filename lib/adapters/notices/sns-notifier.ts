import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import type { Notifier } from '../../ports/notifier.ts';
import type { NoticePlaces } from './messages/console-links.ts';
import { renderNotice } from './messages/render-notice.ts';
import { snsMessage } from './sns-message.ts';

/** Tells people over one SNS topic; attributes let subscribers filter. Throws what SNS answers. */
export function createSnsNotifier(options: {
  sns: SNSClient;
  topicArn: string;
  places: NoticePlaces;
}): Notifier {
  return {
    name: 'the topic',
    async notify(notice) {
      const { messages, about } = renderNotice(notice, options.places);
      const attributes = Object.entries({ event: notice.kind, ...about }).map(
        ([name, value]) => [name, { DataType: 'String', StringValue: value }] as const,
      );
      for (const message of messages) {
        await options.sns.send(
          new PublishCommand({
            TopicArn: options.topicArn,
            Subject: message.subject,
            ...snsMessage(notice.kind, message),
            MessageAttributes: Object.fromEntries(attributes),
          }),
        );
      }
    },
  };
}
