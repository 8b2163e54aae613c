import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createDynamoLedger } from '../../../../lib/adapters/ledgers/dynamodb/dynamodb-ledger.ts';
import { memoryTable } from '../../../support/aws/memory-table.ts';
import { scripted } from '../../../support/aws/scripted-client.ts';
import { describeLedgerContract } from '../ledger-contract.ts';

describeLedgerContract('a DynamoDB table', async () => {
  const table = memoryTable();
  return ({ now, databases }) =>
    createDynamoLedger({
      client: scripted(new DynamoDBClient({ region: 'eu-west-1' }), table.respond),
      tableName: 'ledger',
      clock: { now, sleep: async () => {} },
      databases,
    });
});
