import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { beforeEach, describe, expect, test } from 'vitest';
import { createDynamoLedger } from '../../../../lib/adapters/ledgers/dynamodb/dynamodb-ledger.ts';
import { createDrillPointers } from '../../../../lib/adapters/ledgers/dynamodb/newest-drills.ts';
import { createWatchNotes } from '../../../../lib/adapters/ledgers/dynamodb/watch-notes.ts';
import type { WatchMemory } from '../../../../lib/ports/watching.ts';
import { type MemoryTable, memoryTable } from '../../../support/aws/memory-table.ts';
import { awsError, type RecordedCall, scripted } from '../../../support/aws/scripted-client.ts';
import { inMemoryEvidence } from '../../../support/in-memory-evidence.ts';
import { aRecord } from '../../../support/records.ts';

const tableName = 'ledger';
let table: MemoryTable;
let calls: RecordedCall[];
let client: DynamoDBClient;
beforeEach(() => {
  table = memoryTable();
  calls = [];
  client = scripted(new DynamoDBClient({ region: 'eu-west-1' }), table.respond, calls);
});

const at = '2026-11-20T03:00:00.000Z';
const aMemory = (databases: number): WatchMemory => ({
  startedAt: at,
  executionsUntil: at,
  allRecordsReadAt: at,
  unsealed: [],
  told: [{ kind: 'drillFailed', database: 'db0', drillId: 'drill-1', since: at }],
  databases: Object.fromEntries(
    Array.from({ length: databases }, (_, index) => [
      `db${index}`,
      {
        firstWatchedAt: at,
        drills: null,
        dumps: {
          newest: { key: `postgres/db${index}/shop_20261120T020000Z.sql.gz`, moment: at },
          ...{ lookedAt: at, listedAllAt: at, refusedFor: null },
        },
      },
    ]),
  ),
});

describe('what the watch remembers', () => {
  test('is there the next hour', async () => {
    const notes = createWatchNotes({ client, tableName });
    expect(await notes.memory()).toBeNull();

    await notes.remember(aMemory(3));

    expect(await createWatchNotes({ client, tableName }).memory()).toEqual(aMemory(3));
  });

  test('of 200 databases is far below what an item may be', async () => {
    await createWatchNotes({ client, tableName }).remember(aMemory(200));

    const item = calls.at(-1)?.input.Item as { memory: { B: Uint8Array } };
    expect(item.memory.B.length).toBeLessThan(20_000);
  });

  test('counts as forgotten when another version wrote it, or it is damaged', async () => {
    const notes = createWatchNotes({ client, tableName });
    for (const memory of [
      { format: { N: '99' } },
      { format: { N: '1' }, memory: { B: Buffer.from('no gzip') } },
    ]) {
      table.put({ pk: { S: 'watch#memory' }, sk: { S: 'memory' }, ...memory } as never);
      expect(await notes.memory()).toBeNull();
    }
  });

  test('is not mistaken for forgotten when the table cannot be read', async () => {
    const refusing = scripted(new DynamoDBClient({ region: 'eu-west-1' }), () => {
      throw awsError('AccessDeniedException', 'no', 400);
    });
    const notes = createWatchNotes({ client: refusing, tableName });

    await expect(notes.memory()).rejects.toMatchObject({ code: 'LEDGER_UNREADABLE' });
    await expect(notes.remember(aMemory(1))).rejects.toMatchObject({ code: 'LEDGER_UNWRITABLE' });
  });

  test('holds the sweeper’s report apart, which another function writes', async () => {
    const notes = createWatchNotes({ client, tableName });
    expect(await notes.sweepReport()).toBeNull();
    const report = { at, outlived: [{ name: 'restore-drill-x', drillId: 'drill-1' }] };

    await notes.reportSweep(report);
    await notes.remember(aMemory(1));

    expect(await notes.sweepReport()).toEqual(report);
  });
});

describe('the newest drills of a database', () => {
  const seal = async (drillId: string, day: number, verdict: 'PROVEN' | 'NOT_PROVEN') => {
    const clock = { now: () => new Date(at), sleep: async () => {} };
    const ledger = createDynamoLedger({
      client,
      tableName,
      clock,
      databases: ['shop'],
      evidence: inMemoryEvidence(),
    });
    const startedAt = `2026-11-${String(day).padStart(2, '0')}T03:00:00.000Z`;
    await ledger.seal(aRecord({ drillId, verdict, startedAt, endedAt: startedAt }));
  };

  test('are found with one request, among any number of records', async () => {
    const pointers = createDrillPointers({ client, tableName });
    expect(await pointers.newest('shop')).toEqual({ provenDrillId: null, newestDrillId: null });
    await seal('drill-1', 1, 'NOT_PROVEN');
    expect(await pointers.newest('shop')).toEqual({ provenDrillId: null, newestDrillId: 'drill-1' });
    await seal('drill-2', 2, 'PROVEN');
    await seal('drill-3', 3, 'NOT_PROVEN');
    calls.length = 0;

    expect(await pointers.newest('shop')).toEqual({ provenDrillId: 'drill-2', newestDrillId: 'drill-3' });
    expect(calls).toHaveLength(1);
    expect(calls[0]?.input).toMatchObject({ Limit: 2 });
    // Half the price, and an hour later it is seen.
    expect(calls[0]?.input).not.toHaveProperty('ConsistentRead');
  });
});
