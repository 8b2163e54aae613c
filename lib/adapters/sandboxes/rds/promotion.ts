import {
  AddTagsToResourceCommand,
  type DBInstance,
  ModifyDBInstanceCommand,
  RemoveTagsFromResourceCommand,
} from '@aws-sdk/client-rds';
import { handedOverTag, tagKeys } from '../../../contract/names.ts';
import type { ProductionConfig } from '../../../domain/config/index.ts';
import { DrillError } from '../../../domain/findings/errors.ts';
import { rdsPlanOf } from '../../../domain/sandbox/sandbox-plan.ts';
import type { Promotion, PromotionLook } from '../../../ports/sandbox.ts';
import { awsWords, isAwsError } from '../../aws/rds-errors.ts';
import { findInstances } from './find-instances.ts';
import { addressOf, stateOf } from './instance-state.ts';
import { type Ownership, ownershipOf } from './ownership.ts';
import type { RdsHost } from './rds-host.ts';
import { instanceNamesOf, isMinted } from './sandbox-names.ts';

/** An instance that is backing up refuses changes: 2 minutes of asking again, below the 300 s of a state. */
const stateWaitsSeconds = [10, 20, 30, 30, 30];

/** See ports/sandbox.ts. */
export function createPromotion(host: RdsHost): Promotion {
  return {
    async promote(sandboxId, plan) {
      const production = rdsPlanOf(plan)?.production;
      if (production === undefined || production === null)
        throw failed(sandboxId, ['the plan says nothing of a production instance']);
      const { instance, name, ownership } = await ourInstance(host, sandboxId, plan.drillId);
      const arn = instance.DBInstanceArn ?? '';
      // Each of the three alone keeps the instance from being deleted by us, so one that fails stops none of the others.
      const problems = [
        await attempt('its lease could not be removed', () => removeLease(host, arn, ownership)),
        await attempt('it could not be marked as handed over', () => markHandedOver(host, arn, plan.drillId)),
        await attempt('it could not be changed', () => modify(host, name, instance, production)),
      ].filter((problem) => problem !== null);
      if (problems.length > 0) throw failed(name, problems);
    },
    look: (sandboxId, plan) => lookAtPromotion(host, sandboxId, rdsPlanOf(plan)?.production ?? null),
  };
}

interface OurInstance {
  instance: DBInstance;
  name: string;
  ownership: Exclude<Ownership, { state: 'foreign' }>;
}

/** @throws DrillError PROMOTION_FAILED when there is none, or it is not this drill's */
async function ourInstance(host: RdsHost, sandboxId: string, drillId?: string): Promise<OurInstance> {
  if (!isMinted(sandboxId)) throw failed(sandboxId, ['its name is not one that a drill gives']);
  const [instance] = await findInstances(host.rds, instanceNamesOf(sandboxId));
  if (instance === undefined) throw failed(sandboxId, ['the instance does not exist']);
  const name = instance.DBInstanceIdentifier ?? '';
  const ownership = ownershipOf({ name, tags: instance.TagList ?? [] }, host.stackName, 'instance');
  if (ownership.state === 'foreign') throw failed(name, [ownership.reason]);
  if (drillId !== undefined && ownership.drillId !== drillId)
    throw failed(name, [`it belongs to drill ${ownership.drillId}`]);
  return { instance, name, ownership };
}

async function removeLease({ rds }: RdsHost, arn: string, ownership: OurInstance['ownership']) {
  if (ownership.state === 'released' && !ownership.handedOver) return;
  await rds.send(new RemoveTagsFromResourceCommand({ ResourceName: arn, TagKeys: [tagKeys.lease] }));
}

async function markHandedOver({ rds }: RdsHost, arn: string, drillId: string): Promise<void> {
  const Tags = [{ Key: handedOverTag, Value: drillId }];
  await rds.send(new AddTagsToResourceCommand({ ResourceName: arn, Tags }));
}

