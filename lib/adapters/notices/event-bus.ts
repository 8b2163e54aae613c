import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { drillEventSource } from '../../contract/names.ts';
import { drillSealedType } from '../../domain/record/report/drill-event.ts';
import { NotDelivered } from '../../ports/not-delivered.ts';
import type { RecordExport } from '../../ports/record-exports.ts';
import { sealedEvent } from './messages/sealed-event.ts';

/** Events on the default bus of the account: docs/drill-event.schema.json is the schema of their detail. */
export const createEventBus = (client: EventBridgeClient): RecordExport => ({
  what: 'put the event of the drill on the bus',
  async drillSealed(record) {
    const { Entries } = await client.send(
      new PutEventsCommand({
        Entries: [
          {
            Source: drillEventSource,
            DetailType: drillSealedType,
            Detail: JSON.stringify(sealedEvent(record)),
            Time: new Date(record.endedAt),
          },
        ],
      }),
    );
    // An event that is refused is no error of the call.
    const refused = Entries?.find(({ ErrorCode }) => ErrorCode !== undefined);
    if (refused === undefined) return;
    throw new NotDelivered(`EventBridge refused the event (${refused.ErrorCode})`);
  },
});
