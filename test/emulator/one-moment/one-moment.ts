import { StopExecutionCommand } from '@aws-sdk/client-sfn';
import { type Account, until } from '../support/account.ts';
import { cutDump, wholeDump } from '../support/databases.ts';
import type { RecordedCall } from '../support/recorded-call.ts';
import type { World } from '../support/world.ts';
import { AccountWatch } from './account-watch.ts';
import { scheduledDatabases } from './databases.ts';
import { deliver, deployedSchedules } from './deployed-schedules.ts';
import { type DrawnMoment, drawMoment } from './drawn-moment.ts';
import { Guards } from './guards.ts';
import type { EndedDrill } from './judge-drills.ts';
import { judgeMoment, type MomentSeen } from './judge-moment.ts';

/** Longer than thirty drills take on a busy machine, four at a time. */
const longestSeconds = 1800;

/**
 * Thirty databases are scheduled at one moment, some starts are delivered twice, somebody starts two by hand, one drill is
 * stopped in the middle, and the sweeper and the watch run all the while. @returns what came of it, and what of it is wrong
 */
export async function oneMoment(world: World, seed: number): Promise<MomentSeen> {
  const moment = drawMoment(seed);
  for (const database of scheduledDatabases)
    await world.backUp(database, database === moment.cutShort ? cutDump() : wholeDump());
  const schedules = await deployedSchedules(world.account);
  const firstCall = world.front.calls.length;
  const accountWatch = new AccountWatch(world.account, (drillId) => drillId.startsWith(`${moment.stopped}-`));
  const guards = new Guards(world);
  const stopInTheMiddle = stopper(world, moment.stopped);
  const startedAt = Date.now();
  accountWatch.begin();
  guards.begin();
  try {
    const names = await deliverAll(world, schedules, moment, seed);
    const [executions] = await Promise.all([
      Promise.all(names.map((name) => endOf(world, name))),
      stopInTheMiddle(names.find((name) => name.startsWith(`${moment.stopped}-`)) ?? ''),
    ]);
    const seconds = (Date.now() - startedAt) / 1000;
    await Promise.all([guards.end(), accountWatch.end()]);
    // Their hour comes once more, when all is over.
    await guards.sweep();
    const told = await guards.watch();
    const calls = world.front.calls.slice(firstCall);
    return await judgeMoment(world, { moment, executions, accountWatch, guards, told, calls, seconds });
  } finally {
    await Promise.all([guards.end(), accountWatch.end()]);
  }
}

/** The restore of this database never reads its dump to the end; @returns what stops it there and waits for the clean-up. */
function stopper({ account, front }: World, database: string) {
  const stall = ({ door, command, input }: Pick<RecordedCall, 'door' | 'command' | 'input'>): boolean =>
    door.startsWith('task:') && command === 'GetObject' && String(input.Key).startsWith(`${database}/`);
  const stalledBefore = front.stalled.length;
  front.stalls.push(stall);
  return async (name: string): Promise<void> => {
    await until(longestSeconds, 'the restore that is stopped', () =>
      Promise.resolve(front.stalled.length > stalledBefore || null),
    );
    await account.sfn.send(
      new StopExecutionCommand({ executionArn: arnOf(account, name), cause: 'a person stopped it' }),
    );
    front.stalls.splice(front.stalls.indexOf(stall), 1);
    await until(longestSeconds, 'the clean-up after the one that was stopped', async () => {
      const isSealed = (await account.records(database)).some(({ drillId }) => drillId === name);
      return isSealed && (await account.item(`lock#${database}`, 'lock')) === null ? true : null;
    });
  };
}

async function endOf({ account }: World, name: string): Promise<EndedDrill> {
  const arn = arnOf(account, name);
  const { status = 'unknown' } = await account.ended(arn, longestSeconds);
  return { name, status, states: await account.states(arn) };
}

const arnOf = (account: Account, name: string): string =>
  `${account.output('StateMachineArn').replace(':stateMachine:', ':execution:')}:${name}`;

/** All at once. @returns the names of all executions */
async function deliverAll(
  { account }: World,
  schedules: Awaited<ReturnType<typeof deployedSchedules>>,
  { sameInvocationTwice, twoInvocations, byHandBeside }: DrawnMoment,
  seed: number,
): Promise<string[]> {
  const deliveries = scheduledDatabases.flatMap((database) => {
    const target = schedules.get(database);
    if (target === undefined) throw new Error(`${database} has no schedule`);
    const invocation = `${seed}a`;
    const starts = [() => deliver(account, target, invocation)];
    if (sameInvocationTwice.includes(database)) starts.push(() => deliver(account, target, invocation));
    if (twoInvocations.includes(database)) starts.push(() => deliver(account, target, `${seed}b`));
    if (byHandBeside.includes(database)) {
      const name = `${database}-by-hand-${seed}`;
      starts.push(async () => {
        await account.start({ database, operator: 'a person' }, name);
        return name;
      });
    }
    return starts;
  });
  return [...new Set(await Promise.all(deliveries.map((start) => start())))];
}
