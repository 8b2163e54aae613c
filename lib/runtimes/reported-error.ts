import { isDrillError } from '../domain/findings/errors.ts';
import { toldSqlState } from '../domain/server-errors/sql-states.ts';

/** An error as it may leave a door: to a state's Cause, to the log. */
export interface ReportedError {
  /** Name for Catch: a finding code, or what the service or Node calls it. At most 256 characters. */
  name: string;
  message: string;
  hint: string | null;
  /** Where it was thrown, without the message: a message of the server may hold values. */
  frames: string[];
}

/** Step Functions takes a Cause of 32,768 characters; Lambda's JSON around ours, escaped, must fit too. */
const longestMessage = 8000;
const longestName = 256;

/**
 * What may be told of an error. PostgreSQL quotes row values in its messages, so of its errors only the SQLSTATE is
 * told; `secrets` are cut out wherever they stand.
 */
export function reportedError(error: unknown, secrets: readonly string[] = []): ReportedError {
  const known =
    error instanceof Error ? error : new Error(typeof error === 'string' ? error : 'not an Error');
  const frames = (known.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  const clean = (text: string) =>
    secrets
      .filter((secret) => secret !== '')
      .reduce((rest, secret) => rest.replaceAll(secret, '[secret]'), text);
  const message = isServerError(known)
    ? `PostgreSQL refused a statement with SQLSTATE ${toldSqlState(known.code)}`
    : known.message;
  return {
    name: clean(known.name).slice(0, longestName),
    message: clean(message).slice(0, longestMessage),
    hint: isDrillError(known) ? clean(known.hint) : null,
    frames: frames.slice(0, 10).map((line) => line.trim()),
  };
}

/**
 * The error to throw at Lambda's runtime, which reports `errorType` (our name), `errorMessage` and `trace` (the lines
 * of the stack): the console's Cause then reads name, message and hint, and no paths of minified code.
 */
export function lambdaError(reported: ReportedError): Error {
  const error = new Error(reported.message);
  error.name = reported.name;
  error.stack = [
    `${reported.name}: ${reported.message}`,
    ...(reported.hint === null ? [] : [`HINT: ${reported.hint}`]),
  ].join('\n');
  return error;
}

/** An error of PostgreSQL as drivers throw it; known by its shape, so that no door needs the driver for this. */
function isServerError(error: Error): error is Error & { code: string } {
  return 'severity' in error && 'code' in error && /^[0-9A-Z]{5}$/.test(String(error.code));
}
