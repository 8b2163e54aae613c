import { DescribeEventsCommand } from '@aws-sdk/client-rds';
import type { SandboxLook } from '../../../ports/sandbox.ts';
import { awsWords } from '../../aws/rds-errors.ts';
import { findInstances } from './find-instances.ts';
import { stateOf } from './instance-state.ts';
import { ownershipOf } from './ownership.ts';
import type { RdsHost } from './rds-host.ts';
import { instanceNamesOf, isMinted } from './sandbox-names.ts';

/** RDS keeps events for 14 days; those of the last hours are about this instance's making. */
const eventMinutes = 12 * 60;
const shownEvents = 3;

/**
 * One look at a drill's sandbox: the newest placement that exists. `gone` only when none exists any more. An instance
 * that was released from its lease is `kept`.
 *
 * Nothing but ours is ever seen: a stranger of that name counts as not there, and only `remove` complains about it.
 */
export async function lookAtSandbox(host: RdsHost, sandboxId: string): Promise<SandboxLook> {
  if (!isMinted(sandboxId)) return { state: 'gone' };
  const ours = (await findInstances(host.rds, instanceNamesOf(sandboxId))).flatMap((instance) => {
    const name = instance.DBInstanceIdentifier ?? '';
    const ownership = ownershipOf({ name, tags: instance.TagList ?? [] }, host.stackName, 'instance');
    return ownership.state === 'foreign' ? [] : [{ instance, name, ownership }];
  });
  const newest = ours[0];
  if (newest === undefined) return { state: 'gone' };
  if (newest.ownership.state === 'released') {
    const what = newest.ownership.handedOver ? 'was handed over' : 'has no lease any more';
    return { state: 'kept', detail: `the instance ${newest.name} ${what} and is not ours to remove` };
  }
  const seen = stateOf(newest.instance);
  if (seen.state === 'ready') return { state: 'ready', address: { ...seen.address, sandboxId } };
  if (seen.state !== 'broken' || newest.instance.DBInstanceStatus === 'deleting') return seen;
  return { ...seen, reason: `${seen.reason}${await lastEvents(host, newest.name)}` };
}

/** What RDS said last about an instance. Events help; that they cannot be read must not hide the state. */
async function lastEvents({ rds }: RdsHost, identifier: string): Promise<string> {
  try {
    const { Events = [] } = await rds.send(
      new DescribeEventsCommand({
        SourceIdentifier: identifier,
        SourceType: 'db-instance',
        Duration: eventMinutes,
      }),
    );
    const messages = Events.slice(-shownEvents).flatMap(({ Message }) => Message ?? []);
    return messages.length === 0 ? '' : `; RDS says: ${messages.join(' / ')}`;
  } catch (error) {
    return `; its events could not be read (${awsWords(error)})`;
  }
}
