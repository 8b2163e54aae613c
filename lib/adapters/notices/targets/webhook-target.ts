import { isWanted } from '../../../domain/record/occasions.ts';
import { drillSealedType } from '../../../domain/record/report/drill-event.ts';
import type { NotifyTarget } from '../../../ports/notifier.ts';
import { sealedEvent } from '../messages/sealed-event.ts';
import type { TargetOptions } from './target-options.ts';
import { addressOf, configured, needed, secretOf } from './target-secret.ts';
import { signedHeaders, signingKey } from './webhook-signature.ts';

/** What is posted. `data` of a sealed drill is described by docs/drill-event.schema.json. */
interface WebhookBody {
  type: string;
  /** ISO 8601: when it happened. */
  timestamp: string;
  data: object;
}

/** Posts sealed drills as signed JSON. */
export function createWebhookTarget(options: TargetOptions): NotifyTarget {
  const webhookOf = (database: string) => options.notifyOf(database).webhook;
  const read = async (database: string): Promise<{ url: URL | null; key: Buffer | null }> => {
    const webhook = configured(webhookOf(database), database, 'webhook');
    const url = await addressOf(webhook.url, database, options);
    const secret = await secretOf(webhook.signingSecret, options);
    return { url, key: secret === null ? null : signingKey(secret) };
  };
  const post = async (database: string, id: string, body: WebhookBody): Promise<void> => {
    const { url, key } = await read(database);
    const text = JSON.stringify(body);
    const signed = signedHeaders(needed(key, 'secret'), id, options.now(), text);
    const headers = { 'content-type': 'application/json', ...signed };
    await options.deliver({ url: needed(url, 'url'), headers, body: text });
  };
  return {
    name: 'webhook',
    async notify(notice) {
      if (notice.kind !== 'drill sealed') return;
      const { record, earlier } = notice;
      const webhook = webhookOf(record.database);
      if (webhook === null || !isWanted(webhook.on, record.verdict, earlier)) return;
      await post(record.database, `drill-sealed_${record.drillId}`, {
        type: drillSealedType,
        timestamp: record.endedAt,
        data: sealedEvent(record),
      });
    },
    async test(database) {
      const timestamp = options.now().toISOString();
      const body = { type: 'Test', timestamp, data: { database } };
      await post(database, `test_${database}_${Date.parse(timestamp)}`, body);
      return 'a signed event of the type Test was taken';
    },
    async inspect(database) {
      const { url, key } = await read(database);
      return url === null || key === null ? null : 'its URL and signing secret are at hand';
    },
  };
}
