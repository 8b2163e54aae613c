import type { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { resourcePrefix, tagKeys } from '../../contract/names.ts';
import type { DrillConfig } from '../../domain/config/index.ts';
import type { PhysicalNames } from '../names/physical-names.ts';
import { tasksOf } from './running-drills.ts';
import { groupsOfInstances } from './sandbox.ts';
import { rdsArn, sandboxArns } from './statement.ts';

/** Every way to change or end an instance, or to put something in its place. */
const changes = ['rds:Delete*', 'rds:Modify*', 'rds:Reboot*', 'rds:Stop*', 'rds:Restore*', 'rds:Promote*'];

const changesOfGroups = [
  'rds:DeleteDBSubnetGroup',
  'rds:DeleteOptionGroup',
  'rds:ModifyDBParameterGroup',
  'rds:ModifyDBSubnetGroup',
  'rds:ModifyOptionGroup',
];

const deny = (
  sid: string,
  actions: string[],
  resources: { resources: string[] } | { notResources: string[] },
  conditions: Record<string, Record<string, string | string[]>> = {},
): iam.PolicyStatement =>
  new iam.PolicyStatement({ sid, effect: iam.Effect.DENY, actions, ...resources, conditions });

/**
 * What no role of the stack may ever do, whatever else is granted to it – today by this file's neighbours, tomorrow by
 * a mistake. A deny wins over every allow.
 */
export function neverProduction(
  stack: Stack,
  names: PhysicalNames,
  config: DrillConfig,
  evidence: IBucket,
): iam.PolicyStatement[] {
  const notOurTag = { StringNotEquals: { [`aws:ResourceTag/${tagKeys.stack}`]: names.stack } };
  return [
    deny('NoInstanceButOursByName', changes, {
      // Leftovers that the sweeper removes, and the groups that changing an instance of ours is also authorised on.
      notResources: [
        sandboxArns(stack),
        rdsArn(stack, 'snapshot', `${resourcePrefix}*`),
        ...groupsOfInstances(stack, names, config),
      ],
    }),
    // Those groups themselves are changed by nobody here.
    deny('NoGroups', changesOfGroups, { resources: ['*'] }),
    deny(
      'NoInstanceButOursByTag',
      [
        'rds:DeleteDBInstance',
        'rds:ModifyDBInstance',
        'rds:PromoteReadReplica',
        'rds:RebootDBInstance',
        'rds:StopDBInstance',
      ],
      { resources: [rdsArn(stack, 'db', '*')] },
      notOurTag,
    ),
    deny(
      'NoLeftoverButOursByTag',
      ['rds:DeleteDBParameterGroup', 'rds:DeleteDBSnapshot'],
      { resources: ['*'] },
      notOurTag,
    ),
    deny(
      'NoVolumeButOursByTag',
      ['ec2:AttachVolume', 'ec2:DeleteVolume', 'ec2:DetachVolume', 'ec2:ModifyVolume'],
      { resources: [stack.formatArn({ service: 'ec2', resource: 'volume', resourceName: '*' })] },
      // Those that ECS made for a task of ours, and no others.
      { ArnNotLike: { 'aws:ResourceTag/AmazonECSCreated': tasksOf(stack, names) } },
    ),
    deny('NoClusters', ['rds:*'], {
      resources: [rdsArn(stack, 'cluster', '*'), rdsArn(stack, 'global-cluster', '*')],
    }),
    // Every bucket but our own, and not the buckets of dumps by name: 60 of them would fill the policy, and a bucket that
    // drills.yaml does not know is no less somebody's.
    deny(
      'NoWritingToBackups',
      ['s3:Put*', 's3:Delete*', 's3:AbortMultipartUpload', 's3:BypassGovernanceRetention', 's3:Replicate*'],
      { notResources: [evidence.bucketArn, evidence.arnForObjects('*')] },
    ),
  ];
}
