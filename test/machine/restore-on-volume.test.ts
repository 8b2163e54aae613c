import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { drillMachine } from '../../lib/machine/definition.ts';
import { stateNames } from '../../lib/machine/state-names.ts';
import type { State } from '../../lib/machine/task-state.ts';
import type { TaskStart, VolumeTaskRequest } from '../../lib/ports/volume-tasks.ts';
import { inMemoryRestore } from '../support/in-memory-restore.ts';
import { execute, type Handler } from './support/execution.ts';

const volume = { taskDefinition: 'sandbox-volume', sizeGib: 511 };

/** A world whose restore needs a volume, and whose starts end as given, the last for ever. */
function onVolume(...starts: (TaskStart | Error)[]) {
  const { ports, witness } = inMemoryRestore();
  const asked: VolumeTaskRequest[] = [];
  ports.placeRestore = () => ({
    ...{ taskDefinition: 'sandbox-large', subnets: ['subnet-1'], securityGroups: ['sg-1'] },
    ...{ assignPublicIp: 'ENABLED', vcpu: 4, memoryGib: 16, volume },
  });
  ports.volumeTasks = {
    start: async (request) => {
      asked.push(request);
      const start = starts.length > 1 ? starts.shift() : starts[0];
      if (start instanceof Error) throw start;
      return start ?? { outcome: 'running' };
    },
  };
  return { ports, witness, asked };
}

describe('a restore that needs a volume', () => {
  test('is started by a function, and answered by its task', async () => {
    const { ports, witness, asked } = onVolume({ outcome: 'running' });

    const { end, ran } = await execute(ports, {});

    expect(end).toBe('succeeded');
    const from = ran.indexOf('restoreOnVolume');
    expect(ran.slice(from - 1, from + 3)).toEqual([
      'prepareRestore',
      'restoreOnVolume',
      'restoreDump',
      'planChecks',
    ]);
    expect(asked).toMatchObject([{ attempt: 1, taskToken: 'local', place: { volume } }]);
    expect(asked[0]?.leaseExpiresAt).toMatch(/^\d{4}-/);
    expect(witness.records[0]?.verdict).toBe('PROVEN');
  });

  test('for which there is no room is asked for again, and not beyond the patience of the machine', async () => {
    const full: TaskStart = { outcome: 'stopped', reason: 'Capacity is unavailable at this time.' };
    const soon = onVolume(full, full, { outcome: 'running' });
    expect((await execute(soon.ports, {})).end).toBe('succeeded');
    expect(soon.asked).toHaveLength(3);

    const never = onVolume(full);
    expect((await execute(never.ports, {})).end).toBe('COULD_NOT_VERIFY');
    expect(never.asked).toHaveLength(6);
    const codes = never.witness.records[0]?.findings.map(({ code }) => code);
    expect(codes).toContain('RESTORE_TASK_NOT_STARTED');
    expect(never.witness.sandboxes.size).toBe(0);
  });

  test.each<[string, TaskStart, RegExp, RegExp]>([
    [
      'is refused by ECS',
      { outcome: 'refused', error: 'ECS.AccessDeniedException', reason: 'not authorized: iam:PassRole' },
      /could not be started with a volume of 511 GiB: ECS\.AccessDeniedException/,
      /Deploy the stack again/,
    ],
    [
      'gets no volume for want of a quota',
      { outcome: 'stopped', reason: 'TaskFailedToStart; VolumeLimitExceeded: Maximum reached' },
      /never ran with its volume of 511 GiB: .*VolumeLimitExceeded/,
      /L-7A658B76/,
    ],
  ])(
    '%s: the drill could not verify, by what mends it, and is not asked for twice',
    async (_, start, message, hint) => {
      const { ports, witness, asked } = onVolume(start);

      expect((await execute(ports, {})).end).toBe('COULD_NOT_VERIFY');
      expect(asked).toHaveLength(1);
      const told = witness.records[0]?.findings.find(({ code }) => code === 'RESTORE_TASK_NOT_STARTED');
      expect(told?.message).toMatch(message);
      expect(told?.hint).toMatch(hint);
      expect(witness.sandboxes.size).toBe(0);
    },
  );

  test.each(['Lambda.Unknown', 'Lambda.ServiceException', 'States.Timeout'])(
    'is not started twice when nobody knows whether the function ran (%s)',
    async (name) => {
      const { ports, witness } = onVolume();
      let invoked = 0;
      const dies = async () => {
        invoked += 1;
        throw Object.assign(new Error('gone'), { name });
      };

      const { end } = await execute(ports, {}, { restoreOnVolume: dies } as Partial<
        Record<Handler, () => Promise<never>>
      >);

      expect({ end, invoked }).toEqual({ end: 'COULD_NOT_VERIFY', invoked: 1 });
      expect(witness.sandboxes.size).toBe(0);
    },
  );

  test('that began under a machine without volumes could not verify, and says to start it again', async () => {
    const { ports, witness, asked } = onVolume();
    const machine = JSON.parse(
      readFileSync(new URL('released-definitions/edition-1.json', import.meta.url), 'utf8'),
    ) as ReturnType<typeof drillMachine>;

    const { end } = await execute(ports, {}, {}, machine);

    expect(end).toBe('COULD_NOT_VERIFY');
    expect(asked).toEqual([]);
    expect(witness.records[0]?.findings).toContainEqual(
      expect.objectContaining({ code: 'SANDBOX_UNAVAILABLE', hint: 'Start it again.' }),
    );
  });
});

test('a restore on a volume waits, ends and fails as any other does', () => {
  const { States } = drillMachine();
  const [plain, onOne] = [States[stateNames.restoreDump], States[stateNames.restoreOnVolume]] as State[];

  for (const key of ['TimeoutSeconds', 'HeartbeatSeconds', 'ResultPath', 'Catch', 'Next'])
    expect(onOne?.[key], key).toEqual(plain?.[key]);
});
