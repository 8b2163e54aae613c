import { Duration } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { restoreContainerName, serverFolder } from '../../contract/names.ts';
import { type RestoreTaskSize, restoreTaskSizes } from '../../contract/restore-task-sizes.ts';
import {
  type SandboxTaskSize,
  sandboxTaskSizes,
  serverVolumeName,
  volumeTaskSize,
} from '../../contract/sandbox-task-sizes.ts';
import type { PhysicalNames } from '../names/physical-names.ts';
import { accept } from '../review/accepted-rules.ts';
import { serviceOfThisAccount } from '../rights/services.ts';
import type { VolumeTask } from '../rights/volumes.ts';
import { sizedLogGroup } from '../storage/log-groups.ts';
import { allowPull } from './image-pull.ts';
import { linuxOn, type Processor } from './processors.ts';

/** User of our image: not root, and nobody on the host. */
export const taskUser = '10001:10001';
/** Root, to give the server a user of its own and a root directory without ours. It gains no right on the account. */
const serversInsideUser = '0:0';
const scratch = 'scratch';

/** What task definitions differ in. */
interface TaskProps {
  family: string;
  image: ecs.ContainerImage;
  cpuUnits: number;
  memoryMib: number;
  /** Null: the 20 GiB that every task has. */
  diskGib: number | null;
  user: string;
  linuxParameters: ecs.LinuxParameters | null;
  /** Volume → where it is mounted. Everything else cannot be written to. */
  volumes: Record<string, string>;
  /** Which of them is made for each run; null: all lie on the task's own disk. */
  madeAtLaunch: string | null;
}

interface RestoreTaskProps {
  names: PhysicalNames;
  processor: Processor;
  /** Image of containers/restore for a processor. */
  imageOn(processor: Processor): ecs.ContainerImage;
  vpc: ec2.Vpc | ec2.IVpc;
  environment: Record<string, string>;
  permissions: iam.PolicyStatement[];
  /** Managed policies, where rights are too many for the role's own. */
  policies: iam.IManagedPolicy[];
  guard: iam.IManagedPolicy;
  /** For tasks that run a server inside themselves; null: no drill does. */
  serversInside: { image: ecs.ContainerImage; volumeRights: iam.PolicyStatement[] } | null;
}

/**
 * The restore task: one Fargate task definition per size, because a run cannot change its storage
 * (docs/facts.md#storage-of-a-task). It streams, so the disk stays at its 20 GiB.
 */
export class RestoreTask extends Construct {
  readonly cluster: ecs.Cluster;
  readonly taskDefinitions: ecs.FargateTaskDefinition[];
  readonly sizes: RestoreTaskSize[];
  /** Empty where no drill runs a server inside its task. */
  readonly sandboxSizes: SandboxTaskSize[];
  /** The task that is started with a volume; null where no drill runs a server inside its task. */
  readonly volumeTask: VolumeTask | null;

  constructor(scope: Construct, id: string, props: RestoreTaskProps) {
    super(scope, id);
    this.cluster = new ecs.Cluster(this, 'Cluster', {
      clusterName: props.names.cluster,
      vpc: props.vpc as ec2.IVpc,
      containerInsightsV2: ecs.ContainerInsights.DISABLED,
    });
    accept(
      this.cluster,
      'AwsSolutions-ECS4',
      'One task a drill, whose progress, rows and bytes are measured by itself; Container Insights would cost more than the drill.',
    );
    const taskRole = new iam.Role(this, 'TaskRole', {
      assumedBy: ecsTasks(this),
      description: 'containers/restore',
      managedPolicies: [props.guard, ...props.policies],
    });
    for (const statement of props.permissions) taskRole.addToPolicy(statement.copy());
    accept(
      taskRole,
      'AwsSolutions-IAM5[Resource::*]',
      "The keys of buckets and parameters are the user's and unknown here: narrowed by service and by object.",
    );
    const executionRole = makeExecutionRole(this);
    const logGroup = sizedLogGroup(this, 'Logs', undefined, `/restore-drill/${props.names.stack}/restore`);
    const define = (id: string, task: TaskProps): ecs.FargateTaskDefinition => {
      const definition = new ecs.FargateTaskDefinition(this, id, {
        family: task.family,
        cpu: task.cpuUnits,
        memoryLimitMiB: task.memoryMib,
        ...(task.diskGib === null ? {} : { ephemeralStorageGiB: task.diskGib }),
        runtimePlatform: linuxOn(props.processor),
        taskRole,
        executionRole,
        volumes: Object.keys(task.volumes).map((name) =>
          name === task.madeAtLaunch ? { name, configuredAtLaunch: true } : { name },
        ),
      });
      const container = definition.addContainer('Restore', {
        containerName: restoreContainerName,
        image: task.image,
        user: task.user,
        readonlyRootFilesystem: true,
        // The longest there is: a stopped restore says what it had done, and closes its sessions.
        stopTimeout: Duration.seconds(120),
        ...(task.linuxParameters === null ? {} : { linuxParameters: task.linuxParameters }),
        logging: blockingLogs(logGroup, 'restore'),
        environment: props.environment,
      });
      allowPull(executionRole, container);
      for (const [sourceVolume, containerPath] of Object.entries(task.volumes))
        container.addMountPoints({ containerPath, sourceVolume, readOnly: false });
      acceptPlainEnvironment(definition);
      return definition;
    };
    const image = props.imageOn(props.processor);
    const { serversInside } = props;
    const serverVolumes = { [scratch]: '/tmp', [serverVolumeName]: serverFolder };
    this.taskDefinitions = [
      ...restoreTaskSizes.map(({ name, ...size }) =>
        define(`${name}Task`, {
          ...{ ...size, image, diskGib: null, user: taskUser, volumes: { [scratch]: '/tmp' } },
          madeAtLaunch: null,
          linuxParameters: null,
          family: props.names.restoreTasks[name],
        }),
      ),
      ...(serversInside === null ? [] : sandboxTaskSizes).map(({ name, ...size }) =>
        define(`${name}SandboxTask`, {
          ...{ ...size, image: serversInside?.image ?? image, user: serversInsideUser },
          linuxParameters: fewerRights(this, `${name}SandboxLinux`),
          ...{ volumes: serverVolumes, madeAtLaunch: null },
          family: props.names.sandboxTasks[name],
        }),
      ),
    ];
    this.sandboxSizes =
      serversInside === null
        ? []
        : sandboxTaskSizes.map((size) => ({
            taskDefinition: props.names.sandboxTasks[size.name],
            ...capacityOf(size),
            diskGib: size.diskGib,
          }));
    this.volumeTask = null;
    if (serversInside !== null) {
      const { mostGib, ...size } = volumeTaskSize;
      const family = props.names.volumeTask;
      const volumeRole = makeVolumeRole(this, props.guard, serversInside.volumeRights);
      define('volumeSandboxTask', {
        ...{ ...size, image: serversInside.image, user: serversInsideUser, diskGib: null, family },
        linuxParameters: fewerRights(this, 'volumeSandboxLinux'),
        ...{ volumes: serverVolumes, madeAtLaunch: serverVolumeName },
      });
      this.volumeTask = { family, roles: [taskRole, executionRole], volumeRole };
      this.sandboxSizes.push({
        taskDefinition: family,
        ...capacityOf(size),
        diskGib: mostGib,
        volumeRole: volumeRole.roleArn,
      });
    }
    this.sizes = restoreTaskSizes.map((size) => ({
      taskDefinition: props.names.restoreTasks[size.name],
      upToDumpBytes: size.upToDumpBytes,
      ...capacityOf(size),
    }));
  }
}

