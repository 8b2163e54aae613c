import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import type { OpenConcern } from '../../../lib/domain/watch/attention.ts';
import type { Leftover } from '../../../lib/ports/sandbox.ts';
import type { WatchMemory } from '../../../lib/ports/watching.ts';
import { stackName, type World } from '../support/world.ts';

/** The sweeper and the watch, each run again as soon as it has ended instead of once an hour. */
export class Guards {
  /** What sweeps removed. */
  readonly removed: Leftover[] = [];
  /** Drills whose instance a sweep found beyond its lease and left alone. */
  readonly spared = new Set<string>();
  /** What people were told of by any watch, once each. */
  readonly told = new Set<string>();
  readonly wrong: string[] = [];
  sweeps = 0;
  watches = 0;
  readonly #world: World;
  #ended = false;
  #running: Promise<unknown> = Promise.resolve();

  constructor(world: World) {
    this.#world = world;
  }

  begin(): void {
    const again = async (guard: () => Promise<unknown>): Promise<void> => {
      while (!this.#ended) {
        await guard().catch((error: unknown) => this.wrong.push(String(error)));
        await sleep(500);
      }
    };
    this.#running = Promise.all([again(() => this.sweep()), again(() => this.watch())]);
  }

  async end(): Promise<void> {
    this.#ended = true;
    await this.#running;
  }

  async sweep(): Promise<void> {
    const { account } = this.#world;
    const swept = (await account.invoke(account.output('SweepFunction'), {})) as {
      removed: Leftover[];
      kept: Leftover[];
    };
    this.sweeps += 1;
    this.removed.push(...swept.removed);
    for (const { what, drillId, leaseExpiresAt } of swept.kept) {
      if (what.includes('not removed')) this.wrong.push(`the sweeper: ${what}`);
      if (Date.parse(leaseExpiresAt) <= Date.now()) this.spared.add(drillId);
    }
  }

  /** @returns what people know after it */
  async watch(): Promise<OpenConcern[]> {
    const { account } = this.#world;
    await account.invoke(`${stackName}-watch`, {});
    this.watches += 1;
    const item = await account.item('watch#memory', 'memory');
    const memory = JSON.parse(gunzipSync(item?.memory?.B ?? Buffer.alloc(0)).toString()) as WatchMemory;
    for (const concern of memory.told) this.told.add(nameOf(concern));
    return memory.told;
  }
}

/** A concern in words: of which kind it is, and of what. */
export const nameOf = ({ kind, database }: OpenConcern): string => `${kind} of ${database ?? 'the stack'}`;
