import { describe, expect, test } from 'vitest';
import { finding } from '../../lib/domain/findings/findings.ts';
import type { DrillRecord } from '../../lib/domain/record/drill-record.ts';
import type { DumpReading } from '../../lib/ports/recovery.ts';
import { inMemoryPorts } from '../support/in-memory-ports.ts';
import { inMemoryRestore } from '../support/in-memory-restore.ts';
import { aRecord } from '../support/records.ts';
import { execute, type Handler } from './support/execution.ts';

interface Given {
  readFirst?: boolean | null;
  last?: DrillRecord;
  proven?: DrillRecord;
  /** What reading says, dump after dump; then: whole. */
  readings?: Partial<DumpReading>[];
}

/** A world whose sandbox is an instance and whose restore is a task. */
function world({ readFirst = null, last, proven, readings = [] }: Given) {
  const made = inMemoryRestore();
  const { ports } = made;
  const provisioned: string[] = [];
  const leases: string[] = [];
  const read: string[] = [];
  ports.sandboxes = { ...ports.sandboxes, kinds: ['rds'] };
  const { provision } = ports.sandboxes;
  ports.sandboxes.provision = async (plan, placement) => {
    provisioned.push(plan.drillId);
    leases.push(plan.leaseExpiresAt);
    return provision(plan, placement);
  };
  ports.placeRestore = () => ({
    ...{ taskDefinition: 'task', subnets: ['subnet-1'], securityGroups: ['sg-1'] },
    ...{ assignPublicIp: 'ENABLED', vcpu: 1, memoryGib: 2 },
  });
  const { database } = ports.configuration;
  ports.configuration.database = (name) => {
    const config = database(name);
    return { ...config, sandbox: { ...config.sandbox, readFirst } };
  };
  ports.ledger.history = async () => (last === undefined ? [] : [last]);
  ports.ledger.lastProven = async () => proven ?? null;
  const whole: DumpReading = { complete: true, sha256: null, bytesRead: 1000, rows: 3, findings: [] };
  ports.dumpReader.read = async ({ dump }) => {
    read.push(dump.key);
    return { ...whole, ...(readings.shift() ?? {}) };
  };
  return { ...made, provisioned, leases, read };
}

const truncated = { complete: false, findings: [finding('DUMP_TRUNCATED', 'it ends at byte 10')] };
const order = (ran: Handler[]) =>
  ran.filter((name) => ['readDump', 'provisionSandbox', 'restoreDump'].includes(name));

describe('a dump is read before its sandbox is made', () => {
  const notProven = aRecord({ verdict: 'NOT_PROVEN' });
  const larger = aRecord({ dump: { ...aRecord().dump!, bytes: 2000 } });

  test.each<[string, Given]>([
    ['sandbox.readFirst asks for it', { readFirst: true }],
    ['the last drill was not proven', { last: notProven }],
    ['the dump shrank', { proven: larger }],
  ])('when %s', async (_why, given) => {
    const { ports, witness } = world(given);

    const { end, ran } = await execute(ports, {});

    expect(end).toBe('succeeded');
    expect(order(ran)).toEqual(['readDump', 'provisionSandbox', 'restoreDump']);
    expect(witness.records[0]?.phases.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['Plan sandbox', 'Read dump', 'Provision sandbox']),
    );
  });

  test.each<[string, Given, object]>([
    [
      'nothing is in doubt',
      { last: aRecord(), proven: aRecord({ dump: { ...aRecord().dump!, bytes: 1050 } }) },
      {},
    ],
    ['sandbox.readFirst forbids it', { readFirst: false, last: notProven }, {}],
    [
      'it is a real restore, where minutes count',
      { readFirst: true, last: notProven },
      { mode: 'restore', database: 'shop', confirm: 'shop' },
    ],
  ])('but not when %s', async (_why, given, input) => {
    const { ports } = world(given);
    expect((await execute(ports, input)).ran).not.toContain('readDump');
  });

  test('but not on one machine, where a sandbox costs nothing', async () => {
    const { ports } = inMemoryPorts();
    ports.ledger.history = async () => [notProven];
    expect((await execute(ports, {})).ran).not.toContain('readDump');
  });
});

