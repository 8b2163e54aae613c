import { describe, expect, test } from 'vitest';
import {
  createTaskSandboxHost,
  isTaskSandbox,
  type TaskPlanning,
} from '../../../../lib/adapters/sandboxes/task/task-sandbox-host.ts';
import type { SandboxTaskSize } from '../../../../lib/contract/sandbox-task-sizes.ts';
import { defaultDatabaseConfig } from '../../../../lib/domain/config/index.ts';
import type { SandboxDemand } from '../../../../lib/domain/sandbox/sandbox-plan.ts';
import { sandboxesByKind } from '../../../../lib/runtimes/aws/ports/sandboxes-by-kind.ts';
import { inMemoryPorts } from '../../../support/in-memory-ports.ts';

const gibibyte = 1024 ** 3;
const aDemand = (given: Partial<SandboxDemand> = {}): SandboxDemand => ({
  ...{ drillId: 'drill-1', database: 'shop', majorVersion: 17, mode: 'drill' },
  ...{ storageBytes: gibibyte, dumpBytes: 50_000_000, leaseExpiresAt: '2026-11-30T00:00:00.000Z' },
  ...given,
});

const sizes: SandboxTaskSize[] = [30, 100, 200].map((diskGib) => ({
  taskDefinition: `${diskGib}`,
  vcpu: 1,
  memoryGib: 4,
  diskGib,
}));
const volumeSize: SandboxTaskSize = {
  ...{ taskDefinition: 'volume', vcpu: 4, memoryGib: 16, diskGib: 16_384 },
  volumeRole: 'arn:aws:iam::123456789012:role/volumes',
};

function aHost(given: Partial<TaskPlanning> = {}) {
  const running = new Set<string>();
  const volumes = new Set<string>();
  const { ports } = inMemoryPorts();
  const host = createTaskSandboxHost({
    tasks: {
      running: async () => [...running].map((drillId) => ({ arn: drillId, drillId, since: '' })),
      stop: async (drillId) => void running.delete(drillId),
      diagnose: async () => null,
    },
    volumes: { ofDrill: async (drillId) => [...volumes].filter((one) => one.endsWith(`of ${drillId}`)) },
    planning: {
      configuration: { database: () => defaultDatabaseConfig(ports.configuration.database('shop').source) },
      sizes,
      region: 'eu-west-1',
      monthlyBudgetUsd: null,
      spentThisMonthUsd: async () => 0,
      ...given,
    },
  });
  return { host, running, volumes };
}

describe('a sandbox inside the restore task', () => {
  test('is planned with the smallest disk that holds the cluster, for some cents', async () => {
    const plan = (storageBytes: number) => aHost().host.preflight(aDemand({ storageBytes }));

    expect(await plan(26 * gibibyte)).toMatchObject({ plan: { kind: 'task', task: { diskGib: 30 } } });
    expect(await plan(27 * gibibyte)).toMatchObject({ plan: { kind: 'task', task: { diskGib: 100 } } });
    const { plan: small } = (await plan(gibibyte)) as { plan: { task: { estimatedCostUsd: number } } };
    expect(small.task.estimatedCostUsd).toBeLessThan(0.02);
  });

  test('gets a volume of its own where no task has disk enough, and pays for it', async () => {
    const plan = async (storageBytes: number) => {
      const answer = await aHost({ sizes: [...sizes, volumeSize] }).host.preflight(aDemand({ storageBytes }));
      if (!answer.possible || answer.plan.kind !== 'task') throw new Error('refused');
      return answer.plan.task;
    };

    expect((await plan(196 * gibibyte)).volumeGib).toBeUndefined();
    const [small, large] = [await plan(197 * gibibyte), await plan(4000 * gibibyte)];
    // XFS leaves 98 per cent.
    expect(small).toMatchObject({ diskGib: 0, volumeGib: 202 });
    expect(large).toMatchObject({ volumeGib: 4082 });
    expect(large.estimatedCostUsd).toBeGreaterThan(small.estimatedCostUsd);
  });

  test.each<[string, Partial<TaskPlanning>, number, string]>([
    ['larger than any volume', { sizes: [...sizes, volumeSize] }, 16_100 * gibibyte, 'SANDBOX_UNAVAILABLE'],
    ['larger than any task', {}, 200 * gibibyte, 'SANDBOX_UNAVAILABLE'],
    ['of a stack without such tasks', { sizes: [] }, gibibyte, 'METHOD_UNAVAILABLE'],
    [
      'beyond the budget',
      { monthlyBudgetUsd: 1, spentThisMonthUsd: async () => 1 },
      gibibyte,
      'COST_CAP_EXCEEDED',
    ],
  ])('that is %s is refused by name before anything is made', async (_, planning, storageBytes, code) => {
    const answer = await aHost(planning).host.preflight(aDemand({ storageBytes }));

    expect(answer).toMatchObject({ possible: false, findings: [{ code }] });
  });

  test('of a real restore is never refused for its price, nor because the ledger cannot be read', async () => {
    const planning = { monthlyBudgetUsd: 1, spentThisMonthUsd: () => Promise.reject(new Error('no ledger')) };

    expect(await aHost(planning).host.preflight(aDemand({ mode: 'restore' }))).toMatchObject({
      possible: true,
    });
  });

  test('is ready without waiting, and gone only when no task of its drill runs', async () => {
    const { host, running } = aHost();
    const plan = { kind: 'task' as const, ...aDemand(), task: { diskGib: 30, estimatedCostUsd: 0.01 } };
    const { sandboxId, address } = await host.provision(plan);
    running.add('drill-1').add('drill-2');

    expect(address?.sandboxId).toBe(sandboxId);
    expect((await host.look(sandboxId)).state).toBe('pending');
    await host.remove(sandboxId);
    expect((await host.look(sandboxId)).state).toBe('gone');
    expect([...running]).toEqual(['drill-2']);
  });
});

test('a sandbox is not gone while the volume of its task is there', async () => {
  const { host, volumes } = aHost();
  const sandboxId = host.sandboxIdFor('drill-1');
  volumes.add('vol-1 of drill-1').add('vol-2 of drill-2');

  expect(await host.look(sandboxId)).toEqual({
    state: 'pending',
    detail: 'its volume vol-1 of drill-1 is still there',
  });
  volumes.delete('vol-1 of drill-1');
  expect((await host.look(sandboxId)).state).toBe('gone');
});

describe('the sandboxes of an account', () => {
  const { host: task } = aHost();
  const rds = inMemoryPorts().ports.sandboxes;
  const both = sandboxesByKind({ rds, task });

  test('are told apart by their ids', () => {
    expect(isTaskSandbox(both.sandboxIdFor('drill-1', 'task'))).toBe(true);
    expect(isTaskSandbox(both.sandboxIdFor('drill-1', 'rds'))).toBe(false);
    expect(both.sandboxIdFor('drill-1')).toBe(rds.sandboxIdFor('drill-1'));
  });

  test('of which one is filled from inside the task need room in both', async () => {
    const demand = aDemand({ storageBytes: 500 * gibibyte, needs: 'directory and server' });

    expect(await both.preflight(demand, 'rds')).toMatchObject({
      possible: false,
      findings: [{ code: 'SANDBOX_UNAVAILABLE' }],
    });
    expect(await both.preflight({ ...demand, storageBytes: gibibyte }, 'rds')).toMatchObject({
      possible: true,
      plan: { taskDisk: { diskGib: 30 } },
    });
  });
});
