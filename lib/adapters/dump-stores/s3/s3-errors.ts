import { DrillError, isDrillError } from '../../../domain/findings/errors.ts';

/** What an SDK error carries that we look at. Error classes of the SDK are compared by name: bundles duplicate them. */
interface SdkError {
  name: string;
  message: string;
  status: number | null;
  cause: unknown;
}

const networkNames = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
  'EPIPE',
  'TimeoutError',
  'NetworkingError',
]);
const credentialNames = new Set([
  'InvalidAccessKeyId',
  'SignatureDoesNotMatch',
  'ExpiredToken',
  'ExpiredTokenException',
  'InvalidToken',
  'RequestExpired',
]);

/**
 * Gives an error of the S3 client its name among ours. S3 answers 403 instead of 404 for a missing key when the caller
 * may not list the bucket (SDK documentation of GetObject), so the hint of a 403 speaks of both.
 *
 * @param what the object or bucket, e.g. `s3://acme-backups/postgres/x.dump`
 */
export function namedS3Error(error: unknown, what: string): DrillError {
  if (isDrillError(error)) return error;
  const { name, message, status } = readError(error);
  const made = (...args: ConstructorParameters<typeof DrillError>) =>
    new DrillError(args[0], args[1], { cause: error, ...args[2] });
  if (name === 'NoSuchBucket') {
    return made('DUMP_NOT_FOUND', `there is no bucket for ${what}`, {
      hint: 'Check the name of the bucket, its region and the endpoint in drills.yaml.',
    });
  }
  if (name === 'NoSuchKey' || name === 'NotFound' || name === 'NoSuchVersion' || status === 404) {
    return made('DUMP_NOT_FOUND', `${what} does not exist`, { hint: 'Check the key for spelling.' });
  }
  if (name === 'PreconditionFailed' || status === 412) {
    return made('DUMP_CHANGED', `${what} is no longer the object that was selected`);
  }
  if (name === 'InvalidObjectState') {
    return made('DUMP_UNREADABLE', `${what} is archived and cannot be read`, {
      hint: 'Thaw it first (aws s3api restore-object), or keep the newest dumps in a storage class that is read directly.',
    });
  }
  if (credentialNames.has(name)) {
    return made('DUMP_UNREADABLE', `the credentials for ${what} were not accepted (${name})`, {
      hint: 'Sign in again (aws sso login), or check AWS_PROFILE and the AWS_… environment variables.',
    });
  }
  if (/^(CredentialsProviderError|ProviderError|TokenProviderError)$/.test(name)) {
    return made('DUMP_UNREADABLE', `there are no credentials to read ${what}`, {
      hint: 'Sign in (aws sso login), set AWS_PROFILE, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.',
    });
  }
  if (/region is missing/i.test(message)) {
    return made('DUMP_UNREADABLE', `the region of ${what} is not known`, {
      hint: 'Set source.region in drills.yaml, or AWS_REGION; use auto for Cloudflare R2.',
    });
  }
  if (name === 'PermanentRedirect' || name === 'AuthorizationHeaderMalformed' || status === 301) {
    return made('DUMP_UNREADABLE', `${what} lies in another region than the one asked`, {
      hint: 'Set source.region in drills.yaml to the region of the bucket.',
    });
  }
  if (name === 'AccessDenied' || name === 'Forbidden' || status === 403) {
    return made('DUMP_UNREADABLE', `reading ${what} is not allowed`, {
      hint: 'Allow s3:GetObject (and s3:GetObjectVersion, kms:Decrypt for encrypted buckets) on it. Without s3:ListBucket, S3 also answers so when the key does not exist.',
    });
  }
  if (networkNames.has(name)) {
    return made('DUMP_UNREADABLE', `the store of ${what} could not be reached (${name})`, {
      hint: 'Check the network, a proxy, and source.endpointUrl in drills.yaml.',
      fault: 'service',
      retryable: true,
    });
  }
  return made(
    'DUMP_UNREADABLE',
    `${what} could not be read (${name}${status === null ? '' : `, HTTP ${status}`})`,
    {
      hint:
        message === '' || message === 'UnknownError'
          ? 'See the status of the store.'
          : `The store says: ${firstLine(message)}`,
      fault: 'service',
      retryable: status !== null && status >= 500,
    },
  );
}

/** True when the same request may succeed if it is sent again: the connection broke, or the store is overloaded. */
export function isTransientS3Error(error: unknown): boolean {
  if (isDrillError(error)) return error.retryable;
  const { name, status, message } = readError(error);
  if (status !== null && status >= 500) return true;
  return (
    networkNames.has(name) ||
    /^(ERR_STREAM_PREMATURE_CLOSE|SlowDown|RequestTimeout|InternalError|ServiceUnavailable|ThrottlingException)$/.test(
      name,
    ) ||
    /aborted|socket hang up|premature close|stalled|ended early/i.test(message)
  );
}

function readError(error: unknown): SdkError {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error), status: null, cause: null };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : null;
  const metadata =
    '$metadata' in error && typeof error.$metadata === 'object' && error.$metadata !== null
      ? error.$metadata
      : {};
  const status =
    'httpStatusCode' in metadata && typeof metadata.httpStatusCode === 'number'
      ? metadata.httpStatusCode
      : null;
  const generic = error.name === 'Error' || error.name === 'AggregateError' || error.name === 'TypeError';
  return {
    name: generic && code !== null ? code : error.name,
    message: error.message,
    status,
    cause: error.cause,
  };
}

function firstLine(text: string): string {
  const line = text.split('\n', 1)[0] ?? '';
  return line.length > 200 ? `${line.slice(0, 199)}…` : line;
}
