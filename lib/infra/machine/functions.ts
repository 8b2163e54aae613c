import { type CfnCondition, Duration, Fn } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { sqlDoors } from '../../contract/touch.ts';
import { DrillError } from '../../domain/findings/errors.ts';
import { constructIdOf, stateTimeouts } from '../names/doors.ts';
import type { PhysicalNames } from '../names/physical-names.ts';
import { accept } from '../review/accepted-rules.ts';
import { sizedLogGroup } from '../storage/log-groups.ts';

/** Doors that run every hour, whether or not there is a drill. */
const hourlyDoors: ReadonlySet<string> = new Set(['sweep', 'watch']);

/** MiB. Processors come with memory: what parses dumps or signs TLS gets more; the rest waits for AWS. */
const memoryMib: Record<string, number> = {
  'select-dump': 1024,
  'try-older-dump': 1024,
  'run-check': 1024,
  'prepare-hand-over': 1024,
};
const ordinaryMemoryMib = 512;

/** Seconds, of doors for which no state of the machine waits. */
const guardTimeouts: Record<string, number> = {
  // Waits for a sandbox to go (docs/facts.md#time-to-delete-an-instance); the sweeper goes on after that.
  'clean-up-after-abort': 900,
  sweep: 600,
  // Lists every bucket to its end, the first time.
  watch: 900,
  'answer-approval': 30,
  'ask-approval': 60,
  // Waits until the task runs (lib/adapters/tasks/volume-tasks.ts).
  'restore-on-volume': 900,
};

interface FunctionsProps {
  /** Those that are deployed (doorsOf). */
  doors: readonly string[];
  names: PhysicalNames;
  /** Door → folder of its bundle. */
  bundles: Record<string, string>;
  environment: Record<string, string>;
  permissions: Record<string, iam.PolicyStatement[]>;
  /** Holds where functions can be traced. */
  traced: CfnCondition;
  /** Door → managed policies, where rights are too many for a policy of its own. */
  policies: Record<string, iam.IManagedPolicy[]>;
  /** Denials that every role carries. */
  guard: iam.IManagedPolicy;
  checks: { vpc: ec2.Vpc | ec2.IVpc; subnets: ec2.ISubnet[]; securityGroup: ec2.SecurityGroup };
}

/** One Lambda per door, each with its own role, log group and rights. */
export class Functions extends Construct {
  readonly byDoor: ReadonlyMap<string, lambda.Function>;
  readonly #logGroups: ReadonlyMap<string, logs.ILogGroup>;

  constructor(scope: Construct, id: string, props: FunctionsProps) {
    super(scope, id);
    const timeouts = stateTimeouts();
    const entries = props.doors.map((door): [string, Door] => {
      const seconds = timeouts.get(door) ?? guardTimeouts[door] ?? missing(door, 'timeout');
      return [door, new Door(this, constructIdOf(door), { ...props, door, seconds })];
    });
    this.byDoor = new Map(entries.map(([door, made]) => [door, made.function]));
    this.#logGroups = new Map(entries.map(([door, made]) => [door, made.logGroup]));
  }

  logGroupOf(door: string): logs.ILogGroup {
    return this.#logGroups.get(door) ?? missing(door, 'log group');
  }

  get(door: string): lambda.Function {
    return this.byDoor.get(door) ?? missing(door, 'function');
  }
}

function missing(door: string, what: string): never {
  throw new DrillError('INTERNAL_ERROR', `lambdas/${door}.ts has no ${what} in lib/infra`, {
    hint: 'Add it to lib/infra/machine/functions.ts and permissions.ts.',
    fault: 'us',
  });
}

class Door extends Construct {
  readonly function: lambda.Function;
  readonly logGroup: logs.ILogGroup;

  constructor(scope: Construct, id: string, props: FunctionsProps & { door: string; seconds: number }) {
    super(scope, id);
    const { door, names, checks } = props;
    const logGroup = sizedLogGroup(this, 'Logs', undefined, `/aws/lambda/${names.functionOf(door)}`);
    this.logGroup = logGroup;
    const role = new iam.Role(this, 'ServiceRole', {
      assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
      description: `lambdas/${door}.ts`,
      managedPolicies: [props.guard, ...(props.policies[door] ?? [])],
    });
    logGroup.grantWrite(role);
    const statements = props.permissions[door] ?? missing(door, 'permissions');
    for (const statement of statements) role.addToPolicy(statement.copy());
    this.function = new lambda.Function(this, 'Function', {
      functionName: names.functionOf(door),
      description: `restore-drill: ${door.replaceAll('-', ' ')}`,
      runtime: lambda.Runtime.NODEJS_24_X,
      architecture: lambda.Architecture.ARM_64,
      code: lambda.Code.fromAsset(props.bundles[door] ?? missing(door, 'bundle')),
      handler: 'index.handler',
      timeout: Duration.seconds(Math.min(props.seconds, 900)),
      memorySize: memoryMib[door] ?? ordinaryMemoryMib,
      // Each run of an hourly guard would be a trace of its own, 0.005 USD a thousand, that tells nothing of a drill.
      tracing: hourlyDoors.has(door) ? lambda.Tracing.DISABLED : lambda.Tracing.ACTIVE,
      // Why a drill did what it did is read here at 3 a.m.: structured, with the drill's id in each line.
      loggingFormat: lambda.LoggingFormat.JSON,
      logGroup,
      role,
      environment: props.environment,
      ...(sqlDoors.has(door)
        ? {
            vpc: checks.vpc as ec2.IVpc,
            vpcSubnets: { subnets: checks.subnets },
            securityGroups: [checks.securityGroup],
          }
        : {}),
    });
    // Lambda is not traced in China (docs/facts.md#where-functions-have-no-address).
    if (!hourlyDoors.has(door))
      (this.function.node.defaultChild as lambda.CfnFunction).addPropertyOverride(
        'TracingConfig.Mode',
        Fn.conditionIf(props.traced.logicalId, 'Active', 'PassThrough'),
      );
    accept(
      role,
      'AwsSolutions-IAM5[Resource::*]',
      'Tracing, listing and describing know no resources; keys of others are narrowed by service and object. test/iam evaluates each.',
    );
  }
}
