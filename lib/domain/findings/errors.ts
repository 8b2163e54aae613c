import { type FindingCode, findingRegistry } from './finding-registry.ts';

/** Whose move it is: the user's (wrong input), a service's (AWS, the server, the disk) or ours (a defect). */
export type Fault = 'user' | 'service' | 'us';

interface DrillErrorOptions {
  /** One full sentence that names the next step, where it is more exact than the registry's for the code. */
  hint?: string | undefined;
  fault?: Fault;
  cause?: unknown;
  /** True when the very same call may succeed later without anybody changing anything. */
  retryable?: boolean;
  /** True when what was typed or written is wrong, and not what was found: the command line ends with 64. */
  usage?: boolean;
}

/**
 * A surprise with a name. Expected outcomes are values; this is thrown for what ends a step.
 *
 * `code` is the finding that the record will carry; `name` equals `code`, because Step Functions and its local
 * interpreter match Catch and Retry on the error's name. The message is lower case, has no final stop and shows the
 * offending value; it never holds row values of the user's data.
 */
export class DrillError extends Error {
  readonly code: FindingCode;
  readonly hint: string;
  readonly fault: Fault;
  readonly retryable: boolean;
  readonly usage: boolean;

  constructor(code: FindingCode, message: string, options: DrillErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = code;
    this.code = code;
    this.hint = options.hint ?? findingRegistry[code].hint;
    this.fault = options.fault ?? 'user';
    this.retryable = options.retryable ?? false;
    this.usage = options.usage ?? code === 'REQUEST_INVALID';
  }
}

/** True for our own named errors, also across duplicated bundles (the class may exist twice). */
export function isDrillError(error: unknown): error is DrillError {
  return error instanceof Error && 'code' in error && 'hint' in error && 'fault' in error;
}
