import { setTimeout as sleep } from 'node:timers/promises';
import { AddTagsToResourceCommand, DescribeDBInstancesCommand } from '@aws-sdk/client-rds';
import { ListExecutionsCommand } from '@aws-sdk/client-sfn';
import { sandboxIdFor, sandboxIdOf } from '../../../lib/adapters/sandboxes/rds/sandbox-names.ts';
import { tagKeys } from '../../../lib/contract/names.ts';
import type { Account } from '../support/account.ts';
import { stackName } from '../support/world.ts';
import { heldLocks, heldSlots } from './held.ts';

/** Who holds what, at one look: slots by drill, locks by database. */
interface Look {
  slots: string[];
  /** Database → drill. */
  locks: Map<string, string>;
}

/** The most of each that was there at any look. */
export interface Peaks {
  slots: number;
  locks: number;
  instances: number;
  tasks: number;
}

/**
 * Looks at the account again and again while drills run: whoever holds a slot or a lock must run, and whose instance is there
 * must hold a slot. It also lets the lease of every instance end at once, so that only its drill, which runs, keeps the sweeper
 * off it.
 */
export class AccountWatch {
  readonly wrong = new Set<string>();
  readonly peaks: Peaks = { slots: 0, locks: 0, instances: 0, tasks: 0 };
  looks = 0;
  readonly #account: Account;
  /** Of drills that somebody stops: what they hold is let go by the clean-up after them. */
  readonly #stopped: (drillId: string) => boolean;
  readonly #leaseEnded = new Set<string>();
  #ended = false;
  #looking: Promise<void> = Promise.resolve();

  constructor(account: Account, stopped: (drillId: string) => boolean) {
    this.#account = account;
    this.#stopped = stopped;
  }

  begin(): void {
    this.#looking = this.#look();
  }

  /** @throws what a look threw */
  async end(): Promise<void> {
    this.#ended = true;
    await this.#looking;
  }

  async #look(): Promise<void> {
    let before: Look | null = null;
    let ended = new Set<string>();
    while (!this.#ended) {
      const look = await this.#holders();
      // Held before it was seen to have ended, and afterwards still.
      if (before !== null) this.#tellLost(before, ended, look);
      const instances = await this.#instances();
      const { runningTasks } = await this.#account.leftovers();
      const after = await this.#holders();
      this.#tellUnheld(instances, [...look.slots, ...after.slots]);
      this.peaks.slots = Math.max(this.peaks.slots, look.slots.length);
      this.peaks.locks = Math.max(this.peaks.locks, look.locks.size);
      this.peaks.instances = Math.max(this.peaks.instances, instances.length);
      this.peaks.tasks = Math.max(this.peaks.tasks, runningTasks.length);
      const running = await this.#running();
      const holders = [...after.slots, ...after.locks.values()];
      ended = new Set(holders.filter((drill) => !running.has(drill)));
      before = after;
      this.looks += 1;
      await sleep(250);
    }
  }

  #tellLost(before: Look, ended: ReadonlySet<string>, now: Look): void {
    const lost = (drill: string) => ended.has(drill) && !this.#stopped(drill);
    for (const drill of before.slots)
      if (lost(drill) && now.slots.includes(drill)) this.wrong.add(`${drill} has ended and keeps its slot`);
    for (const [database, drill] of before.locks)
      if (lost(drill) && now.locks.get(database) === drill)
        this.wrong.add(`${drill} has ended and keeps the lock of ${database}`);
  }

  #tellUnheld(instances: string[], slots: string[]): void {
    const sandboxes = new Set(slots.map((drill) => sandboxIdFor(stackName, drill)));
    for (const name of instances)
      if (!sandboxes.has(sandboxIdOf(name))) this.wrong.add(`${name} is there, and no drill has its slot`);
  }

  /** Instances that are there; the lease of each new one ends. */
  async #instances(): Promise<string[]> {
    const { DBInstances = [] } = await this.#account.rds.send(new DescribeDBInstancesCommand({}));
    for (const { DBInstanceArn = '' } of DBInstances) {
      if (this.#leaseEnded.has(DBInstanceArn)) continue;
      this.#leaseEnded.add(DBInstanceArn);
      const Tags = [{ Key: tagKeys.lease, Value: new Date(Date.now() - 60_000).toISOString() }];
      // It may just have gone.
      await this.#account.rds
        .send(new AddTagsToResourceCommand({ ResourceName: DBInstanceArn, Tags }))
        .catch(() => undefined);
    }
    return DBInstances.map(({ DBInstanceIdentifier = '' }) => DBInstanceIdentifier);
  }

  async #running(): Promise<Set<string>> {
    const { executions = [] } = await this.#account.sfn.send(
      new ListExecutionsCommand({
        stateMachineArn: this.#account.output('StateMachineArn'),
        statusFilter: 'RUNNING',
      }),
    );
    return new Set(executions.map(({ name = '' }) => name));
  }

  async #holders(): Promise<Look> {
    const [slots, locks] = await Promise.all([heldSlots(this.#account), heldLocks(this.#account)]);
    return { slots, locks };
  }
}
