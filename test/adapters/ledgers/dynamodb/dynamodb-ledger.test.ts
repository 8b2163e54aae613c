import { randomBytes } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { describe, expect, test } from 'vitest';
import {
  createDynamoLedger,
  type DynamoLedgerOptions,
  type TableDamage,
} from '../../../../lib/adapters/ledgers/dynamodb/dynamodb-ledger.ts';
import { decodeRecord } from '../../../../lib/adapters/ledgers/dynamodb/ledger-items.ts';
import { recordDigest } from '../../../../lib/adapters/seals/record-digest.ts';
import type { DrillRecord } from '../../../../lib/domain/record/drill-record.ts';
import { cancelled, memoryTable } from '../../../support/aws/memory-table.ts';
import {
  awsError,
  type RecordedCall,
  type Responder,
  scripted,
} from '../../../support/aws/scripted-client.ts';
import { inMemoryEvidence } from '../../../support/in-memory-evidence.ts';
import { aFailedRecord, aRecord } from '../../../support/records.ts';

const start = new Date('2026-03-01T03:00:00.000Z');

function aLedger(given: Partial<DynamoLedgerOptions> & { respond?: Responder; now?: () => Date } = {}) {
  const { respond, now, ...options } = given;
  const table = memoryTable();
  const calls: RecordedCall[] = [];
  const damages: TableDamage[] = [];
  const ledger = createDynamoLedger({
    client: scripted(new DynamoDBClient({ region: 'eu-west-1' }), respond ?? table.respond, calls),
    tableName: 'ledger',
    clock: { now: now ?? (() => start), sleep: async () => {} },
    databases: ['shop'],
    onDamage: (damage) => damages.push(damage),
    ...options,
  });
  return { ledger, table, calls, damages };
}

/** Random names do not compress: packed, this is far beyond what an item may hold. */
const aLargeRecord = (overrides: Partial<DrillRecord> = {}) =>
  aRecord({
    drillId: 'large',
    tables: Array.from({ length: 20_000 }, () => ({
      database: 'shop',
      schema: 'public',
      name: randomBytes(16).toString('hex'),
      rows: 1,
    })),
    ...overrides,
  });

const lockFor = (drillId: string, leaseExpiresAt = '2026-03-01T04:00:00.000Z') => ({
  database: 'shop',
  drillId,
  leaseExpiresAt,
});

