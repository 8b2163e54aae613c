import { describe, expect, test } from 'vitest';
import { DrillError, isDrillError } from '../../../lib/domain/findings/errors.ts';
import { findingRegistry } from '../../../lib/domain/findings/findings.ts';

describe('a named error', () => {
  test('carries its code as name, so that a Catch of the state machine matches it', () => {
    expect(new DrillError('SANDBOX_LOST', 'the sandbox is gone')).toMatchObject({
      name: 'SANDBOX_LOST',
      code: 'SANDBOX_LOST',
      message: 'the sandbox is gone',
      fault: 'user',
      retryable: false,
    });
  });

  test('gives the next step of the registry unless the thrower knows a more exact one', () => {
    expect(new DrillError('SANDBOX_LOST', 'x').hint).toBe(findingRegistry.SANDBOX_LOST.hint);
    expect(new DrillError('SANDBOX_LOST', 'x', { hint: undefined }).hint).toBe(
      findingRegistry.SANDBOX_LOST.hint,
    );
    expect(new DrillError('SANDBOX_LOST', 'x', { hint: 'Look at port 5432.' }).hint).toBe(
      'Look at port 5432.',
    );
  });

  test('is told from any other error', () => {
    expect(isDrillError(new DrillError('SANDBOX_LOST', 'x'))).toBe(true);
    expect(isDrillError(Object.assign(new Error('ECONNRESET'), { code: 'ECONNRESET' }))).toBe(false);
    expect(isDrillError('SANDBOX_LOST')).toBe(false);
  });
});
