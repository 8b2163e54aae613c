import { describe, expect, test } from 'vitest';
import type { DrillProgress } from '../../../lib/cli/progress/drill-progress.ts';
import { createPlainProgress } from '../../../lib/cli/progress/plain-progress.ts';
import { type WatchedExecution, watchExecution } from '../../../lib/cli/remote/remote-watcher.ts';
import { ReplayedProgress } from '../../../lib/cli/remote/replayed-progress.ts';
import type { RestoreProgress } from '../../../lib/domain/recovery/restore-account.ts';
import type { Clock } from '../../../lib/ports/clock.ts';
import { awsError } from '../../support/aws/scripted-client.ts';
import { RecordingStream } from '../../support/recording-stream.ts';
import { aState, provenDrill, restoreToApprove, tornDown, upToJudge, upToSandbox } from './support/drills.ts';
import { ExecutionHistory } from './support/execution-history.ts';

/** Watches; at each pause the test may let the drill go on. */
async function watched(
  history: ExecutionHistory,
  options: Partial<WatchedExecution> & { onPause?: (pauses: number[]) => void; signal?: AbortSignal } = {},
) {
  const { onPause = () => {}, signal = new AbortController().signal, ...execution } = options;
  const stream = new RecordingStream();
  const pauses: number[] = [];
  let now = history.now;
  const clock: Clock = {
    now: () => now,
    sleep: async (seconds) => {
      pauses.push(seconds);
      now = new Date(now.getTime() + seconds * 1000);
      if (pauses.length > 500) throw new Error('the watching never ends');
      onPause(pauses);
    },
  };
  // Every progress is shown: the plain one holds them back for its line every 30 s.
  const progress: DrillProgress = {
    ...createPlainProgress(stream),
    stepProgress: (name, text) => void stream.write(`${name}: ${text}\n`),
  };
  const ending = await watchExecution(
    {
      eventsSince: async (afterId) => history.events.filter(({ id = 0 }) => id > afterId),
      restoreProgress: async () => null,
      approveCommand: 'restore-drill approve X',
      ...execution,
    },
    progress,
    clock,
    signal,
  );
  return { ending, text: stream.text, pauses };
}

describe('a drill that has ended', () => {
  test('is shown as the local run shows it, with the times of its own history', async () => {
    const { ending, text, pauses } = await watched(provenDrill());

    expect(text).toMatchInlineSnapshot(`
      "Select dump
      Select dump: done in 2 s, postgres/shop_20261121T020000Z.dump (custom archive 1.14, 12.3 MB)
      Provision sandbox
      Provision sandbox: done in 4 min 54 s, PostgreSQL 15.17
      Restore dump into sandbox
      Restore dump into sandbox: waiting for the restore task to start
      Restore dump into sandbox: done in 3 min, 49,324 rows
      Run checks
      Run checks: 1 of 3
      Run checks: 2 of 3
      Run checks: 3 of 3
      Run checks: done in 7 s, 3 of 3
      Tear down sandbox
      Tear down sandbox: done in 32 s
      Seal record
      Seal record: done in 1 s
      "
    `);
    expect(ending?.status).toBe('SUCCEEDED');
    expect(pauses).toEqual([]);
  });

  test('shows where it failed and why', async () => {
    const history = upToSandbox()
      .did('prepareRestore')
      .failed('restoreDump', { error: 'States.HeartbeatTimeout', seconds: 300, type: 'TaskTimedOut' })
      .did('judge', { output: aState({ stage: 'judged' }) });
    tornDown(history).ends('failCouldNotVerify', { error: 'COULD_NOT_VERIFY', cause: 'the task was lost' });

    const { ending, text } = await watched(history);

    expect(text).toContain('Restore dump into sandbox: failed after 5 min, States.HeartbeatTimeout');
    expect(ending).toMatchObject({ status: 'FAILED', error: 'COULD_NOT_VERIFY', cause: 'the task was lost' });
  });

  test('is shown without details where the history cut them off', async () => {
    const history = new ExecutionHistory().did('normaliseRequest').cutOff('selectDump');
    history.did('judge', { output: aState({ stage: 'judged', dump: null }) });
    tornDown(history).ends('failCouldNotVerify');

    const { text } = await watched(history);

    expect(text).toContain('Select dump: done in');
  });
});

