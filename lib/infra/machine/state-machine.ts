import { Aws, Stack } from 'aws-cdk-lib';
import type * as ecs from 'aws-cdk-lib/aws-ecs';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { drillMachine, lambdaPlaceholders } from '../../machine/definition.ts';
import { doorOfStep } from '../names/doors.ts';
import type { PhysicalNames } from '../names/physical-names.ts';
import { accept } from '../review/accepted-rules.ts';
import { serviceOfThisAccount } from '../rights/services.ts';
import { sizedLogGroup } from '../storage/log-groups.ts';

interface DrillMachineProps {
  names: PhysicalNames;
  functionOf(door: string): lambda.IFunction;
  cluster: ecs.Cluster;
  /** The restore tasks. */
  taskDefinitions: ecs.FargateTaskDefinition[];
  /** Roles of the hooks' tasks; empty where there are none. */
  hookRoles: iam.IRole[];
}

/** The deployed state machine: the definition of lib/machine, with its placeholders filled by CloudFormation. */
export class DrillMachine extends Construct {
  readonly machine: sfn.StateMachine;

  constructor(scope: Construct, id: string, props: DrillMachineProps) {
    super(scope, id);
    const definition = withoutPartition(JSON.stringify(drillMachine()));
    const role = new iam.Role(this, 'Role', {
      assumedBy: serviceOfThisAccount(this, 'states.amazonaws.com'),
      description: 'The drill: its functions and its tasks',
    });
    for (const statement of machinePermissions(this, props)) role.addToPolicy(statement);
    this.machine = new sfn.StateMachine(this, 'Machine', {
      stateMachineName: props.names.stateMachine,
      stateMachineType: sfn.StateMachineType.STANDARD,
      definitionBody: sfn.DefinitionBody.fromString(definition),
      definitionSubstitutions: substitutions(definition, props),
      role,
      tracingEnabled: true,
      logs: {
        // The prefix keeps the account's log resource policy small (docs/facts.md#log-groups-of-step-functions).
        destination: sizedLogGroup(
          this,
          'Logs',
          undefined,
          `/aws/vendedlogs/states/${props.names.stateMachine}`,
        ),
        level: sfn.LogLevel.ALL,
        // Parameters of a waiting state hold its task token, and whoever reads a token can answer an approval. The
        // console shows inputs and outputs of each state to those who may see the execution itself.
        includeExecutionData: false,
      },
    });
    accept(role, 'AwsSolutions-IAM5[Resource::*]', 'Log delivery and tracing know no resources.');
  }
}

/** A local run is told of integrations as AWS's own partition has them; China and GovCloud have theirs. */
const withoutPartition = (definition: string): string =>
  definition.replaceAll('"arn:aws:states:::', `"arn:$\{Partition}:states:::`);

/** Placeholder → ARN, for every placeholder of the definition. @throws Error naming one that nothing here can fill */
function substitutions(definition: string, props: DrillMachineProps): Record<string, string> {
  const known = new Map<string, string>([
    ['RestoreCluster', props.cluster.clusterArn],
    // China and GovCloud have integrations of their own.
    ['Partition', Aws.PARTITION],
  ]);
  for (const [step, placeholder] of Object.entries(lambdaPlaceholders)) {
    known.set(placeholder.slice(2, -1), props.functionOf(doorOfStep(step)).functionArn);
  }
  const names = new Set([...definition.matchAll(/\$\{(\w+)\}/g)].map((match) => match[1] ?? ''));
  return Object.fromEntries(
    [...names].map((name) => {
      const value = known.get(name);
      if (value === undefined) throw new Error(`the machine has a placeholder nobody fills: ${name}`);
      return [name, value];
    }),
  );
}

/** Exactly what the definition calls (docs/facts.md#rights-to-run-a-task). */
function machinePermissions(scope: Construct, props: DrillMachineProps): iam.PolicyStatement[] {
  const stack = Stack.of(scope);
  const { taskDefinitions, hookRoles, names } = props;
  const definitionArn = (family: string) =>
    stack.formatArn({ service: 'ecs', resource: 'task-definition', resourceName: family });
  // The definition names families, so the newest revision runs; AWS authorises either form. Hooks by their common
  // beginning: 400 of them would not fit into a policy, and whose roles may be passed is said below.
  const families = [
    ...taskDefinitions.flatMap(({ family }) => [`${family}:*`, family]),
    ...(hookRoles.length === 0 ? [] : [names.hookTasks]),
  ].map(definitionArn);
  const tasks = stack.formatArn({
    service: 'ecs',
    resource: 'task',
    resourceName: `${props.names.cluster}/*`,
  });
  const roles = new Set([
    ...taskDefinitions.flatMap((one) => [one.taskRole.roleArn, one.obtainExecutionRole().roleArn]),
    ...hookRoles.map(({ roleArn }) => roleArn),
  ]);
  return [
    new iam.PolicyStatement({
      sid: 'Functions',
      actions: ['lambda:InvokeFunction'],
      resources: Object.keys(lambdaPlaceholders).map(
        (step) => props.functionOf(doorOfStep(step)).functionArn,
      ),
    }),
    new iam.PolicyStatement({
      sid: 'RunTasks',
      actions: ['ecs:RunTask'],
      resources: families,
      conditions: { ArnEquals: { 'ecs:cluster': props.cluster.clusterArn } },
    }),
    new iam.PolicyStatement({
      sid: 'TagTasks',
      actions: ['ecs:TagResource'],
      resources: [tasks],
      conditions: { StringEquals: { 'ecs:CreateAction': 'RunTask' } },
    }),
    new iam.PolicyStatement({
      sid: 'EndTasks',
      actions: ['ecs:StopTask', 'ecs:DescribeTasks'],
      resources: [tasks],
    }),
    new iam.PolicyStatement({
      sid: 'GiveTasksTheirRoles',
      actions: ['iam:PassRole'],
      resources: [...roles],
      conditions: { StringEquals: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' } },
    }),
    new iam.PolicyStatement({
      sid: 'HearOfTasks',
      actions: ['events:PutTargets', 'events:PutRule', 'events:DescribeRule'],
      resources: [
        stack.formatArn({
          service: 'events',
          resource: 'rule',
          resourceName: 'StepFunctionsGetEventsForECSTaskRule',
        }),
      ],
    }),
  ];
}
