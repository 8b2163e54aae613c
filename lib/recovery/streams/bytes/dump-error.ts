import { DrillError } from '../../../domain/findings/errors.ts';
import type { FindingCode } from '../../../domain/findings/findings.ts';

/**
 * The error of a dump that does not hold what it announces, with the registry's hint. The message is lower case, has
 * no final stop and never shows the dump's content.
 */
export function dumpError(code: FindingCode, message: string, cause?: unknown): DrillError {
  return new DrillError(code, message, { cause });
}
