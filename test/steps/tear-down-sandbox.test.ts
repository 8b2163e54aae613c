import { describe, expect, test } from 'vitest';
import { DrillError } from '../../lib/domain/findings/errors.ts';
import { confirmGoneStep, tearDownSandboxStep } from '../../lib/steps/tear-down-sandbox.ts';
import { aDrillState } from '../support/drill-states.ts';
import { inMemoryPorts } from '../support/in-memory-ports.ts';

const refusal = (retryable: boolean) =>
  new DrillError('TEARDOWN_FAILED', 'RDS is throttling', { hint: 'wait', retryable });

describe('a teardown', () => {
  test('that is refused for a moment is asked for again by every look, until the sandbox is gone', async () => {
    const { ports, witness } = inMemoryPorts();
    await ports.sandboxes.provision({ drillId: 'drill-1' } as never);
    const { remove } = ports.sandboxes;
    let refusals = 2;
    ports.sandboxes.remove = async (sandboxId) => {
      if (refusals-- > 0) throw refusal(true);
      await remove(sandboxId);
    };

    const asked = await tearDownSandboxStep(aDrillState(), ports);
    const first = await confirmGoneStep(asked, ports);
    const second = await confirmGoneStep(first, ports);
    const third = await confirmGoneStep(second, ports);

    expect([asked, first, second].map(({ stage }) => stage)).toEqual(Array(3).fill('sandbox leaving'));
    expect(third).toMatchObject({ stage: 'sandbox gone', teardown: { confirmed: true } });
    expect(witness.removed).toEqual(['sandbox-drill-1']);
  });

  test('that is refused to the end says why', async () => {
    const { ports } = inMemoryPorts();
    await ports.sandboxes.provision({ drillId: 'drill-1' } as never);
    ports.sandboxes.remove = async () => Promise.reject(refusal(true));

    const asked = await tearDownSandboxStep(aDrillState(), ports);
    const later = new Date(Date.parse(asked.teardown?.askedAt ?? '') + 3600_000);
    const given = await confirmGoneStep(await confirmGoneStep(asked, ports), {
      ...ports,
      clock: { ...ports.clock, now: () => later },
    });

    expect(given.teardown?.confirmed).toBe(false);
    expect(given.drillFindings.map(({ message }) => message).join()).toContain('RDS is throttling');
  });

  test('of what must not be removed is told at once', async () => {
    const { ports } = inMemoryPorts();
    ports.sandboxes.remove = async () => Promise.reject(refusal(false));

    await expect(tearDownSandboxStep(aDrillState(), ports)).rejects.toThrow('throttling');
  });
});