/** What could not be set at creation; retention, class and parameter group were, so nothing here is an outage. */
async function modify(
  { rds, clock }: RdsHost,
  name: string,
  instance: DBInstance,
  { multiAz, securityGroups }: ProductionConfig,
): Promise<void> {
  const existing = (instance.VpcSecurityGroups ?? []).flatMap(
    ({ VpcSecurityGroupId }) => VpcSecurityGroupId ?? [],
  );
  const request = new ModifyDBInstanceCommand({
    DBInstanceIdentifier: name,
    ApplyImmediately: true,
    MultiAZ: multiAz,
    DeletionProtection: true,
    AutoMinorVersionUpgrade: true,
    VpcSecurityGroupIds: [...new Set([...existing, ...securityGroups])],
  });
  for (const waitSeconds of [...stateWaitsSeconds, null]) {
    try {
      await rds.send(request);
      return;
    } catch (error) {
      if (waitSeconds === null || !isAwsError(error, 'invalidState')) throw error;
      await clock.sleep(waitSeconds);
    }
  }
}

async function lookAtPromotion(
  host: RdsHost,
  sandboxId: string,
  production: ProductionConfig | null,
): Promise<PromotionLook> {
  let found: OurInstance;
  try {
    found = await ourInstance(host, sandboxId);
  } catch (error) {
    if (error instanceof DrillError) return { state: 'failed', reason: error.message };
    throw error;
  }
  const { instance, name, ownership } = found;
  const seen = stateOf(instance);
  if (seen.state === 'broken' || seen.state === 'no capacity')
    return { state: 'failed', reason: `${name}: ${seen.reason}` };
  const pending = [...pendingChanges(instance), ...stillMissing(instance, production)];
  if (pending.length > 0) return { state: 'pending', detail: `${pending.join(', ')} being applied` };
  const address = addressOf(instance);
  if (seen.state !== 'ready' || instance.DBInstanceStatus !== 'available' || address === null)
    return { state: 'pending', detail: instance.DBInstanceStatus ?? 'unknown' };
  if (ownership.state === 'leased')
    return { state: 'failed', reason: `${name} still has a lease, until ${ownership.leaseExpiresAt}` };
  if (instance.DeletionProtection !== true)
    return { state: 'failed', reason: `${name} has no deletion protection` };
  const detail = `${instance.MultiAZ === true ? 'Multi-AZ' : 'single-AZ'}, deletion protection on, ${instance.BackupRetentionPeriod ?? 0} days of backups`;
  return { state: 'done', address: { ...address, sandboxId }, detail };
}

/** Names of the changes that RDS has accepted and not yet made, security groups included. */
function pendingChanges({ PendingModifiedValues = {}, VpcSecurityGroups = [] }: DBInstance): string[] {
  const values = Object.entries(PendingModifiedValues).flatMap(([name, value]) =>
    value === undefined || (typeof value === 'object' && Object.keys(value).length === 0) ? [] : [name],
  );
  const groups = VpcSecurityGroups.some(({ Status }) => Status !== undefined && Status !== 'active');
  return groups ? [...values, 'security groups'] : values;
}

/** What was asked for and is not there: RDS may not have begun with it, or have given it up without a word. */
function stillMissing(
  { MultiAZ, VpcSecurityGroups = [] }: DBInstance,
  production: ProductionConfig | null,
): string[] {
  const groups = new Set(VpcSecurityGroups.map(({ VpcSecurityGroupId }) => VpcSecurityGroupId));
  return [
    ...(production?.multiAz === true && MultiAZ !== true ? ['the standby'] : []),
    ...(production?.securityGroups ?? []).filter((group) => !groups.has(group)),
  ];
}

/** One step of the promotion; what went wrong in words, null when nothing did. */
async function attempt(what: string, act: () => Promise<void>): Promise<string | null> {
  try {
    await act();
    return null;
  } catch (error) {
    return `${what} (${awsWords(error)})`;
  }
}

function failed(name: string, problems: string[]): DrillError {
  return new DrillError('PROMOTION_FAILED', `${name} was not promoted completely: ${problems.join('; ')}`, {
    hint: `Finish by hand what is named: remove the tag ${tagKeys.lease} first (with it, the instance is deleted when its lease ends), then turn deletion protection on.`,
    fault: 'service',
  });
}
