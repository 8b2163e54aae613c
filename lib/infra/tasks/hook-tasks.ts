import { Duration, NestedStack } from 'aws-cdk-lib';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { restoreTaskEnvironment } from '../../contract/environment.ts';
import { caBundleFileName, type HookName, hookContainerNames, hookFolder } from '../../contract/names.ts';
import type { DrillConfig, HookConfig } from '../../domain/config/index.ts';
import type { PhysicalNames } from '../names/physical-names.ts';
import { sizedLogGroup } from '../storage/log-groups.ts';
import { acceptPull, allowPull, allowPulls } from './image-pull.ts';
import { linuxOn, type Processor } from './processors.ts';
import {
  acceptPlainEnvironment,
  blockingLogs,
  ecsTasks,
  makeExecutionRole,
  taskUser,
} from './restore-task.ts';

/** CloudFormation takes 500 resources in a stack (docs/facts.md#limits-of-a-stack), and 200 databases have 200 schedules. */
const mostInStack = 20;
/** Some 1.6 kB of template each. */
const perNestedStack = 200;

const volume = 'credentials';
const hookNames: HookName[] = ['migrate', 'smokeTest'];

interface HookTasksProps {
  names: PhysicalNames;
  config: DrillConfig;
  /** Of hooks that name none. */
  processor: Processor;
  /** Our image, for the processor of the hook: its command `credentials` leaves a password file for it. */
  imageOn(processor: Processor): ecs.ContainerImage;
  environment: Record<string, string>;
  permissions: iam.PolicyStatement[];
  guard: iam.IManagedPolicy;
}

/** One task definition per hook of a database: our container leaves credentials in a shared volume, then the user's runs. */
export class HookTasks extends Construct {
  /** Roles that these tasks take on; empty where there is no hook. */
  readonly roles: iam.IRole[] = [];

  constructor(scope: Construct, id: string, props: HookTasksProps) {
    super(scope, id);
    const hooks = Object.entries(props.config.databases).flatMap(([database, { hooks }]) =>
      hookNames.flatMap((name) => {
        const hook = hooks[name];
        return hook === null ? [] : [{ database, name, hook }];
      }),
    );
    if (hooks.length === 0) return;
    const taskRole = new iam.Role(this, 'TaskRole', {
      assumedBy: ecsTasks(this),
      description: 'Hooks: containers of the user',
      managedPolicies: [props.guard],
    });
    for (const statement of props.permissions) taskRole.addToPolicy(statement.copy());
    const executionRole = makeExecutionRole(this);
    this.roles.push(taskRole, executionRole);
    allowPulls(
      executionRole,
      hooks.map(({ hook }) => hook.image),
    );
    const logGroup = sizedLogGroup(this, 'Logs', undefined, `/restore-drill/${props.names.stack}/hooks`);
    for (const [index, { database, name, hook }] of hooks.entries()) {
      const family = props.names.hookTaskOf(database, name);
      const processor = hook.platform ?? props.processor;
      const definition = new ecs.FargateTaskDefinition(
        this.#placeOf(index, hooks.length),
        `${database}-${name}`,
        {
          family,
          cpu: 1024,
          memoryLimitMiB: 2048,
          runtimePlatform: linuxOn(processor),
          taskRole,
          executionRole,
          volumes: [{ name: volume }],
        },
      );
      const credentials = definition.addContainer('Credentials', {
        containerName: hookContainerNames.credentials,
        image: props.imageOn(processor),
        essential: false,
        readonlyRootFilesystem: true,
        user: taskUser,
        healthCheck: {
          command: ['CMD', 'node', '/app/main.mjs', 'healthy'],
          interval: Duration.seconds(5),
          timeout: Duration.seconds(5),
          retries: 10,
          startPeriod: Duration.seconds(60),
        },
        logging: blockingLogs(logGroup, `${family}-credentials`),
        environment: { ...props.environment, [restoreTaskEnvironment.command]: 'credentials' },
      });
      const container = definition.addContainer('Hook', {
        containerName: hookContainerNames.hook,
        image: ecs.ContainerImage.fromRegistry(hook.image),
        essential: true,
        stopTimeout: Duration.seconds(120),
        logging: blockingLogs(logGroup, family),
        environment: hookEnvironment(hook),
        ...(hook.command === null ? {} : { command: hook.command }),
      });
      allowPull(executionRole, credentials);
      acceptPull(container);
      container.addContainerDependencies({
        container: credentials,
        // It stays and renews the token, which opens connections for 15 minutes only.
        condition: ecs.ContainerDependencyCondition.HEALTHY,
      });
      credentials.addMountPoints({ containerPath: hookFolder, sourceVolume: volume, readOnly: false });
      container.addMountPoints({ containerPath: hookFolder, sourceVolume: volume, readOnly: true });
      acceptPlainEnvironment(definition);
    }
  }

  /** A few definitions lie in the stack itself; many in stacks of their own, which count as one resource each. */
  #placeOf(index: number, count: number): Construct {
    if (count <= mostInStack) return this;
    const id = `Part${Math.floor(index / perNestedStack) + 1}`;
    const part = this.node.tryFindChild(id) as NestedStack | undefined;
    return (
      part ??
      new NestedStack(this, id, {
        description: 'restore-drill: containers of the user',
        suppressTemplateIndentation: true,
      })
    );
  }
}

/** The user's variables; where to find the sandbox comes with the run. */
const hookEnvironment = ({ environment }: HookConfig): Record<string, string> => ({
  ...environment,
  PGPASSFILE: `${hookFolder}/pgpass`,
  PGSSLMODE: 'verify-full',
  PGSSLROOTCERT: `${hookFolder}/${caBundleFileName}`,
});
