import { describe, expect, test } from 'vitest';
import { inMemoryRestore } from '../support/in-memory-restore.ts';
import { execute } from './support/execution.ts';

/** As Step Functions names an answer of RunTask with `failures[]`, and its cause. */
const unplaced = () =>
  Object.assign(
    new Error(JSON.stringify({ Failures: [{ Reason: 'Capacity is unavailable at this time.' }], Tasks: [] })),
    { name: 'AmazonECS.Unknown' },
  );
const named = (name: string) => () => Object.assign(new Error('said by ECS'), { name });

/** A world with three sizes of task, whose task fails so many times before it runs. */
async function drill(failing: { times: number; error: () => Error }) {
  const { ports, witness } = inMemoryRestore();
  const sizes = [1, 4, 8].map((vcpu) => ({ taskDefinition: `task-${vcpu}`, vcpu, memoryGib: 2 * vcpu }));
  ports.placeRestore = () => ({
    ...{ subnets: ['subnet-1'], securityGroups: ['sg-1'], assignPublicIp: 'ENABLED' },
    ...sizes[0]!,
    others: sizes.slice(1),
  });
  let asked = 0;
  const { restoreDumpStep } = await import('../../lib/steps/restore-dump.ts');
  const { end, payloads } = await execute(
    ports,
    {},
    {
      restoreDump: async (given) => {
        asked += 1;
        if (asked <= failing.times) throw failing.error();
        const { DRILL_ID, ATTEMPT } = given as Record<string, string>;
        return restoreDumpStep({ drillId: DRILL_ID!, attempt: Number(ATTEMPT) }, ports);
      },
    },
  );
  const placed = payloads.flatMap((text) => {
    const state = JSON.parse(text || 'null') as { stage?: string; restoreTask?: { taskDefinition: string } };
    return state?.stage === 'restore prepared' ? [state.restoreTask?.taskDefinition] : [];
  });
  const findings = witness.records[0]?.findings ?? [];
  return { end, asked, sizes: [...new Set(placed)], findings, left: witness.sandboxes.size };
}

describe('a restore task', () => {
  test.each([
    ['AmazonECS.Unknown', unplaced],
    ['ECS.AmazonECSException', named('ECS.AmazonECSException')],
    ['ECS.ClientException', named('ECS.ClientException')],
    ['ECS.InvalidParameterException', named('ECS.InvalidParameterException')],
  ])('that ECS did not start (%s) is asked for again', async (_name, error) => {
    const { end, asked, sizes, findings } = await drill({ times: 2, error });

    expect(end).toBe('succeeded');
    expect({ asked, sizes }).toEqual({ asked: 3, sizes: ['task-1'] });
    expect(findings.map(({ code }) => code)).not.toContain('RESTORE_TASK_RESIZED');
  });

  test('for which there is no capacity in its size runs in another, and the record says so', async () => {
    const { end, asked, sizes, findings } = await drill({ times: 6, error: unplaced });

    expect(end).toBe('succeeded');
    expect({ asked, sizes }).toEqual({ asked: 7, sizes: ['task-1', 'task-4'] });
    expect(findings.find(({ code }) => code === 'RESTORE_TASK_RESIZED')?.message).toContain(
      'Capacity is unavailable at this time.; one of 4 vCPU and 8 GiB is tried',
    );
  });

  test('for which there is no capacity in any size ends the drill with the reason, and leaves no sandbox', async () => {
    const { end, asked, sizes, findings, left } = await drill({ times: 99, error: unplaced });

    expect(end).toBe('COULD_NOT_VERIFY');
    expect({ asked, sizes, left }).toEqual({ asked: 18, sizes: ['task-1', 'task-4', 'task-8'], left: 0 });
    expect(findings.map(({ code }) => code)).toContain('RESTORE_TASK_NOT_STARTED');
  });

  test.each(['ECS.ServerException', 'States.TaskFailed', 'States.HeartbeatTimeout'])(
    'that may have started (%s) is not asked for twice: two must not write into one sandbox',
    async (name) => {
      const { end, asked } = await drill({ times: 1, error: named(name) });

      expect(end).toBe('COULD_NOT_VERIFY');
      expect(asked).toBe(1);
    },
  );
});
