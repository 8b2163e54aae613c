import { DrillError } from './errors.ts';
import { codesWhere } from './finding-registry.ts';

const endsReading = codesWhere((definition) => definition.endsReading === true);

/**
 * True for what the reader says of the file: it ends the reading but not the account. A surprise of the server or of
 * ours ends the whole restore.
 */
export function isOfTheDump(error: unknown): error is DrillError {
  return error instanceof DrillError && endsReading.has(error.code);
}
