import {
  DeleteVolumeCommand,
  type EC2Client,
  paginateDescribeVolumes,
  type Volume,
} from '@aws-sdk/client-ec2';
import { tagKeys } from '../../../contract/names.ts';
import { DrillError } from '../../../domain/findings/errors.ts';
import { awsWords } from '../../aws/rds-errors.ts';
import type { Sweepable } from '../rds/leased-resources.ts';
import { ownershipOf } from '../rds/ownership.ts';

/** Tags that ECS gives to a volume that it makes, and nobody else can (docs/facts.md#volumes-of-tasks). */
const ecsTags = { managed: 'AmazonECSManaged', task: 'AmazonECSCreated' } as const;

export interface TaskVolumesOptions {
  ec2: EC2Client;
  stackName: string;
  /** ARN of the cluster whose tasks they are made for. */
  cluster: string;
}

/** Volumes of restore tasks. ECS deletes each with its task; this looks whether it did. */
export interface TaskVolumes {
  /** Volumes of a drill that are still there, by id, whatever their state. */
  ofDrill(drillId: string): Promise<string[]>;
  /** Those that no task has any more, and that nobody deleted. */
  leftovers(): Promise<Sweepable[]>;
}

export function createTaskVolumes({ ec2, stackName, cluster }: TaskVolumesOptions): TaskVolumes {
  // arn:aws:ecs:REGION:ACCOUNT:cluster/NAME → arn:aws:ecs:REGION:ACCOUNT:task/NAME/
  const ourTasks = `${cluster.replace(':cluster/', ':task/')}/`;

  async function volumes(filters: Record<string, string>): Promise<Volume[]> {
    const asked = { [`tag:${tagKeys.stack}`]: stackName, ...filters };
    const Filters = Object.entries(asked).map(([Name, value]) => ({ Name, Values: [value] }));
    const found: Volume[] = [];
    for await (const page of paginateDescribeVolumes({ client: ec2 }, { Filters }))
      found.push(...(page.Volumes ?? []));
    return found;
  }

  return {
    async ofDrill(drillId) {
      try {
        return (await volumes({ [`tag:${tagKeys.drill}`]: drillId })).flatMap(
          ({ VolumeId }) => VolumeId ?? [],
        );
      } catch (error) {
        throw new DrillError(
          'TEARDOWN_FAILED',
          `the volumes of the drill could not be listed: ${awsWords(error)}`,
          { hint: 'The sweeper removes what is left of them.', fault: 'service', cause: error },
        );
      }
    },
    async leftovers() {
      return (await volumes({ status: 'available' })).flatMap((volume) => {
        const { VolumeId: name = '', Size, Tags = [], State } = volume;
        // An answer is judged by itself, and not by what was asked for.
        if (State !== 'available' || !madeForOurTask(volume, ourTasks)) return [];
        const ownership = ownershipOf({ name, tags: Tags }, stackName, 'other');
        if (ownership.state !== 'leased') return [];
        const { drillId, leaseExpiresAt } = ownership;
        const what = `EBS volume ${name} (${Size} GiB, of a restore task)`;
        return [{ what, drillId, leaseExpiresAt, remove: () => deleteVolume(ec2, name) }];
      });
    },
  };
}

function madeForOurTask({ Tags = [] }: Volume, ourTasks: string): boolean {
  const tags = new Map(Tags.map(({ Key, Value }) => [Key, Value]));
  return tags.get(ecsTags.managed) === 'true' && (tags.get(ecsTags.task) ?? '').startsWith(ourTasks);
}

async function deleteVolume(ec2: EC2Client, VolumeId: string): Promise<void> {
  try {
    await ec2.send(new DeleteVolumeCommand({ VolumeId }));
  } catch (error) {
    // ECS was faster.
    if (!(error instanceof Error && error.name === 'InvalidVolume.NotFound')) throw error;
  }
}
