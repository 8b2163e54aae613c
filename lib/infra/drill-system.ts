import { CfnCondition, Fn, Stack, Tags } from 'aws-cdk-lib';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type * as ecs from 'aws-cdk-lib/aws-ecs';
import { ManagedPolicy } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { CfnDBSubnetGroup } from 'aws-cdk-lib/aws-rds';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { environmentNames as env, noApprovalUrl } from '../contract/environment.ts';
import { defaultStackName, tagKeys } from '../contract/names.ts';
import { sqlDoors } from '../contract/touch.ts';
import type { DrillConfig } from '../domain/config/index.ts';
import { assertAllowedPlaces } from './config/allowed-places.ts';
import { bucketOf } from './config/deployability.ts';
import { mayRunHooksBeside, mayRunServers } from './config/servers-inside.ts';
import { Approval } from './machine/approval.ts';
import { Functions } from './machine/functions.ts';
import { Schedules } from './machine/schedules.ts';
import { DrillMachine } from './machine/state-machine.ts';
import { consoleOriginOf } from './names/console.ts';
import { answerDoor, doorsOf, sealingDoors } from './names/doors.ts';
import { physicalNames } from './names/physical-names.ts';
import { writeOutputs } from './names/stack-outputs.ts';
import { commit } from './release.ts';
import { acceptWildcards } from './review/accepted-wildcards.ts';
import { Approvers } from './rights/approvers.ts';
import { neverProduction } from './rights/never-production.ts';
import {
  doorPermissions,
  doorPolicies,
  hookTaskPermissions,
  keepingPolicies,
  restoreTaskPermissions,
  restoreTaskPolicies,
  sourceRights,
} from './rights/permissions.ts';
import { clusterArn, stateMachineArn } from './rights/running-drills.ts';
import { manageVolumes } from './rights/volumes.ts';
import { Network, networkMark } from './sandbox/network.ts';
import { ParameterGroups } from './sandbox/parameter-groups.ts';
import { SigningKey } from './storage/signing-key.ts';
import { Storage } from './storage/storage.ts';
import { HookTasks } from './tasks/hook-tasks.ts';
import type { ImageTarget, Processor } from './tasks/processors.ts';
import { RestoreTask } from './tasks/restore-task.ts';
import { Alarms } from './watch/alarms.ts';
import { Dashboard } from './watch/dashboard.ts';
import { ExecutionFailed } from './watch/execution-failed.ts';
import { FunctionErrors } from './watch/function-errors.ts';
import { Guards } from './watch/guards.ts';
import { Notifications } from './watch/notifications.ts';

interface DrillSystemProps {
  /** A deployable configuration (deployability.ts). */
  config: DrillConfig;
  /** Door → folder of its bundle (lay-out.ts). */
  bundles: Record<string, string>;
  /** Image of containers/restore for a processor; asked for those that tasks run on. */
  restoreImageOn(processor: Processor, target?: ImageTarget): ecs.ContainerImage;
  /** Of the restore task, and of hooks that name none. */
  processor: Processor;
  /** Address of the runbook, for alarms and messages. */
  runbook: string;
  /** Regions whose certificates of RDS travel with the code; null: nothing is known of that. */
  certifiedRegions?: readonly string[] | null;
  /** Concurrent answers to approvals; null: whatever the account has. */
  approvalConcurrency?: number | null;
  /** Version of this package. */
  version: string;
}

/** Everything that `cdk deploy` makes, in the order in which a drill meets it: the parts of a stack, once in it. */
export class DrillSystem extends Construct {
  readonly stateMachine: IStateMachine;
  readonly ledger: ITable;
  readonly evidence: IBucket;
  /** Null: the evidence is under the keys of S3. */
  readonly key: IKey | null;
  readonly topic: ITopic;
  readonly deadLetters: IQueue;

