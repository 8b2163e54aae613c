import { SFNClient } from '@aws-sdk/client-sfn';
import { describe, expect, test } from 'vitest';
import { createEndedExecutions } from '../../../lib/adapters/tasks/ended-executions.ts';
import { type RecordedCall, scripted } from '../../support/aws/scripted-client.ts';

const stateMachineArn = 'arn:aws:states:eu-west-1:111122223333:stateMachine:restore-drill';
const hour = 3_600_000;
const start = Date.parse('2026-11-20T00:00:00.000Z');

interface Listed {
  name: string;
  status: string;
  startedHour: number;
  stoppedHour: number;
}

/** Executions as ListExecutions gives them: by status, newest start first, in pages of two. */
function aMachine(executions: Listed[]) {
  const calls: RecordedCall[] = [];
  const client = scripted(
    new SFNClient({ region: 'eu-west-1' }),
    (_command, { statusFilter, nextToken }) => {
      const from = Number(nextToken ?? 0);
      const all = executions
        .filter(({ status }) => status === statusFilter)
        .sort((a, b) => b.startedHour - a.startedHour);
      return {
        executions: all.slice(from, from + 2).map(({ name, status, startedHour, stoppedHour }) => ({
          ...{ name, status, stateMachineArn, executionArn: `${stateMachineArn}:${name}` },
          startDate: new Date(start + startedHour * hour),
          stopDate: new Date(start + stoppedHour * hour),
        })),
        ...(from + 2 < all.length ? { nextToken: String(from + 2) } : {}),
      };
    },
    calls,
  );
  return { executions: createEndedExecutions({ client, stateMachineArn }), calls };
}

describe('executions that ended', () => {
  test('are found whichever way they ended, when they ended in the time asked for', async () => {
    const { executions } = aMachine([
      { name: 'failed', status: 'FAILED', startedHour: 9, stoppedHour: 10 },
      { name: 'timed-out', status: 'TIMED_OUT', startedHour: -62, stoppedHour: 10 },
      { name: 'aborted', status: 'ABORTED', startedHour: 9, stoppedHour: 10 },
      { name: 'before', status: 'FAILED', startedHour: 1, stoppedHour: 2 },
      { name: 'well', status: 'SUCCEEDED', startedHour: 9, stoppedHour: 10 },
    ]);

    const found = await executions.endedAfter(new Date(start + 9 * hour).toISOString());

    expect(found.map(({ drillId, status }) => [drillId, status])).toEqual([
      ['well', 'SUCCEEDED'],
      ['failed', 'FAILED'],
      ['timed-out', 'TIMED_OUT'],
      ['aborted', 'ABORTED'],
    ]);
    expect(found[1]?.endedAt).toBe('2026-11-20T10:00:00.000Z');
  });

  test('are looked for behind newer ones, but not further back than an execution can last', async () => {
    const old = Array.from({ length: 50 }, (_, index) => ({
      name: `old-${index}`,
      ...{ status: 'FAILED', startedHour: -200 - index, stoppedHour: -199 - index },
    }));
    const { executions, calls } = aMachine([
      { name: 'one', status: 'FAILED', startedHour: 9.9, stoppedHour: 9.95 },
      { name: 'two', status: 'FAILED', startedHour: 9.8, stoppedHour: 9.9 },
      { name: 'long', status: 'FAILED', startedHour: -60, stoppedHour: 9.5 },
      ...old,
    ]);

    const found = await executions.endedAfter(new Date(start + 9 * hour).toISOString());

    expect(found.map(({ drillId }) => drillId)).toEqual(['one', 'two', 'long']);
    expect(calls.filter(({ input }) => input.statusFilter === 'FAILED')).toHaveLength(2);
  });
});
