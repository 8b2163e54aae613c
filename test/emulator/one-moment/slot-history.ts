import type { RecordedCall } from '../support/recorded-call.ts';

/** One written state of the slots. */
interface Held {
  revision: number;
  holders: string[];
}

export interface SlotHistory {
  /** Drills that ever had a slot, in the order in which they got it. */
  taken: string[];
  /** Most that had one at once. */
  most: number;
  /** Writes that came to nothing, because another drill had written first. */
  conflicts: number;
  wrong: string[];
}

/**
 * What became of the slots, write by write, read off the wire: their item has a revision, so that none is missed, whatever
 * happened between two looks. Each drill must get a slot once and let it go once.
 */
export function slotHistory(calls: readonly RecordedCall[], mostDrills: number): SlotHistory {
  const writes = calls.filter(
    ({ service, command, input }) => service === 'dynamodb' && command === 'PutItem' && isOfSlots(input),
  );
  const states = writes
    .flatMap(({ status, input }) => (status === 200 ? [heldBy(input)] : []))
    .sort((a, b) => a.revision - b.revision);
  const wrong: string[] = [];
  const taken: string[] = [];
  const freed: string[] = [];
  let before: Held = { revision: (states[0]?.revision ?? 1) - 1, holders: [] };
  for (const state of states) {
    if (state.revision !== before.revision + 1)
      wrong.push(`revision ${state.revision} of the slots followed ${before.revision}`);
    if (state.holders.length > mostDrills)
      wrong.push(`${state.holders.length} drills had a slot at once: ${state.holders.join(', ')}`);
    taken.push(...state.holders.filter((drill) => !before.holders.includes(drill)));
    freed.push(...before.holders.filter((drill) => !state.holders.includes(drill)));
    before = state;
  }
  for (const [what, drills] of [
    ['got a slot', taken],
    ['lost its slot', freed],
  ] as const)
    for (const drill of new Set(drills.filter((one, index) => drills.indexOf(one) !== index)))
      wrong.push(`${drill} ${what} more than once`);
  if (before.holders.length > 0) wrong.push(`slots were never freed: ${before.holders.join(', ')}`);
  return {
    taken,
    most: Math.max(0, ...states.map(({ holders }) => holders.length)),
    conflicts: writes.length - states.length,
    wrong,
  };
}

interface SlotsInput {
  Item: {
    pk: { S: string };
    revision: { N: string };
    holders: { M: Record<string, unknown> };
  };
}

const isOfSlots = (input: Record<string, unknown>): boolean =>
  (input as { Item?: { pk?: { S?: string } } }).Item?.pk?.S === 'lock#slots';

function heldBy(input: Record<string, unknown>): Held {
  const { Item } = input as unknown as SlotsInput;
  return { revision: Number(Item.revision.N), holders: Object.keys(Item.holders.M) };
}
