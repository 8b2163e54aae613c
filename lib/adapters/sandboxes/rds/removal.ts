import { AddTagsToResourceCommand, type DBInstance, DeleteDBInstanceCommand } from '@aws-sdk/client-rds';
import { tagKeys } from '../../../contract/names.ts';
import { DrillError } from '../../../domain/findings/errors.ts';
import { awsWords, isAwsError } from '../../aws/rds-errors.ts';
import { findInstances } from './find-instances.ts';
import { ownershipOf } from './ownership.ts';
import type { RdsHost } from './rds-host.ts';
import { instanceNamesOf, isMinted } from './sandbox-names.ts';

/**
 * Waits between asking again when the state of an instance forbids deletion: 50 s together, far below the 300 s of
 * the state. What is still refused then is asked again by the next "Confirm gone", and by the sweeper.
 */
const refusalWaitsSeconds = [5, 15, 30];

/**
 * Starts removing whatever exists of a drill's sandbox, at every place. Succeeds when nothing exists; leaves alone what
 * was released from its lease. Idempotent.
 *
 * @throws DrillError TEARDOWN_FAILED, after all others were dealt with, for what may not be deleted
 */
export async function removeSandbox(host: RdsHost, sandboxId: string): Promise<void> {
  await removeInstances(host, instanceNamesOf(sandboxId));
}

/** @throws DrillError TEARDOWN_FAILED */
export async function removeInstances(host: RdsHost, identifiers: string[]): Promise<void> {
  const strange = identifiers.find((identifier) => !isMinted(identifier));
  if (strange !== undefined) throw notOurs(strange, 'its name is not one that a drill gives');
  // At once: four that refuse for now, one after another, would outlast the 120 s of "Confirm gone".
  const found = await foundOf(host, identifiers);
  const outcomes = await Promise.allSettled(found.map((instance) => removeInstance(host, instance)));
  const failure = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
}

/** @throws DrillError TEARDOWN_FAILED, retryable: nothing is known of what is there */
async function foundOf({ rds }: RdsHost, identifiers: string[]): Promise<DBInstance[]> {
  try {
    return await findInstances(rds, identifiers);
  } catch (error) {
    throw new DrillError('TEARDOWN_FAILED', `RDS does not say what is there to remove: ${awsWords(error)}`, {
      hint: 'This is asked again; if it stays, see the permissions of the function and the health of RDS.',
      fault: 'service',
      cause: error,
      retryable: true,
    });
  }
}

/** `nothing to do`: it is gone, going, or was released. `refused for now`: its lease was ended instead. */
export type RemovalAnswer = 'asked' | 'refused for now' | 'nothing to do';

/**
 * Asks for one instance to go, if its own tags allow it. When its state forbids that for now, its lease is ended, so
 * that the next sweep takes it whatever becomes of the drill.
 * @throws DrillError TEARDOWN_FAILED
 */
export async function removeInstance(host: RdsHost, described: DBInstance): Promise<RemovalAnswer> {
  const { DBInstanceIdentifier: name = '', DBInstanceArn: arn = '' } = described;
  let instance: DBInstance | undefined = described;
  for (const waitSeconds of [...refusalWaitsSeconds, null]) {
    if (instance === undefined || !mayBeDeleted(host, instance)) return 'nothing to do';
    if (await askToDelete(host, name)) return 'asked';
    if (waitSeconds === null) break;
    await host.clock.sleep(waitSeconds);
    // Read anew: meanwhile it may have been handed over.
    [instance] = await foundOf(host, [name]);
  }
  await endLease(host, name, arn);
  return 'refused for now';
}

/** @throws DrillError TEARDOWN_FAILED when it is not ours, or is protected */
function mayBeDeleted({ stackName }: RdsHost, instance: DBInstance): boolean {
  const { DBInstanceIdentifier: name = '' } = instance;
  const ownership = ownershipOf({ name, tags: instance.TagList ?? [] }, stackName, 'instance');
  if (ownership.state === 'released') return false;
  if (ownership.state === 'foreign') throw notOurs(name, ownership.reason);
  if (instance.DeletionProtection === true) {
    throw new DrillError('TEARDOWN_FAILED', `the sandbox ${name} is protected from deletion`, {
      hint: 'Somebody turned deletion protection on: turn it off, and the sweeper removes it once its lease has ended.',
    });
  }
  return instance.DBInstanceStatus !== 'deleting';
}

/** @returns false when its state forbids deletion for now */
async function askToDelete({ rds }: RdsHost, name: string): Promise<boolean> {
  try {
    await rds.send(
      new DeleteDBInstanceCommand({
        DBInstanceIdentifier: name,
        SkipFinalSnapshot: true,
        DeleteAutomatedBackups: true,
      }),
    );
    return true;
  } catch (error) {
    if (isAwsError(error, 'notFound')) return true;
    if (isAwsError(error, 'invalidState')) return /already being deleted/i.test(awsWords(error));
    throw new DrillError('TEARDOWN_FAILED', `RDS refused to delete ${name}: ${awsWords(error)}`, {
      hint: 'Read the reason of RDS. The sweeper tries again once the lease has ended.',
      fault: 'service',
      cause: error,
      retryable: true,
    });
  }
}

async function endLease({ rds, clock }: RdsHost, name: string, arn: string): Promise<void> {
  try {
    const Tags = [{ Key: tagKeys.lease, Value: clock.now().toISOString() }];
    await rds.send(new AddTagsToResourceCommand({ ResourceName: arn, Tags }));
  } catch (error) {
    throw new DrillError(
      'TEARDOWN_FAILED',
      `${name} can neither be deleted now nor marked: ${awsWords(error)}`,
      {
        hint: 'The sweeper removes it when its lease ends by itself.',
        fault: 'service',
        cause: error,
        retryable: true,
      },
    );
  }
}

function notOurs(name: string, reason: string): DrillError {
  return new DrillError('TEARDOWN_FAILED', `the instance ${name} is not removed: ${reason}`, {
    hint: 'It was not touched. If it is a sandbox whose tags were changed, delete it by hand.',
  });
}