describe('sealing', () => {
  test('is one transaction of the record, its pointer and the proof', async () => {
    const { ledger, table, calls } = aLedger();
    await ledger.seal(aRecord({ drillId: 'a', cost: { estimatedUsd: 1, actualUsd: 0.12 } }));
    expect(calls.map(({ command }) => command)).toEqual(['GetItem', 'Query', 'TransactWriteItems']);
    const found = table.items().map(({ pk, sk }) => `${pk?.S} / ${sk?.S}`);
    expect(found).toEqual([
      'database#shop / chain',
      'database#shop / drill#2026-03-01T03:00:00.000Z#a',
      'database#shop / proven',
      'drill#a / pointer',
    ]);
    const { record, sha256, ...plain } =
      table.item('database#shop', 'drill#2026-03-01T03:00:00.000Z#a') ?? {};
    expect(record?.B).toBeInstanceOf(Uint8Array);
    expect(sha256?.S).toMatch(/^[0-9a-f]{64}$/);
    expect(plain).toEqual({
      pk: { S: 'database#shop' },
      sk: { S: 'drill#2026-03-01T03:00:00.000Z#a' },
      format: { N: '1' },
      drillId: { S: 'a' },
      database: { S: 'shop' },
      mode: { S: 'drill' },
      verdict: { S: 'PROVEN' },
      startedAt: { S: '2026-03-01T03:00:00.000Z' },
      endedAt: { S: '2026-03-01T03:03:12.400Z' },
      rtoSeconds: { N: '184' },
      rpoSeconds: { N: '3600' },
      costUsd: { N: '0.12' },
    });
  });

  test('of a drill that did not prove leaves the last proof as it is', async () => {
    const { ledger, table } = aLedger();
    await ledger.seal(aFailedRecord({ drillId: 'a' }));
    expect(table.item('database#shop', 'proven')).toBeUndefined();
  });

  test('of an older proven drill after a newer one keeps the record, and the newer proof', async () => {
    const { ledger } = aLedger();
    await ledger.seal(aRecord({ drillId: 'newer', startedAt: '2026-03-02T03:00:00.000Z' }));
    await ledger.seal(aRecord({ drillId: 'older', startedAt: '2026-03-01T03:00:00.000Z' }));
    expect((await ledger.lastProven('shop'))?.drillId).toBe('newer');
    expect((await ledger.show('older'))?.drillId).toBe('older');
  });

  test('links the first record after an upgrade to the newest that is there', async () => {
    const { ledger, table } = aLedger();
    await ledger.seal(aRecord({ drillId: 'a' }));
    const before = await ledger.show('a');
    const chain = table.item('database#shop', 'chain');
    // As a table of a release that kept no chain.
    await table.respond('DeleteItem', { Key: { pk: chain?.pk, sk: chain?.sk } });
    await ledger.seal(aRecord({ drillId: 'b', startedAt: '2026-03-02T03:00:00.000Z' }));
    expect((await ledger.show('b'))?.previous).toEqual({
      drillId: 'a',
      sha256: recordDigest(before as DrillRecord),
    });
  });

  test('tries again when another transaction was in the way', async () => {
    const table = memoryTable();
    let conflicts = 3;
    const { ledger } = aLedger({
      respond: (command, input) => {
        if (command === 'TransactWriteItems' && conflicts-- > 0)
          throw cancelled(['TransactionConflict', 'None', 'None']);
        return table.respond(command, input);
      },
    });
    await ledger.seal(aRecord({ drillId: 'a' }));
    expect((await ledger.show('a'))?.drillId).toBe('a');
  });

  test('gives up by name when others are always in the way', async () => {
    const table = memoryTable();
    let tries = 0;
    const { ledger } = aLedger({
      respond: (command, input) => {
        if (command !== 'TransactWriteItems') return table.respond(command, input);
        tries += 1;
        throw cancelled(['None', 'TransactionConflict', 'None']);
      },
    });
    await expect(ledger.seal(aRecord())).rejects.toMatchObject({
      code: 'LEDGER_UNWRITABLE',
      message: expect.stringContaining('TransactionConflict'),
      retryable: true,
    });
    expect(tries).toBe(6);
  });
});

describe('a record too large for an item', () => {
  test('goes to the evidence store first, and comes back whole', async () => {
    const evidence = inMemoryEvidence();
    const { ledger, table } = aLedger({ evidence });
    const record = aLargeRecord();
    await ledger.seal(record);
    expect(table.items()[1]?.record).toBeUndefined();
    expect([...evidence.kept.keys()]).toEqual(['large/record.json']);
    expect(await ledger.show('large')).toMatchObject(record);
    expect(await ledger.history({ database: 'shop', limit: 3 })).toMatchObject([record]);
    expect(await ledger.lastProven('shop')).toMatchObject(record);
  });

  test('writes nothing to the table when the evidence cannot be written', async () => {
    const evidence = { ...inMemoryEvidence(), write: () => Promise.reject(new Error('no')) };
    const { ledger, calls } = aLedger({ evidence });
    await expect(ledger.seal(aLargeRecord())).rejects.toMatchObject({ code: 'LEDGER_UNWRITABLE' });
    expect(calls.filter(({ command }) => command === 'TransactWriteItems')).toEqual([]);
  });

  test('is refused by name without an evidence store', async () => {
    await expect(aLedger().ledger.seal(aLargeRecord())).rejects.toMatchObject({
      code: 'LEDGER_UNWRITABLE',
      message: expect.stringContaining('too large'),
    });
  });

  test('counts as damaged when its evidence is gone or was changed', async () => {
    const evidence = inMemoryEvidence();
    const { ledger, damages } = aLedger({ evidence });
    const record = aLargeRecord();
    await ledger.seal(record);
    for (const text of [JSON.stringify({ ...record, verdict: 'NOT_PROVEN' }), '{}', '{"drillId":']) {
      evidence.kept.set('large/record.json', text);
      expect(await ledger.show('large')).toBeNull();
    }
    evidence.kept.clear();
    expect(await ledger.show('large')).toBeNull();
    expect(damages).toEqual([
      { drillId: 'large', reason: 'its content was changed' },
      { drillId: 'large', reason: 'its record.json in the evidence bucket is no drill record' },
      { drillId: 'large', reason: 'its record.json in the evidence bucket is no drill record' },
      { drillId: 'large', reason: 'its record.json is not in the evidence bucket' },
    ]);
  });
});

