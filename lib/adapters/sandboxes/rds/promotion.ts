import type { DBInstance } from '@aws-sdk/client-rds';
import { tagKeys } from '../../../contract/names.ts';
import { DrillError } from '../../../domain/findings/errors.ts';
import { rdsPlanOf } from '../../../domain/sandbox/sandbox-plan.ts';
import type { Promotion, PromotionLook, RefusedChange } from '../../../ports/sandbox.ts';
import { isTransientAwsError } from '../../aws/aws-errors.ts';
import { awsWords, isAwsError } from '../../aws/rds-errors.ts';
import { findInstances } from './find-instances.ts';
import { addressOf, stateOf } from './instance-state.ts';
import { ownershipOf } from './ownership.ts';
import { keepingChanges, type PromotionChange, productionChanges } from './promotion-changes.ts';
import type { RdsHost } from './rds-host.ts';
import { instanceNamesOf, isMinted } from './sandbox-names.ts';

/** An instance that is backing up refuses changes: 2 minutes of asking again, below the 300 s of a state. */
const stateWaitsSeconds = [10, 20, 30, 30, 30];

/** See ports/sandbox.ts. */
export function createPromotion(host: RdsHost): Promotion {
  return {
    async keep(sandboxId, drillId) {
      const { instance } = await ourInstance(host, sandboxId, drillId);
      return (await change(host, instance, keepingChanges(drillId), [...stateWaitsSeconds])).refused;
    },
    async promote(sandboxId, plan) {
      const production = rdsPlanOf(plan)?.production;
      if (production === undefined || production === null)
        throw failed(sandboxId, 'the plan says nothing of a production instance');
      const { drillId } = plan;
      const { instance } = await ourInstance(host, sandboxId, drillId);
      const changes = [...keepingChanges(drillId), ...productionChanges(production)];
      return (await change(host, instance, changes, [...stateWaitsSeconds])).refused;
    },
    look: async (sandboxId, plan, given) => {
      const production = rdsPlanOf(plan)?.production ?? null;
      const changes = [
        ...keepingChanges(plan.drillId),
        ...(production === null ? [] : productionChanges(production)),
      ];
      return lookAtPromotion(
        host,
        { sandboxId, drillId: plan.drillId },
        changes.filter(({ name }) => !given.includes(name)),
      );
    },
  };
}

/** @throws DrillError PROMOTION_FAILED when there is none, or it is not this drill's */
async function ourInstance(
  host: RdsHost,
  sandboxId: string,
  drillId: string,
): Promise<{ instance: DBInstance; name: string }> {
  if (!isMinted(sandboxId)) throw failed(sandboxId, 'its name is not one that a drill gives');
  const [instance] = await findInstances(host.rds, instanceNamesOf(sandboxId));
  if (instance === undefined) throw failed(sandboxId, 'the instance does not exist');
  const name = instance.DBInstanceIdentifier ?? '';
  const ownership = ownershipOf({ name, tags: instance.TagList ?? [] }, host.stackName, 'instance');
  if (ownership.state === 'foreign') throw failed(name, ownership.reason);
  if (ownership.drillId !== drillId) throw failed(name, `it belongs to drill ${ownership.drillId}`);
  return { instance, name };
}

/**
 * Asks for every change that is not made, one after another. One that its state forbids is asked again after each of the
 * waits; what is still forbidden then, or could not be asked, is asked by the next look.
 */
async function change(
  host: RdsHost,
  instance: DBInstance,
  changes: readonly PromotionChange[],
  waitsSeconds: number[],
): Promise<{ asked: string[]; refused: RefusedChange[] }> {
  const asked: string[] = [];
  const refused: RefusedChange[] = [];
  for (const one of changes) {
    if (one.isDone(instance)) continue;
    let answer = await ask(host, instance, one);
    while (answer === 'not now') {
      const waitSeconds = waitsSeconds.shift();
      if (waitSeconds === undefined) break;
      await host.clock.sleep(waitSeconds);
      answer = await ask(host, instance, one);
    }
    if (typeof answer === 'object') refused.push({ change: one.name, problem: answer.refused });
    else asked.push(one.name);
  }
  return { asked, refused };
}

async function ask(
  host: RdsHost,
  instance: DBInstance,
  one: PromotionChange,
): Promise<'asked' | 'not now' | { refused: string }> {
  try {
    await one.ask(host, instance);
    return 'asked';
  } catch (error) {
    if (isAwsError(error, 'invalidState') || isTransientAwsError(error)) return 'not now';
    return { refused: awsWords(error) };
  }
}

async function lookAtPromotion(
  host: RdsHost,
  of: { sandboxId: string; drillId: string },
  changes: readonly PromotionChange[],
): Promise<PromotionLook> {
  let found: { instance: DBInstance; name: string };
  try {
    found = await ourInstance(host, of.sandboxId, of.drillId);
  } catch (error) {
    if (error instanceof DrillError) return { state: 'failed', reason: error.message };
    throw error;
  }
  const { instance, name } = found;
  const seen = stateOf(instance);
  if (seen.state === 'broken' || seen.state === 'no capacity')
    return { state: 'failed', reason: `${name}: ${seen.reason}` };
  const pending = pendingChanges(instance);
  const busy = pending.length > 0 || instance.DBInstanceStatus !== 'available';
  const now = changes.filter(({ kind }) => kind === 'tags' || !busy);
  const { asked, refused } = await change(host, instance, now, []);
  const waiting = [...pending, ...asked];
  if (waiting.length > 0) return { state: 'pending', detail: `${waiting.join(', ')} being applied`, refused };
  const address = addressOf(instance);
  if (busy || seen.state !== 'ready' || address === null)
    return { state: 'pending', detail: instance.DBInstanceStatus ?? 'unknown', refused };
  const protection = `deletion protection ${instance.DeletionProtection === true ? 'on' : 'off'}`;
  const detail = `${instance.MultiAZ === true ? 'Multi-AZ' : 'single-AZ'}, ${protection}, ${instance.BackupRetentionPeriod ?? 0} days of backups`;
  return { state: 'done', address: { ...address, sandboxId: of.sandboxId }, detail, refused };
}

/** Names of the changes that RDS has accepted and not yet made, security groups included. */
function pendingChanges({ PendingModifiedValues = {}, VpcSecurityGroups = [] }: DBInstance): string[] {
  const values = Object.entries(PendingModifiedValues).flatMap(([name, value]) =>
    value === undefined || (typeof value === 'object' && Object.keys(value).length === 0) ? [] : [name],
  );
  const groups = VpcSecurityGroups.some(({ Status }) => Status !== undefined && Status !== 'active');
  return groups ? [...values, 'security groups'] : values;
}

function failed(name: string, problem: string): DrillError {
  return new DrillError('PROMOTION_FAILED', `${name} was not promoted: ${problem}`, {
    hint: `Look for the instance in RDS and finish by hand: remove the tag ${tagKeys.lease} first (with it, the instance is deleted when its lease ends), then turn deletion protection on.`,
    fault: 'service',
  });
}
