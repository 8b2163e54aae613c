import { describe, expect, test, vi } from 'vitest';
import { finding } from '../../lib/domain/findings/findings.ts';
import { planSandboxStep } from '../../lib/steps/plan-sandbox.ts';
import { aReadableState } from '../support/drill-states.ts';
import { inMemoryPorts } from '../support/in-memory-ports.ts';

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