describe('history', () => {
  test('reads page after page, as far as it is asked to', async () => {
    const { ledger, calls } = aLedger();
    const moments = Array.from({ length: 130 }, (_, minute) =>
      new Date(start.getTime() + minute * 60_000).toISOString(),
    );
    for (const [number, startedAt] of moments.entries())
      await ledger.seal(aFailedRecord({ drillId: `d${number}`, startedAt }));
    calls.length = 0;
    const found = await ledger.history({ database: 'shop', limit: 120 });
    expect(found.map(({ startedAt }) => startedAt)).toEqual(moments.slice(10).reverse());
    expect(calls.map(({ command, input }) => [command, input.Limit])).toEqual([
      ['Query', 50],
      ['Query', 50],
      ['Query', 50],
    ]);
    expect(await ledger.history({ database: 'shop', limit: 0 })).toEqual([]);
  });

  test('asks for the newest first and reads consistently', async () => {
    const { ledger, calls } = aLedger();
    await ledger.history({ database: 'shop', limit: 3 });
    expect(calls[0]?.input).toMatchObject({ ScanIndexForward: false, ConsistentRead: true, Limit: 3 });
  });

  test('passes over a damaged record, tells of it, and goes on', async () => {
    const { ledger, table, damages } = aLedger();
    await ledger.seal(aRecord({ drillId: 'a', startedAt: '2026-03-01T03:00:00.000Z' }));
    await ledger.seal(aRecord({ drillId: 'b', startedAt: '2026-03-02T03:00:00.000Z' }));
    const item = table.item('database#shop', 'drill#2026-03-02T03:00:00.000Z#b') ?? {};
    table.put({ ...item, record: { B: new Uint8Array([1, 2, 3]) } });
    expect((await ledger.history({ limit: 5 })).map(({ drillId }) => drillId)).toEqual(['a']);
    expect(damages).toEqual([{ drillId: 'b', reason: 'its content cannot be unpacked' }]);
  });

  test('takes the newest proof that can be read when the newest one is damaged', async () => {
    const { ledger, table } = aLedger();
    await ledger.seal(aRecord({ drillId: 'a', startedAt: '2026-03-01T03:00:00.000Z' }));
    await ledger.seal(aRecord({ drillId: 'b', startedAt: '2026-03-02T03:00:00.000Z' }));
    await ledger.seal(aFailedRecord({ drillId: 'c', startedAt: '2026-03-03T03:00:00.000Z' }));
    const item = table.item('database#shop', 'drill#2026-03-02T03:00:00.000Z#b') ?? {};
    table.put({ ...item, sha256: { S: '0'.repeat(64) } });
    expect((await ledger.lastProven('shop'))?.drillId).toBe('a');
  });

  test('does not read records of a format that it does not know', () => {
    const item = { format: 2, drillId: 'a', sha256: 'x', record: new Uint8Array() };
    expect(decodeRecord(item)).toEqual({
      state: 'damaged',
      drillId: 'a',
      reason: 'it has format 2, which this release does not read',
    });
    expect(decodeRecord({ something: 'else' })).toMatchObject({ state: 'damaged' });
  });
});

