import { CfnResource, Stack } from 'aws-cdk-lib';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { evidencePrefix, sitePrefix } from '../../contract/names.ts';
import type { DrillConfig } from '../../domain/config/index.ts';
import { bucketOf } from '../config/deployability.ts';
import type { PhysicalNames } from '../names/physical-names.ts';
import { accept } from './accepted-rules.ts';

const here = (service: string, rest: string): string =>
  `arn:<AWS::Partition>:${service}:<AWS::Region>:<AWS::AccountId>:${rest}`;

/**
 * Every wildcard in a resource of our policies, with the reason why it must be one. A wildcard that is not in this list
 * fails the synthesis.
 */
export function acceptWildcards(
  scope: Construct,
  { names, config, evidence }: { names: PhysicalNames; config: DrillConfig; evidence: IBucket },
): void {
  const stack = Stack.of(scope);
  const { defaultChild } = evidence.node;
  const evidenceArn = CfnResource.isCfnResource(defaultChild)
    ? `<${stack.getLogicalId(defaultChild)}.Arn>`
    : `arn:<AWS::Partition>:s3:::${evidence.bucketName}`;
  const reasons: [string, string][] = [
    [`${evidenceArn}/${evidencePrefix}*`, 'Evidence lies below the id of a drill that does not exist yet.'],
    [`${evidenceArn}/${sitePrefix}*`, 'A page of the site has the name of its database.'],
    [here('rds', 'db:restore-drill-*'), 'Sandboxes have a name each; tags in the condition decide.'],
    [here('rds', 'snapshot:restore-drill-*'), 'Snapshots of sandboxes; tags in the condition decide.'],
    [here('rds', 'pg:restore-drill-*'), 'Parameter groups of this stack, one per major version.'],
    [here('rds', 'pg:default.postgres*'), 'A real restore may use the default group of its major version.'],
    [here('rds', 'og:default:postgres*'), 'The option group that every PostgreSQL instance has.'],
    [here('rds-db', 'dbuser:*/drill_master'), 'The resource id of a sandbox is unknown before it exists.'],
    [here('secretsmanager', 'secret:rds!db-*'), 'RDS chooses the name; a tag in the condition decides.'],
    [here('states', `execution:${names.stateMachine}:*`), 'Executions of this one machine.'],
    [here('cloudformation', `stack/${stack.stackName}/*`), 'The id of a stack is made with it.'],
    [here('ecs', `task/${names.cluster}/*`), 'Tasks of this one cluster.'],
    [
      here('ec2', 'volume/*'),
      'The id of a volume is unknown before it exists; tags in the condition decide.',
    ],
    [
      'arn:<AWS::Partition>:ec2:<AWS::Region>:*:instance/*',
      "The instance beneath a task is AWS's own; the volume's tags decide.",
    ],
    ...[...Object.values(names.restoreTasks), ...Object.values(names.sandboxTasks), names.volumeTask].map(
      (family): [string, string] => [
        here('ecs', `task-definition/${family}:*`),
        'Revisions of this one task definition.',
      ],
    ),
    [
      here('ecs', `task-definition/${names.hookTasks}`),
      'Hooks of this stack; only their roles may be passed.',
    ],
    ...Object.values(config.databases).flatMap(({ source }): [string, string][] => {
      const { bucket, prefix, credentialsSecret } = bucketOf(source);
      return [
        [
          `arn:<AWS::Partition>:s3:::${bucket}/${prefix}*`,
          'Dumps have a new name every night; reading only.',
        ],
        [
          `arn:<AWS::Partition>:s3:::${bucket}/*`,
          'Retrieving archived dumps, where prefixes are too many to name.',
        ],
        [
          here('secretsmanager', `secret:${credentialsSecret ?? ''}-??????`),
          'Secrets Manager adds six characters.',
        ],
      ];
    }),
  ];
  for (const [wildcard, reason] of new Map(reasons)) {
    accept(scope, `AwsSolutions-IAM5[Resource::${wildcard}]`, reason);
  }
}
