import { ScanCommand } from '@aws-sdk/client-dynamodb';
import type { Account } from '../support/account.ts';

/** Drills that have a slot, as the table says. */
export async function heldSlots(account: Account): Promise<string[]> {
  const item = await account.item('lock#slots', 'slots');
  return Object.keys(item?.holders?.M ?? {});
}

/** Databases whose lock is held, with the drill that holds it, as the table says. */
export async function heldLocks(account: Account): Promise<Map<string, string>> {
  const { Items = [] } = await account.dynamo.send(
    new ScanCommand({
      TableName: account.output('LedgerTable'),
      ConsistentRead: true,
      FilterExpression: 'begins_with(pk, :locks) AND sk = :lock',
      ExpressionAttributeValues: { ':locks': { S: 'lock#' }, ':lock': { S: 'lock' } },
    }),
  );
  return new Map(Items.map(({ pk, drillId }) => [pk?.S?.replace(/^lock#/, '') ?? '', drillId?.S ?? '']));
}