describe('a dump that is found broken when it is read first', () => {
  test('costs no instance: not it, nor the older ones that are broken too', async () => {
    const { ports, provisioned, read, witness } = world({
      readFirst: true,
      readings: [truncated, truncated, truncated],
    });

    const { end } = await execute(ports, {});

    expect(end).toBe('NOT_PROVEN');
    expect(provisioned).toEqual([]);
    expect(read).toHaveLength(3);
    expect(witness.records[0]?.findings.map(({ code }) => code)).toContain('DUMP_TRUNCATED');
    expect(witness.sandboxes.size).toBe(0);
  });

  test('lets an older one be tried, which is read first too and then restored', async () => {
    const { ports, provisioned, read, witness } = world({
      last: aRecord({ verdict: 'NOT_PROVEN' }),
      readings: [truncated],
    });

    const { end, ran } = await execute(ports, {});

    expect(end).toBe('NOT_PROVEN');
    expect(order(ran)).toEqual(['readDump', 'readDump', 'provisionSandbox', 'restoreDump']);
    expect(read).toEqual(['shop_20261118T020000Z.sql.gz', 'shop_20261117T020000Z.sql.gz']);
    expect(provisioned).toHaveLength(1);
    expect(witness.restoredKeys).toEqual(['shop_20261117T020000Z.sql.gz']);
    expect(witness.sandboxes.size).toBe(0);
  });
});

describe('reading first', () => {
  test('is no part of RTO', async () => {
    const { ports, witness } = world({ readFirst: true });
    const now = ports.clock.now.bind(ports.clock);
    let read = 0;
    const { read: reading } = ports.dumpReader;
    ports.dumpReader.read = async (request) => {
      read = 3600_000;
      return reading(request);
    };
    ports.clock.now = () => new Date(now().getTime() + read);

    await execute(ports, {});

    const [record] = witness.records;
    expect(record?.phases.find(({ name }) => name === 'Read dump')?.seconds).toBeGreaterThan(3600);
    expect(record?.rto.actualSeconds).toBeLessThan(600);
  });

  test('takes nothing from the lease of the sandbox', async () => {
    const { ports, leases } = world({ readFirst: true });
    const now = ports.clock.now.bind(ports.clock);
    let read = 0;
    const { read: reading } = ports.dumpReader;
    ports.dumpReader.read = async (request) => {
      read = 5 * 3600_000;
      return reading(request);
    };
    ports.clock.now = () => new Date(now().getTime() + read);

    await execute(ports, {});

    // Twelve hours by default.
    expect(Date.parse(leases[0]!) - ports.clock.now().getTime()).toBeGreaterThan(11.5 * 3600_000);
  });

  test('that Fargate has no capacity for is left out, and the drill goes on', async () => {
    const { ports } = world({ readFirst: true });
    const unplaced = async () =>
      Promise.reject(Object.assign(new Error('none'), { name: 'AmazonECS.Unknown' }));

    const { end, ran } = await execute(ports, {}, { readDump: unplaced });

    expect(end).toBe('succeeded');
    expect(ran.at(-1)).toBe('sealRecord');
  });

  test.each(['States.HeartbeatTimeout', 'States.TaskFailed'])(
    'that ends without an answer (%s) makes no instance, and the drill could not verify',
    async (name) => {
      const { ports, provisioned } = world({ readFirst: true });
      const lost = async () => Promise.reject(Object.assign(new Error('gone'), { name }));

      expect((await execute(ports, {}, { readDump: lost })).end).toBe('COULD_NOT_VERIFY');
      expect(provisioned).toEqual([]);
    },
  );
});
