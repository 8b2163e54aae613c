import { type DBInstance, paginateDescribeDBInstances, type RDSClient } from '@aws-sdk/client-rds';
import { isAwsError } from '../../aws/rds-errors.ts';

/** Every instance of the account and region, ours or not. */
export async function allInstances(client: RDSClient): Promise<DBInstance[]> {
  const found: DBInstance[] = [];
  for await (const page of paginateDescribeDBInstances({ client }, {}))
    found.push(...(page.DBInstances ?? []));
  return found;
}

/** The instances of these names that exist, in the order of the names. */
export async function findInstances(client: RDSClient, identifiers: string[]): Promise<DBInstance[]> {
  const found = new Map<string, DBInstance>();
  try {
    const filter = { Filters: [{ Name: 'db-instance-id', Values: identifiers }] };
    for await (const page of paginateDescribeDBInstances({ client }, filter)) {
      for (const instance of page.DBInstances ?? []) found.set(instance.DBInstanceIdentifier ?? '', instance);
    }
  } catch (error) {
    if (!isAwsError(error, 'notFound')) throw error;
    // A list is answered without those that do not exist; should one of them ever refuse the whole, each is asked for
    // alone: "gone" is what a teardown is confirmed by.
    if (identifiers.length > 1)
      return (await Promise.all(identifiers.map((identifier) => findInstances(client, [identifier])))).flat();
  }
  // Asked by name again: an endpoint that ignores the filter must not put a stranger into our hands.
  return identifiers.flatMap((identifier) => found.get(identifier) ?? []);
}
