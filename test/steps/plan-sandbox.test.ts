import { describe, expect, test, vi } from 'vitest';
import { finding } from '../../lib/domain/findings/findings.ts';
import { planSandboxStep } from '../../lib/steps/plan-sandbox.ts';
import { aDump, aReadableState } from '../support/drill-states.ts';
import { aHeader, inMemoryPorts } from '../support/in-memory-ports.ts';

const noRoom = async () => ({
  possible: false as const,
  findings: [finding('QUOTA_EXCEEDED', 'one instance too many')],
});

describe('a plan that is impossible', () => {
  test('leaves nothing to tear down when nothing was asked for', async () => {
    const { ports } = inMemoryPorts();
    ports.sandboxes.preflight = noRoom;

    const planned = await planSandboxStep(aReadableState(), ports);

    expect(planned).toMatchObject({ stage: 'plan impossible', sandbox: null, plan: null });
  });

  test('does not forget the sandbox that an earlier attempt asked for', async () => {
    const { ports } = inMemoryPorts();
    ports.sandboxes.preflight = noRoom;
    const sandbox = { sandboxId: 'sandbox-drill-1', askedAt: '2026-11-20T03:01:00.000Z', address: null };

    const planned = await planSandboxStep(aReadableState({ attempt: 2, sandbox }), ports);

    expect(planned.stage).toBe('plan impossible');
    expect(planned.sandbox).toEqual(sandbox);
  });

  test('is refused before the host is asked when nothing recovers such a backup there', async () => {
    const { ports } = inMemoryPorts();
    const preflight = vi.fn(ports.sandboxes.preflight);
    const sandboxes = { ...ports.sandboxes, kinds: ['paper' as never] as const, preflight };

    const state = aReadableState();
    const planned = await planSandboxStep(state, { ...ports, sandboxes });

    expect(planned.stage).toBe('plan impossible');
    expect(planned.findings.map(({ code }) => code)).toEqual(['METHOD_UNAVAILABLE']);
    expect(preflight).not.toHaveBeenCalled();
  });
});

describe('the disk that a plan asks for', () => {
  const incremental = aDump({
    sizeBytes: 40_000_000,
    header: aHeader({
      format: { layout: 'base backup', wrappings: [], archiveVersion: null },
      recoveredSize: { baseBytes: 300 * 1024 ** 3, walBytes: 0, spooledWalBytes: 0 },
    }),
  });

  test('is that of the recovered cluster, however little was stored last', async () => {
    const { ports } = inMemoryPorts();

    const planned = await planSandboxStep(aReadableState({ dump: incremental }), ports);

    expect(planned.plan?.storageBytes).toBeGreaterThan(330 * 1024 ** 3);
    expect(planned.plan?.dumpBytes).toBe(40_000_000);
  });

  test('is what drills.yaml says where it says it', async () => {
    const { ports } = inMemoryPorts();
    const config = ports.configuration.database('shop');
    const configuration = {
      ...ports.configuration,
      database: () => ({ ...config, sandbox: { ...config.sandbox, storageBytes: 7 } }),
    };
    const planned = await planSandboxStep(aReadableState({ dump: incremental }), { ...ports, configuration });

    expect(planned.plan?.storageBytes).toBe(7);
  });
});