describe('the lock', () => {
  test('names the drill that let its lease end, also when the answer is asked for again', async () => {
    let now = start;
    const { ledger } = aLedger({ now: () => now });
    await ledger.lock(lockFor('dead', '2026-03-01T03:10:00.000Z'));
    now = new Date('2026-03-01T03:10:00.000Z');
    const answer = { taken: true, abandoned: { drillId: 'dead', takenAt: start.toISOString() } };
    expect(await ledger.lock(lockFor('next'))).toEqual(answer);
    expect(await ledger.lock(lockFor('next'))).toEqual(answer);
  });

  test('does not hold for a drill whose execution has ended, whatever its lease says', async () => {
    const { ledger } = aLedger({ isRunning: async () => false });
    await ledger.lock(lockFor('aborted'));
    expect(await ledger.lock(lockFor('next'))).toEqual({
      taken: true,
      abandoned: { drillId: 'aborted', takenAt: start.toISOString() },
    });
  });

  test('holds for a drill whose execution runs', async () => {
    const { ledger } = aLedger({ isRunning: async (drillId) => drillId === 'running' });
    await ledger.lock(lockFor('running'));
    expect(await ledger.lock(lockFor('next'))).toEqual({ taken: false, heldBy: lockFor('running') });
  });

  test('is not called abandoned by a drill that still runs beyond its lease: it will seal its own record', async () => {
    const { ledger } = aLedger({ isRunning: async () => true });
    await ledger.lock(lockFor('slow', '2026-03-01T03:00:00.000Z'));
    expect(await ledger.lock(lockFor('next'))).toEqual({ taken: true });
  });

  test('is not called abandoned by a drill that is just being cleaned up after: its record is sealed there', async () => {
    const { ledger } = aLedger({ isRunning: async () => false, isCleanedUp: async (id) => id === 'aborted' });
    await ledger.lock(lockFor('aborted'));
    expect(await ledger.lock(lockFor('next'))).toEqual({ taken: true });
  });

  test('is written only as it was seen: one taken in between is not overwritten', async () => {
    const table = memoryTable();
    let between: (() => Promise<unknown>) | null = null;
    const { ledger } = aLedger({
      respond: async (command, input) => {
        const interfere = command === 'PutItem' ? between : null;
        if (interfere !== null) between = null;
        await interfere?.();
        return table.respond(command, input);
      },
    });
    between = () => ledger.lock(lockFor('faster'));
    expect(await ledger.lock(lockFor('slower'))).toEqual({ taken: false, heldBy: lockFor('faster') });
  });

  test('that was let go holds nobody up', async () => {
    const { ledger, table } = aLedger();
    await ledger.lock(lockFor('a'));
    await ledger.unlock('shop', 'a');
    expect(table.items()).toEqual([]);
  });
});

describe('a table that does not answer', () => {
  const failing = (name: string, status = 400) =>
    aLedger({
      respond: () => {
        throw awsError(name, 'User: arn:aws:sts::111122223333:assumed-role/x is not authorized', status);
      },
    }).ledger;

  test('is a named error with a hint for every function', async () => {
    const ledger = failing('AccessDeniedException');
    const unwritable = {
      code: 'LEDGER_UNWRITABLE',
      hint: expect.stringContaining('Deploy'),
      retryable: false,
    };
    const unreadable = { ...unwritable, code: 'LEDGER_UNREADABLE' };
    await expect(ledger.seal(aRecord())).rejects.toMatchObject(unwritable);
    await expect(ledger.lock(lockFor('a'))).rejects.toMatchObject(unwritable);
    await expect(ledger.unlock('shop', 'a')).rejects.toMatchObject(unwritable);
    await expect(ledger.history({ limit: 1 })).rejects.toMatchObject(unreadable);
    await expect(ledger.show('a')).rejects.toMatchObject(unreadable);
    await expect(ledger.lastProven('shop')).rejects.toMatchObject(unreadable);
  });

  test('says what is worth trying again and what is not', async () => {
    const errorOf = (name: string, status?: number) =>
      failing(name, status)
        .show('a')
        .catch((error: unknown) => error);
    expect(await errorOf('ProvisionedThroughputExceededException')).toMatchObject({ retryable: true });
    expect(await errorOf('InternalServerError', 500)).toMatchObject({
      retryable: true,
      message: 'cannot read the ledger table ledger (InternalServerError, HTTP 500)',
    });
    expect(await errorOf('ResourceNotFoundException')).toMatchObject({
      retryable: false,
      hint: expect.stringContaining('deploy it again'),
    });
  });
});