describe('a drill that runs', () => {
  test('is followed to its end, asking no oftener than every three seconds', async () => {
    const history = upToSandbox();

    const { ending, pauses } = await watched(history, {
      onPause: ({ length }) => {
        if (length === 3) upToJudge(history).did('judge', { output: aState({ stage: 'judged' }) });
        if (length === 5) tornDown(history).ends('succeed');
      },
    });

    expect(ending?.status).toBe('SUCCEEDED');
    expect(pauses).toEqual([3, 3, 3, 3, 3]);
  });

  test('is asked for less often when nothing happens for five minutes', async () => {
    const stop = new AbortController();
    const { pauses } = await watched(upToSandbox(), {
      signal: stop.signal,
      onPause: ({ length }) => length === 110 && stop.abort(),
    });

    expect(pauses.slice(0, 100)).toEqual(Array(100).fill(3));
    expect(pauses.slice(101)).toEqual(Array(pauses.length - 101).fill(10));
  });

  test('shows what the restore task left, of the attempt in hand, while it restores', async () => {
    const history = upToSandbox()
      .did('prepareRestore')
      .entered('restoreDump', aState({ attempt: 2 }));
    const asked: number[] = [];
    const progress: RestoreProgress = {
      ...{ bytesRead: 5_000_000, bytesTotal: 10_000_000, entriesDone: 3, rowsLoaded: 1234 },
      ...{ currentObject: 'public.orders', phase: 'data' },
    };

    const { text } = await watched(history, {
      restoreProgress: async (attempt) => {
        asked.push(attempt);
        return asked.length < 2 ? null : progress;
      },
      onPause: ({ length }) => {
        if (length !== 3) return;
        history.exited('restoreDump', { restored: { complete: true, rowsLoaded: 1234 } });
        history.did('planChecks').checks(1).did('judge');
        tornDown(history).ends('succeed');
      },
    });

    expect(asked).toEqual([2, 2, 2]);
    expect(text).toContain('Restore dump into sandbox: waiting for the restore task to start\n');
    expect(text).toContain('Restore dump into sandbox: 50 % of 10.0 MB, 1,234 rows, public.orders\n');
  });

  test('goes on when the watching is stopped', async () => {
    const stop = new AbortController();

    const { ending } = await watched(upToSandbox(), { signal: stop.signal, onPause: () => stop.abort() });

    expect(ending).toBeNull();
  });

  test('is still watched after the network was gone for a while', async () => {
    const history = provenDrill();
    let reads = 0;

    const { ending, text } = await watched(history, {
      eventsSince: async () => {
        reads += 1;
        if (reads < 10) throw Object.assign(new Error('getaddrinfo ENOTFOUND states'), { code: 'ENOTFOUND' });
        return history.events;
      },
    });

    expect(ending?.status).toBe('SUCCEEDED');
    expect(text.match(/cannot be reached.*still trying/g)).toHaveLength(1);
  });

  test('fails to be watched when the network stays away, and at once when the credentials expire', async () => {
    const gone = Object.assign(new Error('getaddrinfo ENOTFOUND states'), { code: 'ENOTFOUND' });
    const lost = watched(upToSandbox(), { eventsSince: () => Promise.reject(gone) });
    await expect(lost).rejects.toThrow('AWS cannot be reached');

    let pauses = 0;
    const expired = watched(upToSandbox(), {
      eventsSince: () => Promise.reject(awsError('ExpiredTokenException')),
      onPause: () => {
        pauses += 1;
      },
    });
    await expect(expired).rejects.toThrow('the AWS credentials have expired');
    expect(pauses).toBe(0);
  });
});

