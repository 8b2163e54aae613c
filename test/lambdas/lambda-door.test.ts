import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { handler as prepareHandOver } from '../../lambdas/prepare-hand-over.ts';
import { handler as runCheck } from '../../lambdas/run-check.ts';
import { evidenceOf } from '../../lib/contract/evidence.ts';
import { touch } from '../../lib/contract/touch.ts';
import { newDrillState } from '../../lib/domain/drill/drill-state.ts';
import { failureFinding } from '../../lib/domain/drill/failure.ts';
import { DrillError } from '../../lib/domain/findings/errors.ts';
import { lambdaDoor, stateDoor, touchable } from '../../lib/runtimes/aws/lambda-door.ts';
import { inMemoryPorts } from '../support/in-memory-ports.ts';

const aState = () =>
  newDrillState({ drillId: 'd1', database: 'shop', operator: 'schedule', startedAt: '2026-11-20T03:00:00Z' });

let lines: string[];
beforeEach(() => {
  lines = [];
  // Powertools has a console of its own over the streams of the process.
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, 'write').mockImplementation((text) => {
      lines.push(String(text));
      return true;
    });
  }
});
afterEach(() => vi.restoreAllMocks());

const logged = () => lines.map((line) => JSON.parse(line) as Record<string, unknown>);

/** What Lambda reports of an error that a handler threw (Node.js runtime: name, message, lines of the stack). */
function asLambdaReports(error: Error) {
  return JSON.stringify({
    errorType: error.name,
    errorMessage: error.message,
    trace: (error.stack ?? '').split('\n'),
  });
}

describe('a door', () => {
  test('throws what Lambda reports as the code of the finding, with message and hint for the console', async () => {
    const door = lambdaDoor('Select dump', async () => {
      throw new DrillError('DUMP_UNREADABLE', 'no access to s3://b/', { hint: 'Grant s3:ListBucket.' });
    });

    const error = await door(aState()).catch((thrown: unknown) => thrown as Error);

    const cause = asLambdaReports(error as Error);
    expect(JSON.parse(cause)).toEqual({
      errorType: 'DUMP_UNREADABLE',
      errorMessage: 'no access to s3://b/',
      trace: ['DUMP_UNREADABLE: no access to s3://b/', 'HINT: Grant s3:ListBucket.'],
    });
    expect(failureFinding({ Error: (error as Error).name, Cause: cause })).toMatchObject({
      code: 'DUMP_UNREADABLE',
      message: 'no access to s3://b/',
    });
  });

  test('keeps a Cause below 32,768 characters, even of quotes that JSON doubles', async () => {
    const door = lambdaDoor('Judge', () => Promise.reject(new Error('"'.repeat(100_000))));

    const error = await door(aState()).catch((thrown: unknown) => thrown as Error);

    expect(asLambdaReports(error as Error).length).toBeLessThan(32_768);
  });

  test('logs a failure once, with the drill in the line, and no value that PostgreSQL quoted', async () => {
    const refused = Object.assign(new Error('duplicate key (email)=(jane@example.org)'), {
      severity: 'ERROR',
      code: '23505',
    });
    const door = lambdaDoor('Run check', () => Promise.reject(refused));

    await expect(door({ ...aState(), attempt: 2 })).rejects.toThrow('SQLSTATE 23505');

    expect(logged()).toHaveLength(1);
    expect(logged()[0]).toMatchObject({ drillId: 'd1', database: 'shop', attempt: 2, state: 'Run check' });
    expect(lines.join()).not.toContain('jane');
  });

  test('knows the drill of a request that has no state yet', async () => {
    const door = lambdaDoor('Normalise request', async () => ({}));

    await door({ input: {}, execution: { name: 'drill-7' } });

    expect(logged()[0]).toMatchObject({ drillId: 'drill-7', message: 'step ended' });
  });

  test('refuses what is no state of a drill', async () => {
    const door = stateDoor(
      'judge',
      async (state) => state,
      () => inMemoryPorts().ports.evidence,
    );

    await expect(door({ drillId: 'd1' })).rejects.toThrow();
  });

  test('keeps the state when the drill got further, and not for a look that found nothing new', async () => {
    const { evidence } = inMemoryPorts().ports;
    const put = vi.spyOn(evidence, 'write');
    const door = (stage: 'sandbox pending' | 'sandbox ready') =>
      stateDoor(
        'lookAtSandbox',
        async (state) => ({ ...state, stage }),
        () => evidence,
      );
    const pending = { ...aState(), stage: 'sandbox pending' };

    await door('sandbox pending')(pending);
    expect(put).not.toHaveBeenCalled();

    const ready = await door('sandbox ready')(pending);
    expect(await evidence.find(evidenceOf.state, 'd1')).toEqual(ready);
  });

  test('does not fail a drill because its state could not be kept', async () => {
    const evidence = {
      ...inMemoryPorts().ports.evidence,
      write: () => Promise.reject(new Error('the bucket is away')),
    };
    const door = stateDoor(
      'judge',
      async (state) => ({ ...state, stage: 'judged' }),
      () => evidence,
    );

    expect((await door(aState())).stage).toBe('judged');
    expect(lines.join()).toContain('could not be kept');
  });
});

describe('a door that is touched', () => {
  test.each([
    ['run-check', runCheck],
    ['prepare-hand-over', prepareHandOver],
  ])('does nothing, not even log: %s', async (_door, handler) => {
    expect(await handler(touch)).toBeNull();
    expect(lines).toEqual([]);
  });

  test('still does its work for everything else', async () => {
    const door = touchable(lambdaDoor('Run check', async (payload) => payload));

    expect(await door({ touch: false })).toEqual({ touch: false });
  });
});
