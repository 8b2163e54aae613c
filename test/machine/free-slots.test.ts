import { describe, expect, test } from 'vitest';
import type { DrillSlot } from '../../lib/ports/ledger.ts';
import { inMemoryRestore } from '../support/in-memory-restore.ts';
import { execute } from './support/execution.ts';

/** A world in which every slot is taken for so many looks. */
function crowded(looks: number) {
  const world = inMemoryRestore();
  const asked: DrillSlot[] = [];
  world.ports.ledger.takeSlot = async (slot) => {
    asked.push(slot);
    return slot.waits && asked.length <= looks
      ? { taken: false, runningDrills: ['a', 'b', 'c', 'd'] }
      : { taken: true };
  };
  return { ...world, asked };
}

describe('a drill that finds all slots taken', () => {
  test('waits and is then carried out, and the wait is a phase of the record and no part of RTO', async () => {
    const { ports, witness, asked } = crowded(2);
    const now = ports.clock.now.bind(ports.clock);
    // Each look is five minutes later in AWS; the local wait is a tenth of a second.
    ports.clock.now = () => new Date(now().getTime() + Math.min(asked.length, 3) * 300_000);

    const { end } = await execute(ports, {});

    expect(end).toBe('succeeded');
    expect(asked).toHaveLength(3);
    const [record] = witness.records;
    const waits = record?.phases.filter(({ name }) => name === 'Wait for a free slot') ?? [];
    expect(waits).toHaveLength(1);
    expect(waits[0]?.seconds).toBeGreaterThan(500);
    expect(record?.phases.map(({ name }) => name).slice(0, 3)).toEqual([
      'Select dump',
      'Wait for a free slot',
      'Plan sandbox',
    ]);
    // Before its first look five minutes had passed on this clock: those count.
    expect(record?.rto.actualSeconds).toBeLessThan(400);
  });

  test('makes nothing while it waits, and gives up after a day with the names of those that ran', async () => {
    const { ports, witness, asked } = crowded(99);
    const now = ports.clock.now.bind(ports.clock);
    ports.clock.now = () => new Date(now().getTime() + asked.length * 13 * 3600_000);

    const { end } = await execute(ports, {});

    expect(end).toBe('COULD_NOT_VERIFY');
    expect(asked).toHaveLength(3);
    expect(witness.removed).toEqual([]);
    expect(witness.records[0]?.findings.find(({ code }) => code === 'NO_FREE_SLOT')?.message).toContain(
      'a, b, c, d',
    );
  });

  test('is no real restore: that never waits', async () => {
    const { ports, asked } = crowded(99);

    expect((await execute(ports, { mode: 'restore', database: 'shop', confirm: 'shop' })).end).toBe(
      'succeeded',
    );
    expect(asked.map(({ waits }) => waits)).toEqual([false]);
  });
});
