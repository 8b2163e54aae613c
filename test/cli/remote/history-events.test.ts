import { describe, expect, test } from 'vitest';
import { causeText, HistoryReader } from '../../../lib/cli/remote/history-events.ts';
import { aState, provenDrill, upToSandbox } from './support/drills.ts';
import { ExecutionHistory } from './support/execution-history.ts';

const newsOf = (history: ExecutionHistory) => new HistoryReader().read(history.events);

describe('the history of an execution', () => {
  test('is told state by state, in its order, and ends with how the execution ended', () => {
    const news = newsOf(provenDrill());

    const entered = news.flatMap((one) => (one.kind === 'entered' ? [one.state] : []));
    expect(entered.slice(0, 4)).toEqual([
      'Normalise request',
      'Request accepted?',
      'Select dump',
      'Dump found?',
    ]);
    expect(entered.filter((state) => state === 'Run check')).toHaveLength(3);
    expect(news.at(-1)).toEqual({
      ...{ kind: 'ended', status: 'SUCCEEDED', error: null, cause: null },
      at: expect.any(Date),
    });
  });

  test('read in pieces is the same as read at once', () => {
    const { events } = provenDrill();
    const whole = new HistoryReader().read(events);

    for (const size of [1, 3, 17]) {
      const reader = new HistoryReader();
      const pieces = [];
      for (let from = 0; from < events.length; from += size)
        // Polls overlap: what was read before comes again.
        pieces.push(...reader.read(events.slice(Math.max(0, from - 2), from + size)));
      expect(pieces).toEqual(whole);
    }
  });

  test('tells what a state left', () => {
    const state = aState({ stage: 'dump selected' });
    const news = newsOf(new ExecutionHistory().did('normaliseRequest').did('selectDump', { output: state }));

    expect(news.at(-1)).toMatchObject({ kind: 'exited', step: 'selectDump', outcome: { data: state } });
  });

  test('tells that a caught task failed, though its state exits like any other', () => {
    const news = newsOf(upToSandbox().failed('prepareRestore', { error: 'SANDBOX_LOST', cause: 'it went' }));

    expect(news.at(-1)).toMatchObject({
      step: 'prepareRestore',
      outcome: { error: 'SANDBOX_LOST', cause: 'it went' },
    });
  });

  test('forgives a failure that a retry made good', () => {
    const state = aState();
    const news = newsOf(new ExecutionHistory().retried('normaliseRequest', state));

    expect(news.at(-1)).toMatchObject({ step: 'normaliseRequest', outcome: { data: state } });
  });

  test('knows checks apart that run side by side: one that dies does not stain the others', () => {
    const history = upToSandbox().did('prepareRestore').did('restoreDump').did('planChecks');
    const news = newsOf(history.checks(4, { dead: 1 }));

    const outcomes = news.flatMap((one) =>
      one.kind === 'exited' && one.step === 'runCheck' ? [Object.keys(one.outcome)] : [],
    );
    expect(outcomes).toEqual([['error', 'cause'], ['data'], ['data'], ['data']]);
    expect(news.at(-1)).toMatchObject({ step: 'runChecks', outcome: { data: {} } });
  });

  test('bears a document that was cut off', () => {
    const news = newsOf(new ExecutionHistory().did('normaliseRequest').cutOff('selectDump'));

    expect(news.at(-1)).toMatchObject({ step: 'selectDump', outcome: { data: null } });
  });

  test('tells an abort and a failed end apart', () => {
    expect(newsOf(upToSandbox().aborted()).at(-1)).toMatchObject({ status: 'ABORTED' });
    const failed = new ExecutionHistory()
      .failed('normaliseRequest', { error: 'INTERNAL_ERROR' })
      .ends('failNotSealed', { error: 'RECORD_NOT_SEALED', cause: 'no record' });
    expect(newsOf(failed).at(-1)).toMatchObject({
      ...{ status: 'FAILED', error: 'RECORD_NOT_SEALED', cause: 'no record' },
    });
  });
});

describe('the cause of a failed task', () => {
  test.each([
    [
      'of a Lambda',
      'DUMP_CHANGED',
      '{"errorType":"DUMP_CHANGED","errorMessage":"it was replaced"}',
      'it was replaced',
    ],
    [
      'of an ECS task',
      'States.TaskFailed',
      '{"StoppedReason":"OutOfMemory"}',
      'States.TaskFailed: OutOfMemory',
    ],
    ['in plain words', 'RESTORE_TASK_LOST', 'no heartbeat\nsecond line', 'no heartbeat'],
    ['that says nothing', 'States.Timeout', '', 'States.Timeout'],
  ])('%s is one line', (_of, error, cause, line) => {
    expect(causeText(error, cause)).toBe(line);
  });
});
