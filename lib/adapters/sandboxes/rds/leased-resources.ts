import {
  DeleteDBParameterGroupCommand,
  DeleteDBSnapshotCommand,
  ListTagsForResourceCommand,
  paginateDescribeDBParameterGroups,
  paginateDescribeDBSnapshots,
} from '@aws-sdk/client-rds';
import { resourcePrefix } from '../../../contract/names.ts';
import type { Leftover } from '../../../ports/sandbox.ts';
import { isAwsError } from '../../aws/rds-errors.ts';
import { allInstances } from './find-instances.ts';
import { ownershipOf, type Tagged } from './ownership.ts';
import { createPromotion } from './promotion.ts';
import type { RdsHost } from './rds-host.ts';
import { removeInstance } from './removal.ts';
import { sandboxIdOf } from './sandbox-names.ts';

/** One resource of ours with the way to remove it. */
export interface Sweepable extends Leftover {
  remove(): Promise<void>;
  /** Frees it from its lease for good; says in words what came of it. Only what a restore may leave has this. */
  keep?(): Promise<string>;
}

/** Instances of ours under lease. Those being deleted are no leftovers any more. */
export async function instanceLeftovers(host: RdsHost): Promise<Sweepable[]> {
  return (await allInstances(host.rds)).flatMap((instance) => {
    const { DBInstanceIdentifier: name = '', DBInstanceClass, DBInstanceStatus, TagList = [] } = instance;
    if (DBInstanceStatus === 'deleting') return [];
    return leased(
      host,
      'instance',
      { name, tags: TagList },
      {
        what: `RDS instance ${name} (${DBInstanceClass}, ${DBInstanceStatus})`,
        remove: async () => {
          if ((await removeInstance(host, instance)) === 'refused for now')
            throw new Error(`RDS does not delete it while it is ${DBInstanceStatus}`);
        },
        keep: async (drillId) => {
          const refused = await createPromotion(host).keep(sandboxIdOf(name), drillId);
          const problems = refused.map(({ change, problem }) => `${change} was refused (${problem})`);
          return ['its restore was approved', ...problems].join('; ');
        },
      },
    );
  });
}

/** Manual snapshots that somebody took of a sandbox under our prefix; automated ones go with their instance. */
export async function snapshotLeftovers(host: RdsHost): Promise<Sweepable[]> {
  const client = host.rds;
  const found: Sweepable[] = [];
  for await (const page of paginateDescribeDBSnapshots({ client }, { SnapshotType: 'manual' })) {
    for (const { DBSnapshotIdentifier: name = '', TagList = [] } of page.DBSnapshots ?? []) {
      if (!name.startsWith(resourcePrefix)) continue;
      const remove = async (): Promise<void> => {
        await unlessGone('snapshotNotFound', () =>
          client.send(new DeleteDBSnapshotCommand({ DBSnapshotIdentifier: name })),
        );
      };
      found.push(...leased(host, 'other', { name, tags: TagList }, { what: `RDS snapshot ${name}`, remove }));
    }
  }
  return found;
}

/** Parameter groups with a lease. Those that the stack made have none and are never touched. */
export async function groupLeftovers(host: RdsHost): Promise<Sweepable[]> {
  const client = host.rds;
  const found: Sweepable[] = [];
  for await (const page of paginateDescribeDBParameterGroups({ client }, {})) {
    for (const group of page.DBParameterGroups ?? []) {
      const { DBParameterGroupName: name = '', DBParameterGroupArn: arn = '' } = group;
      if (!name.startsWith(resourcePrefix)) continue;
      const { TagList = [] } = await client.send(new ListTagsForResourceCommand({ ResourceName: arn }));
      const remove = async (): Promise<void> => {
        await unlessGone('groupNotFound', () =>
          client.send(new DeleteDBParameterGroupCommand({ DBParameterGroupName: name })),
        );
      };
      found.push(
        ...leased(host, 'other', { name, tags: TagList }, { what: `parameter group ${name}`, remove }),
      );
    }
  }
  return found;
}

function leased(
  { stackName }: RdsHost,
  kind: 'instance' | 'other',
  resource: Tagged,
  { keep, ...act }: Pick<Sweepable, 'what' | 'remove'> & { keep?: (drillId: string) => Promise<string> },
): Sweepable[] {
  const ownership = ownershipOf(resource, stackName, kind);
  if (ownership.state !== 'leased') return [];
  const { drillId, leaseExpiresAt } = ownership;
  return [{ ...act, drillId, leaseExpiresAt, ...(keep === undefined ? {} : { keep: () => keep(drillId) }) }];
}

async function unlessGone(
  kind: 'snapshotNotFound' | 'groupNotFound',
  act: () => Promise<unknown>,
): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!isAwsError(error, kind)) throw error;
  }
}
