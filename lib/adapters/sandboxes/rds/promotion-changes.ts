import {
  AddTagsToResourceCommand,
  type DBInstance,
  ModifyDBInstanceCommand,
  type ModifyDBInstanceCommandInput,
  RemoveTagsFromResourceCommand,
} from '@aws-sdk/client-rds';
import { handedOverTag, tagKeys } from '../../../contract/names.ts';
import type { ProductionConfig } from '../../../domain/config/index.ts';
import { lifecycleOf } from './lifecycle.ts';
import type { RdsHost } from './rds-host.ts';

/** One change of a promotion: a call of its own, so that one that is refused takes no other with it. */
export interface PromotionChange {
  /** As people are told it: `the standby`. */
  name: string;
  /** RDS makes one change of an instance at a time; tags are changed beside it. */
  kind: 'tags' | 'instance';
  isDone(instance: DBInstance): boolean;
  ask(host: RdsHost, instance: DBInstance): Promise<unknown>;
}

/** What keeps an instance from being deleted, by us or by anybody: each of the three alone is enough for our own hands. */
export const keepingChanges = (drillId: string): PromotionChange[] => [
  {
    name: 'the removal of the lease',
    kind: 'tags',
    isDone: (instance) => !hasTag(instance, tagKeys.lease),
    ask: ({ rds }, { DBInstanceArn }) =>
      rds.send(new RemoveTagsFromResourceCommand({ ResourceName: DBInstanceArn, TagKeys: [tagKeys.lease] })),
  },
  {
    name: 'the mark as handed over',
    kind: 'tags',
    isDone: (instance) => hasTag(instance, handedOverTag),
    ask: ({ rds }, { DBInstanceArn }) =>
      rds.send(
        new AddTagsToResourceCommand({
          ResourceName: DBInstanceArn,
          Tags: [{ Key: handedOverTag, Value: drillId }],
        }),
      ),
  },
  modification('deletion protection', {
    isDone: ({ DeletionProtection }) => DeletionProtection === true,
    request: () => ({ DeletionProtection: true }),
  }),
];

/**
 * What production asks for and creation could not set, in the order of what is needed first; the standby last, because
 * RDS takes no other change while it makes one. Class, parameter group and extended support were set at creation: they are
 * asked for only where the instance has others. Subnet group and key are not among them: creation decides both for good
 * (docs/facts.md#what-creation-decides-for-good).
 */
export const productionChanges = ({
  securityGroups,
  parameterGroup,
  instanceClass,
  extendedSupport,
  multiAz,
}: ProductionConfig): PromotionChange[] => [
  modification('security groups', {
    isDone: (instance) => securityGroups.every((group) => groupsOf(instance).includes(group)),
    request: (instance) => ({
      VpcSecurityGroupIds: [...new Set([...groupsOf(instance), ...securityGroups])],
    }),
  }),
  modification('minor upgrades', {
    isDone: ({ AutoMinorVersionUpgrade }) => AutoMinorVersionUpgrade !== false,
    request: () => ({ AutoMinorVersionUpgrade: true }),
  }),
  modification('extended support', {
    isDone: ({ EngineLifecycleSupport }) =>
      EngineLifecycleSupport === undefined || EngineLifecycleSupport === lifecycleOf(extendedSupport),
    request: () => ({ EngineLifecycleSupport: lifecycleOf(extendedSupport) }),
  }),
  ...(parameterGroup === null
    ? []
    : [
        modification('the parameter group', {
          isDone: ({ DBParameterGroups = [] }) =>
            DBParameterGroups.length === 0 ||
            DBParameterGroups.some(({ DBParameterGroupName }) => DBParameterGroupName === parameterGroup),
          request: () => ({ DBParameterGroupName: parameterGroup }),
        }),
      ]),
  ...(instanceClass === null
    ? []
    : [
        modification('the class', {
          isDone: ({ DBInstanceClass }) => DBInstanceClass === instanceClass,
          request: () => ({ DBInstanceClass: instanceClass }),
        }),
      ]),
  ...(multiAz
    ? [
        modification('the standby', {
          isDone: ({ MultiAZ }) => MultiAZ === true,
          request: () => ({ MultiAZ: true }),
        }),
      ]
    : []),
];

function modification(
  name: string,
  change: {
    isDone(instance: DBInstance): boolean;
    request(instance: DBInstance): Omit<ModifyDBInstanceCommandInput, 'DBInstanceIdentifier'>;
  },
): PromotionChange {
  return {
    name,
    kind: 'instance',
    isDone: change.isDone,
    ask: ({ rds }, instance) =>
      rds.send(
        new ModifyDBInstanceCommand({
          DBInstanceIdentifier: instance.DBInstanceIdentifier,
          ApplyImmediately: true,
          ...change.request(instance),
        }),
      ),
  };
}

const hasTag = ({ TagList = [] }: DBInstance, key: string): boolean => TagList.some(({ Key }) => Key === key);

const groupsOf = ({ VpcSecurityGroups = [] }: DBInstance): string[] =>
  VpcSecurityGroups.flatMap(({ VpcSecurityGroupId }) => VpcSecurityGroupId ?? []);