const capacityOf = ({ cpuUnits, memoryMib }: { cpuUnits: number; memoryMib: number }) => ({
  vcpu: cpuUnits / 1024,
  memoryGib: memoryMib / 1024,
});

/**
 * The role with which ECS makes the volume of a task, attaches and deletes it. That ECS says for whom it takes on such a role is
 * unconfirmed, so no condition asks for it (docs/facts.md#services-that-say-for-whom-they-act).
 */
function makeVolumeRole(
  scope: Construct,
  guard: iam.IManagedPolicy,
  rights: iam.PolicyStatement[],
): iam.Role {
  const role = new iam.Role(scope, 'VolumeRole', {
    assumedBy: new iam.ServicePrincipal('ecs.amazonaws.com'),
    description: 'ECS: volumes of restore tasks',
    managedPolicies: [guard],
  });
  for (const statement of rights) role.addToPolicy(statement.copy());
  accept(role, 'AwsSolutions-IAM5[Resource::*]', 'Describing volumes and zones knows no resources.');
  return role;
}

/** What root of a container may do and a server inside it never needs. Of orphans somebody must hear how they ended. */
function fewerRights(scope: Construct, id: string): ecs.LinuxParameters {
  const linux = new ecs.LinuxParameters(scope, id, { initProcessEnabled: true });
  const { AUDIT_WRITE, FSETID, MKNOD, NET_BIND_SERVICE, NET_RAW, SETFCAP } = ecs.Capability;
  linux.dropCapabilities(AUDIT_WRITE, FSETID, MKNOD, NET_BIND_SERVICE, NET_RAW, SETFCAP);
  return linux;
}

/** Only tasks of this account may take the role on. */
export const ecsTasks = (scope: Construct): iam.IPrincipal =>
  serviceOfThisAccount(scope, 'ecs-tasks.amazonaws.com');

/** Pulls images and writes logs; CDK grants both as the task definition needs them. */
export function makeExecutionRole(scope: Construct): iam.Role {
  const role = new iam.Role(scope, 'ExecutionRole', {
    assumedBy: ecsTasks(scope),
    description: 'Starts tasks: image and logs',
  });
  accept(role, 'AwsSolutions-IAM5[Resource::*]', 'ecr:GetAuthorizationToken knows no resources.');
  return role;
}

/** Lines of a restore are evidence: blocking, because the default drops them (docs/facts.md#log-lines-under-load). */
export const blockingLogs = (
  logGroup: ReturnType<typeof sizedLogGroup>,
  streamPrefix: string,
): ecs.LogDriver => ecs.LogDriver.awsLogs({ logGroup, streamPrefix, mode: ecs.AwsLogDriverMode.BLOCKING });

/** Names and ARNs only: no variable holds a secret (lib/contract/environment.ts). */
export function acceptPlainEnvironment(definition: ecs.TaskDefinition): void {
  accept(
    definition,
    'AwsSolutions-ECS2',
    'Variables hold names and ARNs; secrets are read at the moment of use.',
  );
}
