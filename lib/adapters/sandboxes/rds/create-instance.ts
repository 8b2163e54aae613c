import { CreateDBInstanceCommand } from '@aws-sdk/client-rds';
import { DrillError } from '../../../domain/findings/errors.ts';
import type { RdsSandboxPlan } from '../../../domain/sandbox/sandbox-plan.ts';
import { awsWords, isAwsError } from '../../aws/rds-errors.ts';
import { createRequest, type InstanceCreation, type MasterLogin, masterLoginOf } from './create-request.ts';
import { findInstances } from './find-instances.ts';
import { ownershipOf } from './ownership.ts';
import type { RdsHost } from './rds-host.ts';
import { removeInstances } from './removal.ts';
import { instanceNameAt, maxPlacements, sandboxIdFor } from './sandbox-names.ts';

/**
 * Asks for the instance at a place of the plan, after those of earlier places were told to go. Idempotent: an instance
 * of that name is adopted when its tags say that it is this drill's, and refused otherwise.
 *
 * @throws DrillError SANDBOX_NO_CAPACITY, QUOTA_EXCEEDED, SANDBOX_UNAVAILABLE, TEARDOWN_FAILED
 */
export async function createInstance(
  host: RdsHost,
  creation: InstanceCreation,
  plan: RdsSandboxPlan,
  placement: number,
): Promise<{ sandboxId: string }> {
  if (placement >= Math.min(plan.rds.placements.length, maxPlacements))
    throw new RangeError(`the plan has no place ${placement}`);
  const sandboxId = sandboxIdFor(host.stackName, plan.drillId);
  const earlier = Array.from({ length: placement }, (_, index) => instanceNameAt(sandboxId, index));
  if (earlier.length > 0) await removeInstances(host, earlier);
  const identifier = instanceNameAt(sandboxId, placement);
  const ask = (login: MasterLogin) =>
    host.rds.send(
      new CreateDBInstanceCommand(
        createRequest(plan, placement, identifier, host.stackName, creation, login),
      ),
    );
  const login = masterLoginOf(plan);
  try {
    await ask(login).catch((error: unknown) => {
      // A version or region that knows no tokens at creation; whatever else was invalid is refused again.
      if (login !== 'token' || !isAwsError(error, 'invalidRequest')) throw error;
      return ask('managed password');
    });
  } catch (error) {
    if (!isAwsError(error, 'alreadyExists')) throw refused(error, plan, placement);
    await adopt(host, identifier, plan.drillId);
  }
  return { sandboxId };
}

/** @throws DrillError SANDBOX_UNAVAILABLE unless the instance carries this drill's tags and its lease */
async function adopt({ rds, stackName }: RdsHost, identifier: string, drillId: string): Promise<void> {
  const [instance] = await findInstances(rds, [identifier]);
  // Gone again between the two calls: the next look says so.
  if (instance === undefined) return;
  const ownership = ownershipOf({ name: identifier, tags: instance.TagList ?? [] }, stackName, 'instance');
  if (ownership.state === 'leased' && ownership.drillId === drillId) return;
  const why = ownership.state === 'foreign' ? ownership.reason : 'it was handed over or released';
  throw new DrillError(
    'SANDBOX_UNAVAILABLE',
    `an instance named ${identifier} exists and is not ours: ${why}`,
    {
      hint: 'It was not touched. Remove or rename it if nobody needs it, then start the drill again.',
    },
  );
}

function refused(error: unknown, plan: RdsSandboxPlan, placement: number): DrillError {
  const { instanceClass, availabilityZone } = plan.rds.placements[placement]!;
  const where = `${instanceClass} in ${availabilityZone ?? 'any zone'}`;
  if (isAwsError(error, 'noCapacity')) {
    return new DrillError('SANDBOX_NO_CAPACITY', `RDS has no capacity for ${where} (${awsWords(error)})`, {
      hint: 'Another zone or class of the plan is tried; if all are short, start the drill again later.',
      fault: 'service',
      cause: error,
    });
  }
  if (isAwsError(error, 'quota')) {
    return new DrillError('QUOTA_EXCEEDED', `RDS refused ${where}: ${awsWords(error)}`, {
      hint: 'Remove instances that are not needed, or ask for a higher quota in Service Quotas.',
      cause: error,
    });
  }
  return new DrillError('SANDBOX_UNAVAILABLE', `RDS refused to make ${where}: ${awsWords(error)}`, {
    // RDS gives no code of its own for a major past standard support, and its dates move.
    hint: 'Read the reason of RDS; `restore-drill doctor --aws` checks permissions, quotas and the deployed stack. A major past its standard support is refused unless `sandbox.extendedSupport` (or, for a real restore, `production.extendedSupport`) allows its extra charge; or set `sandbox.majorVersion` to a newer one.',
    fault: 'service',
    cause: error,
  });
}
