import { describe, expect, test } from 'vitest';
import { isOfTheDump } from '../../../lib/domain/findings/dump-damage.ts';
import { DrillError } from '../../../lib/domain/findings/errors.ts';
import type { FindingCode } from '../../../lib/domain/findings/findings.ts';

describe('what is thrown while a dump is read', () => {
  test.each<FindingCode>([
    'DUMP_TRUNCATED',
    'DUMP_CORRUPT',
    'DUMP_CHANGED',
    'DUMP_EMPTY',
    'DECRYPTION_FAILED',
  ])('ends the reading and leaves an account when it is %s', (code) => {
    expect(isOfTheDump(new DrillError(code, 'x'))).toBe(true);
  });

  test.each<FindingCode>([
    'SANDBOX_LOST',
    'SANDBOX_DISK_FULL',
    'INTERRUPTED',
    'CREATE_NOT_ALLOWED',
    'INTERNAL_ERROR',
  ])('ends the whole restore when it is %s', (code) => {
    expect(isOfTheDump(new DrillError(code, 'x'))).toBe(false);
  });

  test('ends the whole restore when it has no name of ours', () => {
    expect(isOfTheDump(new TypeError('DUMP_TRUNCATED'))).toBe(false);
  });
});
