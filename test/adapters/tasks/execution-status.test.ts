import { SFNClient } from '@aws-sdk/client-sfn';
import { describe, expect, test } from 'vitest';
import { createExecutionStatus } from '../../../lib/adapters/tasks/execution-status.ts';
import { awsError, type RecordedCall, type Responder, scripted } from '../../support/aws/scripted-client.ts';

function aStatus(respond: Responder) {
  const calls: RecordedCall[] = [];
  const unknown: string[][] = [];
  const status = createExecutionStatus({
    client: scripted(new SFNClient({ region: 'eu-west-1' }), respond, calls),
    stateMachineArn: 'arn:aws:states:eu-west-1:111122223333:stateMachine:restore-drill',
    onUnknown: (...told) => void unknown.push(told),
  });
  return { status, calls, unknown };
}

const failing = (name: string) => () => {
  throw awsError(name);
};

describe('whether a drill runs', () => {
  test('is asked of the execution of its name', async () => {
    const { status, calls } = aStatus(() => ({ status: 'RUNNING' }));
    expect(await status.isRunning('drill-1')).toBe(true);
    expect(calls).toEqual([
      {
        service: 'SFN',
        command: 'DescribeExecution',
        input: { executionArn: 'arn:aws:states:eu-west-1:111122223333:execution:restore-drill:drill-1' },
      },
    ]);
  });

  test.each([
    ['RUNNING', true],
    ['PENDING_REDRIVE', true],
    ['SUCCEEDED', false],
    ['FAILED', false],
    ['TIMED_OUT', false],
    ['ABORTED', false],
  ])('for %s is %s', async (state, running) => {
    expect(await aStatus(() => ({ status: state })).status.isRunning('drill-1')).toBe(running);
  });

  test('is no for an execution that does not exist', async () => {
    expect(await aStatus(failing('ExecutionDoesNotExist')).status.isRunning('drill-1')).toBe(false);
  });

  test.each(['AccessDeniedException', 'ThrottlingException', 'InternalServerError'])(
    'is yes when nobody can tell (%s): what runs must not be removed',
    async (name) => {
      const { status, unknown } = aStatus(failing(name));
      expect(await status.isRunning('drill-1')).toBe(true);
      expect(unknown).toEqual([['drill-1', name]]);
    },
  );

  test.each(['', 'a b', 'a/b', 'x'.repeat(81), 'drill:1'])(
    'is no without asking for "%s", which no execution is called',
    async (name) => {
      const { status, calls } = aStatus(() => ({ status: 'RUNNING' }));
      expect(await status.isRunning(name)).toBe(false);
      expect(calls).toEqual([]);
    },
  );
});

describe('whether a drill has just ended', () => {
  const at = (stopDate?: string) =>
    aStatus(() => ({
      status: 'ABORTED',
      ...(stopDate === undefined ? {} : { stopDate: new Date(stopDate) }),
    })).status;
  const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();

  test.each([
    [5, true],
    [90, false],
  ])('%s minutes ago is %s for the hour in which it may still be cleaned up after', async (minutes, just) => {
    expect(await at(minutesAgo(minutes)).endedWithin('drill-1', 3600)).toBe(just);
  });

  test('is no while it runs, or when it never ran', async () => {
    expect(await at().endedWithin('drill-1', 3600)).toBe(false);
    expect(await aStatus(failing('ExecutionDoesNotExist')).status.endedWithin('drill-1', 3600)).toBe(false);
  });

  test('is yes when nobody can tell: its record is left to whoever cleans up', async () => {
    expect(await aStatus(failing('ThrottlingException')).status.endedWithin('drill-1', 3600)).toBe(true);
  });
});
