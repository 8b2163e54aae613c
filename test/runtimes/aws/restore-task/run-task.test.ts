import { setTimeout as delay } from 'node:timers/promises';
import { SFNClient } from '@aws-sdk/client-sfn';
import { describe, expect, test } from 'vitest';
import { DrillError } from '../../../../lib/domain/findings/errors.ts';
import type { DoorLogger } from '../../../../lib/runtimes/aws/door-logger.ts';
import { runTask, type TaskRun } from '../../../../lib/runtimes/aws/restore-task/run-task.ts';
import { waitingState } from '../../../../lib/runtimes/aws/task-token.ts';
import {
  awsError,
  type RecordedCall,
  type Responder,
  scripted,
} from '../../../support/aws/scripted-client.ts';

const silent: DoorLogger = { info: () => {}, warn: () => {}, failed: () => {} };
const token = 'token-of-the-waiting-state';

/** A task whose heart beats every hundredth of a second. */
function aTask(given: Partial<TaskRun> & { respond?: Responder } = {}) {
  const { respond = () => ({}), ...rest } = given;
  const calls: RecordedCall[] = [];
  const client = scripted(new SFNClient({ region: 'eu-west-1' }), respond, calls);
  let published = 0;
  const run: TaskRun = {
    state: waitingState(client, token),
    work: async () => ({ complete: true }),
    publish: async () => {
      published += 1;
    },
    interrupted: new AbortController().signal,
    log: silent,
    secrets: [token],
    pace: { heartbeat: 0.01, progress: 0.01, letGo: 0.05 },
    ...rest,
  };
  return { run, calls, published: () => published, reports: () => calls.map(({ command }) => command) };
}

/** Work that ends only when it is told to. */
const untilStopped = (signal: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) =>
    signal.addEventListener('abort', () => reject(new Error('the connection was closed')), { once: true }),
  );

describe('a task that answers a waiting state', () => {
  test('beats while it works, publishes progress, and gives its output once', async () => {
    const beats = () => reports().filter((command) => command === 'SendTaskHeartbeat').length;
    const { run, calls, published, reports } = aTask({
      work: async () => {
        while (beats() < 3 || published() < 3) await delay(5);
        return { complete: true, rowsLoaded: 3 };
      },
    });

    const exitCode = await runTask(run);

    expect(exitCode).toBe(0);
    const last = calls.at(-1);
    expect(last?.command).toBe('SendTaskSuccess');
    expect(last?.input).toEqual({ taskToken: token, output: '{"complete":true,"rowsLoaded":3}' });
    await delay(40);
    expect(calls.at(-1)).toBe(last);
  });

  test('reports a failure under its own name, with message and hint, within the limits of Step Functions', async () => {
    const { run, calls } = aTask({
      work: async () => {
        throw new DrillError('SANDBOX_LOST', `gone, said ${token} ${'x'.repeat(40_000)}`, {
          hint: 'Look at the instance.',
        });
      },
    });

    const exitCode = await runTask(run);

    expect(exitCode).toBe(1);
    const { error, cause } = calls.at(-1)!.input as { error: string; cause: string };
    expect(error).toBe('SANDBOX_LOST');
    expect(cause.length).toBeLessThan(32_768);
    expect(JSON.parse(cause)).toMatchObject({ errorType: 'SANDBOX_LOST', hint: 'Look at the instance.' });
    expect(cause).not.toContain(token);
  });

  test('never tells what PostgreSQL said, because it quotes values', async () => {
    const refused = Object.assign(new Error('invalid input syntax for type integer: "Jane Doe"'), {
      severity: 'ERROR',
      code: '22P02',
    });
    const { run, calls } = aTask({ work: () => Promise.reject(refused) });

    await runTask(run);

    expect(JSON.stringify(calls)).not.toContain('Jane Doe');
    expect(calls.at(-1)?.input.cause).toContain('22P02');
  });

  test('stops its work and reports nothing when the state no longer waits', async () => {
    let stopped = false;
    const { run, reports } = aTask({
      respond: (command) => {
        if (command === 'SendTaskHeartbeat') throw awsError('TaskTimedOut');
        return {};
      },
      work: (signal) =>
        untilStopped(signal).catch((error: unknown) => {
          stopped = true;
          throw error;
        }),
    });

    const exitCode = await runTask(run);

    expect(exitCode).toBe(1);
    expect(stopped).toBe(true);
    expect(new Set(reports())).toEqual(new Set(['SendTaskHeartbeat']));
  });

  test('goes on when a heartbeat cannot be sent', async () => {
    const { run, reports } = aTask({
      respond: (command) => {
        if (command === 'SendTaskHeartbeat') throw awsError('InternalFailure', 'away', 500);
        return {};
      },
      work: () => delay(60).then(() => ({})),
    });

    expect(await runTask(run)).toBe(0);
    expect(reports().at(-1)).toBe('SendTaskSuccess');
  });

  test('reports INTERRUPTED, whatever the stopped work throws', async () => {
    const interruption = new AbortController();
    const { run, calls } = aTask({ work: untilStopped, interrupted: interruption.signal });
    setTimeout(() => interruption.abort(), 30);

    expect(await runTask(run)).toBe(1);
    expect(calls.at(-1)?.input.error).toBe('INTERRUPTED');
  });

  test('reports INTERRUPTED although the work does not let go', async () => {
    const interruption = new AbortController();
    const { run, calls } = aTask({ work: () => new Promise(() => {}), interrupted: interruption.signal });
    setTimeout(() => interruption.abort(), 10);

    expect(await runTask(run)).toBe(1);
    expect(calls.at(-1)?.input.error).toBe('INTERRUPTED');
  });

  test('fails when its success came too late to count', async () => {
    const { run } = aTask({
      respond: (command) => {
        if (command === 'SendTaskSuccess') throw awsError('TaskTimedOut');
        return {};
      },
    });

    expect(await runTask(run)).toBe(1);
  });
});
