import { DrillError } from './errors.ts';

/** Findings about the file that end reading but not the account; everything else ends the restore. */
const dumpCodes: ReadonlySet<string> = new Set([
  'DUMP_TRUNCATED',
  'DUMP_CORRUPT',
  'DUMP_CHANGED',
  'CHECKSUM_MISMATCH',
  'DUMP_UNREADABLE',
  'DECRYPTION_FAILED',
  'DUMP_EMPTY',
  'DUMP_NOT_A_DUMP',
  'STATEMENT_TOO_LARGE',
  'DECOMPRESSION_LIMIT',
]);

/** True for what the reader says of the file, as opposed to a surprise of the server or of ours. */
export function isOfTheDump(error: unknown): error is DrillError {
  return error instanceof DrillError && dumpCodes.has(error.code);
}
