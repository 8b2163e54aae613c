import { isWanted } from '../../../domain/record/occasions.ts';
import type { NotifyTarget } from '../../../ports/notifier.ts';
import { type SlackMessage, slackMessage, slackTestMessage } from './slack-message.ts';
import type { TargetOptions } from './target-options.ts';
import { addressOf, configured, needed } from './target-secret.ts';

/** Tells sealed drills to an incoming webhook of Slack (https://api.slack.com/messaging/webhooks). */
export function createSlackTarget(options: TargetOptions): NotifyTarget {
  const slackOf = (database: string) => options.notifyOf(database).slack;
  const addressFor = (database: string): Promise<URL | null> =>
    addressOf(configured(slackOf(database), database, 'slack').url, database, options);
  const post = async (database: string, message: SlackMessage): Promise<void> => {
    const url = needed(await addressFor(database), 'url');
    const headers = { 'content-type': 'application/json; charset=utf-8' };
    await options.deliver({ url, headers, body: JSON.stringify(message) });
  };
  return {
    name: 'slack',
    async notify(notice) {
      if (notice.kind !== 'drill sealed') return;
      const { record, earlier } = notice;
      const slack = slackOf(record.database);
      if (slack === null || !isWanted(slack.on, record.verdict, earlier)) return;
      await post(record.database, slackMessage(record, earlier, options.reportOf(record)));
    },
    async test(database) {
      await post(database, slackTestMessage(database));
      return 'a test message was taken';
    },
    inspect: async (database) => ((await addressFor(database)) === null ? null : 'its URL is at hand'),
  };
}
