import { Duration } from 'aws-cdk-lib';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { restoreTaskEnvironment } from '../../contract/environment.ts';
import { caBundleFileName, hookContainerNames, hookFolder } from '../../contract/names.ts';
import type { DrillConfig, HookConfig } from '../../domain/config/index.ts';
import type { HookName, PhysicalNames } from '../names/physical-names.ts';
import { sizedLogGroup } from '../storage/log-groups.ts';
import { allowPull } from './image-pull.ts';
import { linuxOn, type Processor } from './processors.ts';
import {
  acceptPlainEnvironment,
  blockingLogs,
  ecsTasks,
  makeExecutionRole,
  taskUser,
} from './restore-task.ts';

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
  readonly taskDefinitions: ecs.FargateTaskDefinition[] = [];
  /** Database → hook → task definition family; what PrepareRestore hands to the machine. */
  readonly families: Record<string, Partial<Record<HookName, string>>> = {};

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
    const logGroup = sizedLogGroup(this, 'Logs', undefined, `/restore-drill/${props.names.stack}/hooks`);
    for (const { database, name, hook } of hooks) {
      const family = props.names.hookTaskOf(database, name);
      const processor = hook.platform ?? props.processor;
      const definition = new ecs.FargateTaskDefinition(this, `${database}-${name}`, {
        family,
        cpu: 1024,
        memoryLimitMiB: 2048,
        runtimePlatform: linuxOn(processor),
        taskRole,
        executionRole,
        volumes: [{ name: volume }],
      });
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
      for (const one of [credentials, container]) allowPull(executionRole, one);
      container.addContainerDependencies({
        container: credentials,
        // It stays and renews the token, which opens connections for 15 minutes only.
        condition: ecs.ContainerDependencyCondition.HEALTHY,
      });
      credentials.addMountPoints({ containerPath: hookFolder, sourceVolume: volume, readOnly: false });
      container.addMountPoints({ containerPath: hookFolder, sourceVolume: volume, readOnly: true });
      acceptPlainEnvironment(definition);
      this.taskDefinitions.push(definition);
      this.families[database] = { ...this.families[database], [name]: family };
    }
  }
}

/** The user's variables; where to find the sandbox comes with the run. */
const hookEnvironment = ({ environment }: HookConfig): Record<string, string> => ({
  ...environment,
  PGPASSFILE: `${hookFolder}/pgpass`,
  PGSSLMODE: 'verify-full',
  PGSSLROOTCERT: `${hookFolder}/${caBundleFileName}`,
});
