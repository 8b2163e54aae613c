import { describe, expect, test } from 'vitest';
import { failureFinding } from '../../../lib/domain/drill/failure.ts';

const task = (given: object) => JSON.stringify({ Containers: [{ Name: 'restore' }], ...given });

test('what ended a step is never a mere note, whatever its code means elsewhere', () => {
  expect(failureFinding({ Error: 'LEDGER_UNREADABLE', Cause: '' }).severity).toBe('unverified');
  expect(failureFinding({ Error: 'CHECKSUM_ABSENT', Cause: '' }).severity).toBe('unverified');
  expect(failureFinding({ Error: 'DUMP_CORRUPT', Cause: '' }).severity).toBe('error');
});

test.each([
  ['our tasks and the local run', { errorMessage: 'it lies elsewhere', hint: 'Set source.region.' }],
  [
    'Lambda',
    {
      errorType: 'DUMP_UNREADABLE',
      errorMessage: 'it lies elsewhere',
      trace: ['DUMP_UNREADABLE: it lies elsewhere', 'HINT: Set source.region.'],
    },
  ],
])('the hint of whoever threw reaches the finding, from %s', (_, cause) => {
  expect(failureFinding({ Error: 'DUMP_UNREADABLE', Cause: JSON.stringify(cause) })).toMatchObject({
    message: 'it lies elsewhere',
    hint: 'Set source.region.',
  });
});

describe('what a Catch wrote becomes a finding:', () => {
  test.each([
    [
      'our own error, from Lambda',
      'DUMP_CHANGED',
      '{"errorMessage":"it changed"}',
      'DUMP_CHANGED',
      'it changed',
    ],
    ['our own error, from here', 'SANDBOX_LOST', 'it went', 'SANDBOX_LOST', 'it went'],
    ['a time limit', 'States.Timeout', '', 'STEP_TIMED_OUT', 'ran into its time limit'],
    ['anything else', 'TypeError', 'x is not a function', 'INTERNAL_ERROR', 'TypeError: x is not a function'],
    ['a name of the language itself', 'toString', 'odd', 'INTERNAL_ERROR', 'toString: odd'],
    ['a silent task', 'States.HeartbeatTimeout', '', 'RESTORE_TASK_LOST', 'no heartbeat'],
    [
      'a task that RunTask refused',
      'AmazonECS.Unknown',
      JSON.stringify({
        Failures: [{ Arn: 'a', Reason: 'Capacity is unavailable', Detail: 'FARGATE' }],
        Tasks: [],
      }),
      'RESTORE_TASK_NOT_STARTED',
      'Capacity is unavailable: FARGATE',
    ],
    [
      'an error of ECS',
      'ECS.ClientException',
      'no such family',
      'RESTORE_TASK_NOT_STARTED',
      'no such family',
    ],
    [
      'a task whose image could not be pulled',
      'States.TaskFailed',
      task({ StopCode: 'TaskFailedToStart', StoppedReason: 'CannotPullContainerError: not found' }),
      'RESTORE_TASK_NOT_STARTED',
      'CannotPullContainerError: not found',
    ],
    [
      'a task without an exit code that did run',
      'States.TaskFailed',
      task({ StopCode: 'TerminationNotice', StoppedReason: 'retired', StartedAt: 1_763_700_000_000 }),
      'RESTORE_TASK_LOST',
      'without an exit code: retired',
    ],
    [
      'a task that ran out of memory',
      'States.TaskFailed',
      task({
        StopCode: 'EssentialContainerExited',
        StoppedReason: 'Essential container in task exited',
        Containers: [{ Name: 'restore', ExitCode: 137, Reason: 'OutOfMemoryError' }],
      }),
      'RESTORE_TASK_LOST',
      'with exit code 137: Essential container in task exited; OutOfMemoryError',
    ],
  ])('%s', (_what, error, cause, code, message) => {
    const found = failureFinding({ Error: error, Cause: cause });
    expect(found.code).toBe(code);
    expect(found.message).toContain(message);
  });

  test('cut to a length that a record can hold', () => {
    expect(failureFinding({ Error: 'Odd', Cause: 'x'.repeat(50_000) }).message.length).toBeLessThan(1100);
  });

  test('never with the environment of the task, which holds its token', () => {
    const cause = task({
      StoppedReason: 'gone',
      Overrides: { ContainerOverrides: [{ Environment: [{ Name: 'TASK_TOKEN', Value: 'top-secret' }] }] },
    });
    expect(failureFinding({ Error: 'States.TaskFailed', Cause: cause }).message).not.toContain('top-secret');
  });
});