  constructor(scope: Construct, id: string, props: DrillSystemProps) {
    super(scope, id);
    const stack = Stack.of(this);
    const { config, runbook } = props;
    const names = physicalNames(config.aws?.stackName ?? defaultStackName, networkMark(config.aws));
    const machineArn = stateMachineArn(stack, names);
    assertAllowedPlaces(this, config.aws, props.certifiedRegions ?? null);
    for (const [key, value] of Object.entries({ ...config.aws?.tags, [tagKeys.stack]: names.stack }))
      Tags.of(this).add(key, value);

    const kept = config.aws?.kept ?? null;
    const { key, topic, deadLetters } = new Notifications(this, 'Notifications', {
      stackName: names.stack,
      deadLetters: names.deadLetters,
      email: config.aws?.alarmEmail ?? null,
      keptKeyArn: kept?.key ?? null,
      customerKey: config.aws?.customerKey ?? false,
    });
    const { ledger, evidence } = new Storage(this, 'Storage', {
      key,
      kept,
      lockedYears: config.aws?.objectLock?.years ?? null,
    });
    const signingKey = config.aws?.signing === true ? new SigningKey(this, 'Signing').key : null;
    const hooksBeside = mayRunHooksBeside(config);
    const network = new Network(this, 'Network', {
      existing: config.aws?.network ?? null,
      zones: config.aws?.availabilityZones ?? null,
      evidence,
      storePorts: storePorts(config),
      hooksBeside,
    });
    const subnetGroup = new CfnDBSubnetGroup(this, 'SandboxSubnets', {
      dbSubnetGroupName: names.sandboxSubnetGroup,
      dbSubnetGroupDescription: 'restore-drill: sandboxes, without a route to anywhere',
      subnetIds: network.sandboxSubnets.map(({ subnetId }) => subnetId),
    });
    new ParameterGroups(this, 'ParameterGroups', names);

    const guard = new ManagedPolicy(this, 'NeverProduction', {
      description: 'What no role of restore-drill may do, whatever else is granted to it',
      statements: neverProduction(stack, names, config, evidence),
    });
    acceptWildcards(this, { names, config, evidence });
    const sources = sourceRights(this, stack, config);
    const permissions = { stack, names, config, ledger, evidence, key, signingKey, topic, sources };
    const everywhere = {
      [env.stackName]: names.stack,
      [env.evidenceBucket]: evidence.bucketName,
      [env.stateMachineArn]: machineArn,
      [env.restoreCluster]: clusterArn(stack, names),
    };
    const hooks = new HookTasks(this, 'Hooks', {
      names,
      config,
      processor: props.processor,
      imageOn: (processor) => props.restoreImageOn(processor),
      environment: everywhere,
      permissions: hookTaskPermissions(permissions),
      guard,
    });
    const restore = new RestoreTask(this, 'Restore', {
      names,
      processor: props.processor,
      imageOn: (processor) => props.restoreImageOn(processor),
      vpc: network.vpc,
      environment: everywhere,
      permissions: restoreTaskPermissions(permissions, hooksBeside ? hooks.roles : []),
      policies: restoreTaskPolicies(sources),
      guard,
      serversInside: mayRunServers(config)
        ? {
            image: props.restoreImageOn(props.processor, 'sandbox'),
            volumeRights: manageVolumes(stack, names),
          }
        : null,
    });
    const approvalLinks = config.aws?.approvalLinks ?? true;
    const doors = doorsOf(approvalLinks);
    const functions = new Functions(this, 'Doors', {
      doors,
      traced: new CfnCondition(this, 'Traced', {
        expression: Fn.conditionNot(Fn.conditionEquals(stack.partition, 'aws-cn')),
      }),
      names,
      bundles: props.bundles,
      permissions: doorPermissions({ ...permissions, volumeTask: restore.volumeTask }),
      policies: doorPolicies(sources, keepingPolicies(this, permissions)),
      guard,
      checks: { vpc: network.vpc, subnets: network.checkSubnets, securityGroup: network.checkGroup },
      environment: {
        ...everywhere,
        [env.ledgerTable]: ledger.tableName,
        [env.topicArn]: topic.topicArn,
        [env.sandboxSubnetGroup]: subnetGroup.ref,
        [env.sandboxSecurityGroup]: network.sandboxGroup.securityGroupId,
        [env.sandboxParameterGroups]: JSON.stringify(names.importParameterGroups),
        [env.restoreTasks]: JSON.stringify(restore.sizes),
        [env.sandboxTasks]: stack.toJsonString(restore.sandboxSizes),
        [env.restoreNetwork]: stack.toJsonString({
          subnets: network.taskSubnets.map(({ subnetId }) => subnetId),
          securityGroups: [network.taskGroup.securityGroupId],
          assignPublicIp: network.assignPublicIp ? 'ENABLED' : 'DISABLED',
        }),
        [env.runbook]: runbook,
        [env.deadLetterQueue]: names.deadLetters,
      },
    });
    const approvalUrl = approvalLinks
      ? new Approval(this, 'Approval', {
          answer: functions.get(answerDoor),
          concurrency: props.approvalConcurrency ?? null,
        }).url
      : noApprovalUrl;
    for (const door of sealingDoors) {
      functions.get(door).addEnvironment(env.commit, commit());
      if (signingKey !== null) functions.get(door).addEnvironment(env.signingKey, signingKey.keyArn);
    }
    // Every announcement may hold the links; the function that they lead to cannot know its own address.
    for (const [door, lambda] of functions.byDoor) {
      if (door !== answerDoor) lambda.addEnvironment(env.approvalUrl, approvalUrl);
    }

    const { policyName } = new Approvers(this, 'Approvers', {
      names,
      ledger,
      approvers: config.aws?.approvers ?? [],
    });

    const { machine } = new DrillMachine(this, 'Drill', {
      names,
      functionOf: (door) => functions.get(door),
      cluster: restore.cluster,
      taskDefinitions: restore.taskDefinitions,
      hookRoles: hooks.roles,
    });
    new Schedules(this, 'Schedules', { databases: config.databases, machine, deadLetters });
    new Guards(this, 'Guards', {
      machine,
      cleanUpAfterAbort: functions.get('clean-up-after-abort'),
      sweep: functions.get('sweep'),
      watch: functions.get('watch'),
      inSubnets: [...sqlDoors].map((door) => functions.get(door)),
      deadLetters,
    });
    new FunctionErrors(this, 'FunctionErrors', { stackName: names.stack, functions });
    new Alarms(this, 'Alarms', { names, topic, runbook });
    new ExecutionFailed(this, 'ExecutionFailed', {
      machine,
      topic,
      deadLetters,
      runbook,
      consoleUrl: `${consoleOriginOf(stack)}/states/home?region=${stack.region}#/v2/executions/details/`,
    });
    const dashboard =
      config.aws?.dashboard === true
        ? new Dashboard(this, 'Eyes', {
            names,
            databases: config.databases,
            runbook,
            stateMachineArn: machineArn,
            evidenceBucket: evidence.bucketName,
          })
        : null;
    this.stateMachine = machine;
    this.ledger = ledger;
    this.evidence = evidence;
    this.key = key;
    this.topic = topic as ITopic;
    this.deadLetters = deadLetters as IQueue;
    writeOutputs(this, {
      stateMachineArn: machine.stateMachineArn,
      ledgerTable: ledger.tableName,
      evidenceBucket: evidence.bucketName,
      ...(key === null ? {} : { evidenceKey: key.keyArn }),
      ...(signingKey === null ? {} : { signingKey: signingKey.keyArn }),
      topicArn: topic.topicArn,
      ...(dashboard === null ? {} : { dashboardUrl: dashboard.url }),
      restoreCluster: restore.cluster.clusterName,
      sweepFunction: functions.get('sweep').functionName,
      approverPolicy: policyName,
      version: props.version,
      databases: Object.keys(config.databases),
    });
  }
}

/** Ports of S3-compatible stores, which the restore task must reach. */
function storePorts(config: DrillConfig): number[] {
  return Object.values(config.databases).flatMap(({ source }) => {
    const { endpointUrl } = bucketOf(source);
    if (endpointUrl === null) return [];
    const { port, protocol } = new URL(endpointUrl);
    return [port !== '' ? Number(port) : protocol === 'http:' ? 80 : 443];
  });
}
