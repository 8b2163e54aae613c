import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { knownSince } from '../../lib/domain/drill/machine-edition.ts';
import { type DrillMachine, drillMachine } from '../../lib/machine/definition.ts';
import type { DrillPorts } from '../../lib/ports/drill-ports.ts';
import type { DrillSlot } from '../../lib/ports/ledger.ts';
import { inMemoryRestore } from '../support/in-memory-restore.ts';
import { aRecord } from '../support/records.ts';
import { execute, type Handler } from './support/execution.ts';

/**
 * An execution keeps the definition that it began with, and invokes the functions that are deployed now
 * (docs/facts.md#a-deployment-in-the-middle-of-an-execution): today's steps under the definition of a release before.
 */
const firstEdition = JSON.parse(
  readFileSync(new URL('released-definitions/edition-1.json', import.meta.url), 'utf8'),
) as DrillMachine;
const realRestore = { mode: 'restore', database: 'shop', confirm: 'shop' };

const under = (
  ports: DrillPorts,
  input: unknown,
  instead: Partial<Record<Handler, () => Promise<unknown>>> = {},
) => execute(ports, input, instead, firstEdition);

describe('a drill that began before a deployment', () => {
  test('is carried out by the new functions and proves', async () => {
    const { ports, witness } = inMemoryRestore();

    expect((await under(ports, {})).end).toBe('succeeded');
    expect(witness.records[0]?.verdict).toBe('PROVEN');
    expect(witness.sandboxes.size).toBe(0);
  });

  test('waits for no slot, because its machine knows no waiting', async () => {
    const { ports } = inMemoryRestore();
    const asked: DrillSlot[] = [];
    ports.ledger.takeSlot = async (slot) => {
      asked.push(slot);
      return slot.waits ? { taken: false, runningDrills: ['a', 'b', 'c', 'd'] } : { taken: true };
    };

    expect((await under(ports, {})).end).toBe('succeeded');
    expect(asked.map(({ waits }) => waits)).toEqual([false]);
  });

  test('restores a dump in doubt without reading it first, because its machine knows no reading', async () => {
    const { ports } = inMemoryRestore();
    ports.placeRestore = () => ({
      ...{ taskDefinition: 'task', subnets: ['subnet-1'], securityGroups: ['sg-1'] },
      ...{ assignPublicIp: 'ENABLED', vcpu: 1, memoryGib: 2 },
    });
    ports.ledger.history = async () => [aRecord({ verdict: 'NOT_PROVEN' })];

    const { end, ran } = await under(ports, {});

    expect(end).toBe('succeeded');
    expect(ran).not.toContain('readDump');
  });
});

test('every stage that the first machine does not branch on is held back from machines that do not know it', () => {
  const branchedOn = (machine: DrillMachine) =>
    [...JSON.stringify(machine).matchAll(/"\$\.stage","StringEquals":"([^"]+)"/g)].map(([, stage]) => stage);
  const first = new Set(branchedOn(firstEdition));

  expect(first.size).toBeGreaterThan(10);
  expect(
    branchedOn(drillMachine())
      .filter((stage) => !first.has(stage))
      .sort(),
  ).toEqual(Object.keys(knownSince).sort());
});

describe('an approved restore that began before a deployment', () => {
  test('is promoted and handed over by the new functions', async () => {
    const { ports, witness } = inMemoryRestore();

    const { end, ran } = await under(ports, realRestore);

    expect(end).toBe('succeeded');
    expect(ran).toEqual(expect.arrayContaining(['prepareHandOver', 'promote', 'handOver']));
    expect(witness.removed).toEqual([]);
  });

  test('is not removed, although its machine leads to teardown when the hand-over cannot be prepared', async () => {
    const { ports, witness } = inMemoryRestore();
    const dead = async () => Promise.reject(Object.assign(new Error('gone'), { name: 'Lambda.Unknown' }));

    const { end, ran } = await under(ports, realRestore, { prepareHandOver: dead });

    expect(ran).toContain('tearDownSandbox');
    expect(end).not.toBe('succeeded');
    expect(witness.removed).toEqual([]);
    expect(witness.sandboxes.size).toBe(1);
    const [record] = witness.records;
    expect(record?.handOver).toMatchObject({ complete: false, endpoint: expect.stringContaining('rds') });
    expect(record?.findings.map(({ code }) => code)).toContain('PROMOTION_FAILED');
    expect(record?.teardown?.detail).toBe('none: the restored database is kept');
  });
});
