import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { lockKey } from '../../adapters/ledgers/dynamodb/ledger-items.ts';
import type { DrillLock } from '../../ports/ledger.ts';
import type { Account } from './account.ts';
import { describeExecution } from './executions.ts';

/** A drill that holds its database's lock and runs. */
interface RunningDrill extends DrillLock {
  /** Who started it; null when the request did not say. */
  operator: string | null;
}

/**
 * Who holds the lock of a database, without taking it. Null when nobody does, when the lease has ended, or when the
 * holder no longer runs: then the machine decides, which may take over an abandoned lock.
 */
export async function runningDrill(account: Account, database: string): Promise<RunningDrill | null> {
  const { pk, sk } = lockKey(database);
  const dynamo = await account.clients.dynamoDb();
  const { Item: item } = await dynamo.send(
    new GetItemCommand({
      TableName: account.stack.ledgerTable,
      Key: { pk: { S: pk }, sk: { S: sk } },
      ConsistentRead: true,
    }),
  );
  const drillId = item?.drillId?.S;
  const leaseExpiresAt = item?.leaseExpiresAt?.S;
  if (drillId === undefined || leaseExpiresAt === undefined) return null;
  if (Date.parse(leaseExpiresAt) <= account.clock.now().getTime()) return null;
  const execution = await describeExecution(
    await account.clients.states(),
    account.stack.stateMachineArn,
    drillId,
  ).catch((error: unknown) => {
    // The lock alone is reason enough when the execution may not be looked at, or is not known.
    if (error instanceof Error) return null;
    throw error;
  });
  if (execution !== null && execution.status !== 'RUNNING') return null;
  return { database, drillId, leaseExpiresAt, operator: execution?.operator ?? null };
}