describe('what only an account has', () => {
  test('a thaw is one line, however often it is looked at', async () => {
    const thawing = aState({ stage: 'dump thawing' });
    const history = new ExecutionHistory()
      .did('normaliseRequest')
      .did('selectDump', { output: aState({ stage: 'dump selected' }) })
      .did('thawDump', { output: thawing })
      .did('waitForThaw', { seconds: 900 })
      .did('thawDump', { output: thawing })
      .did('waitForThaw', { seconds: 900 })
      .did('thawDump', { output: aState({ stage: 'dump readable' }) })
      .did('planSandbox', { output: aState({ stage: 'plan impossible' }) })
      .did('judge');
    tornDown(history).ends('failCouldNotVerify');

    const { text } = await watched(history);

    expect(text.match(/^Thaw dump.*$/gm)).toEqual([
      'Thaw dump: the archive gives it out in 3 to 12 hours, as a rule',
      'Thaw dump: done in 30 min 2 s',
    ]);
  });

  test('a wait for a free slot is one line, however often it is looked at', async () => {
    const waiting = aState({ stage: 'waiting for a slot' });
    const history = new ExecutionHistory()
      .did('normaliseRequest')
      .did('selectDump', { output: aState({ stage: 'dump selected' }) })
      .did('thawDump', { output: aState({ stage: 'dump readable' }) })
      .did('planSandbox', { output: waiting })
      .did('waitForSlot', { seconds: 300 })
      .did('planSandbox', { output: waiting })
      .did('waitForSlot', { seconds: 300 })
      .did('planSandbox', { output: aState({ stage: 'plan impossible' }) })
      .did('judge');
    tornDown(history).ends('failCouldNotVerify');

    const { text } = await watched(history);

    expect(text.match(/^Wait for a free slot.*$/gm)).toEqual([
      'Wait for a free slot: as many drills run as may at once; a look every 5 minutes',
      'Wait for a free slot: done in 10 min 2 s',
    ]);
  });

  test('a dump that is not archived has no such line', async () => {
    expect((await watched(provenDrill())).text).not.toContain('Thaw');
  });

  test('an answered question, a promotion and a hand-over have their lines', async () => {
    const approved = { approval: { decision: 'approved', by: 'arn:aws:iam::1:role/on-call' } };
    const history = restoreToApprove().waits(600);
    history
      .exited('askApproval', { ...aState(), ...approved })
      .did('prepareHandOver', { output: aState({ stage: 'ready to promote' }) })
      .did('promote', { output: aState({ stage: 'promotion pending' }) })
      .did('waitForPromotion', { seconds: 60 })
      .did('lookAtPromotion', { output: aState({ stage: 'promotion pending' }) })
      .did('waitForPromotion', { seconds: 60 })
      .did('lookAtPromotion', { output: aState({ stage: 'promoted' }) })
      .did('handOver', { output: { ...aState(), handOver: { endpoint: 'db.example', complete: true } } })
      .did('sealRecord')
      .ends('handedOver');

    const { text } = await watched(history);

    expect(text.slice(text.indexOf('Await approval'))).toMatchInlineSnapshot(`
      "Await approval
      Await approval: done in 10 min, approved by arn:aws:iam::1:role/on-call
      Prepare hand-over
      Prepare hand-over: done in 1 s
      Promote
      Promote: done in 2 min 3 s
      Hand over
      Hand over: done in 1 s, db.example
      Seal record
      Seal record: done in 1 s
      "
    `);
  });

  test('a question says once how to answer it, while it is open', async () => {
    const history = restoreToApprove();

    const { text } = await watched(history, {
      onPause: ({ length }) => {
        if (length !== 3) return;
        history.exited('askApproval', { approval: { decision: 'declined', by: 'link' } });
        tornDown(history).ends('failDeclined');
      },
    });

    expect(text.match(/a person must decide; answer with: restore-drill approve X\n/g)).toHaveLength(1);
  });

  test('a decline and a question that nobody answers are shown as what they are', async () => {
    const declined = restoreToApprove().waits(60);
    declined.exited('askApproval', { approval: { decision: 'declined', by: 'link' } });
    tornDown(declined).ends('failDeclined');
    expect((await watched(declined)).text).toContain(
      'Await approval: failed after 1 min, declined by link\n',
    );

    const judged = upToJudge().did('judge', { output: aState({ stage: 'awaiting approval' }) });
    judged.failed('askApproval', { error: 'States.Timeout', seconds: 43_200, type: 'TaskTimedOut' });
    judged.did('nobodyAnswered');
    tornDown(judged).ends('failDeclined');
    expect((await watched(judged)).text).toContain(
      'Await approval: failed after 12 h, nobody answered in time',
    );
  });

  test('hooks have their own lines, long checks count among the checks', async () => {
    const one = [{ index: 0, name: 'one' }];
    const history = upToSandbox()
      .did('prepareRestore')
      .did('restoreDump', { output: { ...aState(), restored: { complete: true, rowsLoaded: 1 } } })
      .did('runMigration', { seconds: 12 })
      .did('planChecks', { output: aState({ checks: one, longChecks: one }) })
      .did('runLongChecks', { seconds: 1000, output: aState({ longChecks: one }) })
      .checks(1)
      .failed('runSmokeTest', {
        error: 'States.TaskFailed',
        cause: '{"StoppedReason":"Essential container exited"}',
      });
    history.did('judge');
    tornDown(history).ends('failNotProven');

    const { text } = await watched(history);

    expect(text).toContain('Run migration hook: done in 12 s\n');
    expect(text).toContain('Run checks: done in 16 min 44 s, 2 of 2\n');
    expect(text).toContain(
      'Run smoke test: failed after 1 s, States.TaskFailed: Essential container exited\n',
    );
  });
});

describe('progress of a drill elsewhere', () => {
  test('says how long ago a step began', () => {
    const told: unknown[][] = [];
    const now = new Date('2026-11-21T03:10:00Z');
    const replayed = new ReplayedProgress(
      {
        stepBegan: (...given) => told.push(given),
        stepProgress: () => {},
        stepEnded: (...given) => told.push(given),
        note: () => {},
        close: () => {},
      },
      () => now,
    );

    replayed.at = new Date('2026-11-21T03:08:00Z');
    replayed.stepBegan('Restore dump into sandbox');
    replayed.at = null;
    replayed.stepEnded('Restore dump into sandbox', { seconds: 0 });

    expect(told).toEqual([
      ['Restore dump into sandbox', undefined, 120],
      ['Restore dump into sandbox', { seconds: 120 }],
    ]);
  });
});
