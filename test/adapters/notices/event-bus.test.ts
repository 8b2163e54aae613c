import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { expect, test } from 'vitest';
import { createEventBus } from '../../../lib/adapters/notices/event-bus.ts';
import { recordDigest } from '../../../lib/adapters/seals/record-digest.ts';
import { drillEventSchema } from '../../../lib/domain/record/report/drill-event.ts';
import { type RecordedCall, type Responder, scripted } from '../../support/aws/scripted-client.ts';
import { aFailedRecord } from '../../support/records.ts';

function aBus(respond: Responder) {
  const calls: RecordedCall[] = [];
  return {
    calls,
    bus: createEventBus(scripted(new EventBridgeClient({ region: 'eu-west-1' }), respond, calls)),
  };
}

test('a sealed drill is one event on the default bus, by the published schema', async () => {
  const { calls, bus } = aBus(() => ({ FailedEntryCount: 0, Entries: [{ EventId: 'e' }] }));
  const record = aFailedRecord();
  await bus.drillSealed(record);
  expect(calls.map(({ command }) => command)).toEqual(['PutEvents']);
  const [entry, ...others] = (calls[0]?.input.Entries ?? []) as Record<string, unknown>[];
  expect(others).toEqual([]);
  expect(entry).toMatchObject({ Source: 'restore-drill', DetailType: 'Drill Sealed' });
  // Without a name it is the default bus.
  expect(entry).not.toHaveProperty('EventBusName');
  const detail = drillEventSchema.parse(JSON.parse(String(entry?.Detail)));
  expect(detail).toMatchObject({ drillId: record.drillId, recordSha256: recordDigest(record) });
});

test('an event that the bus refuses is an error, though the call succeeded', async () => {
  const { bus } = aBus(() => ({ FailedEntryCount: 1, Entries: [{ ErrorCode: 'ThrottlingException' }] }));
  await expect(bus.drillSealed(aFailedRecord())).rejects.toMatchObject({
    message: expect.stringContaining('ThrottlingException'),
  });
});
