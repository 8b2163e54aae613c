import { afterAll, beforeAll } from 'vitest';
import { createDynamoLedger } from '../../../../lib/adapters/ledgers/dynamodb/dynamodb-ledger.ts';
import { systemClock } from '../../../../lib/runtimes/system-clock.ts';
import { describeLedgerContract } from '../ledger-contract.ts';
import { type EmulatedDynamo, startEmulatedDynamo } from './emulated-table.ts';

/** The contract once more, so that the table in memory of the other suite is known to mean what DynamoDB means. */
let emulator: EmulatedDynamo;
beforeAll(async () => {
  emulator = await startEmulatedDynamo();
});
afterAll(() => emulator.stop());

describeLedgerContract('an emulated DynamoDB table', async () => {
  const tableName = await emulator.makeTable();
  return ({ now, databases }) =>
    createDynamoLedger({ client: emulator.client, tableName, clock: { ...systemClock, now }, databases });
});
